"""Settings of an account."""
