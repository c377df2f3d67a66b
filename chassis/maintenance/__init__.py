"""Batch work over a whole database: deleting old rows, re-encrypting secrets."""
