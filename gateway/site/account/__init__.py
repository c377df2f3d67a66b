"""Pages of signing up, in and out, and of passwords."""
