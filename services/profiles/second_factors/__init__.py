"""Second factors: authenticators (TOTP) and recovery codes."""
