"""Privacy: export and erasure of an account's personal data."""
