"""How specialists are found."""
