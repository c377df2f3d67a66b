"""Pages of a specialist's own affairs."""
