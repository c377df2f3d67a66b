"""Half hours held for sign-ups that are not confirmed yet."""
