"""Help in an emergency."""
