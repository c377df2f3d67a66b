"""Accounts, specialists and their featuring."""
