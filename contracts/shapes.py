"""Shapes of single fields that more than one contract uses."""

KEBAB_CASE = r"^[a-z0-9]+(-[a-z0-9]+)*$(?!\n)"
"""Stable keys; Python's ``$`` lets a newline follow, hence its end."""
