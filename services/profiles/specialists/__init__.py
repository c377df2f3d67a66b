"""Professionals' public profiles."""
