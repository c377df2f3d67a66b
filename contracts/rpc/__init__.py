"""Typed RPC clients, one for each service: every method that other services may call."""
