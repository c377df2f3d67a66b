"""Sessions: tokens, revocations, and the keys that sign."""
