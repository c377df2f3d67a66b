"""Accounts: sign-up, e-mail address, password, suspension and roles."""
