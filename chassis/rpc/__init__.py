"""Calls between services on nameko's wire."""
