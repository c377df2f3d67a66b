"""Shapes of single fields that more than one contract uses.

Python's ``$`` lets a newline follow, hence their ends.
"""

KEBAB_CASE = r"^[a-z0-9]+(-[a-z0-9]+)*$(?!\n)"
"""Stable keys."""
ONE_LINE = r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$(?!\n)"
"""One line of text that is not blank."""
ISO_639 = r"^[a-z]{2,3}$(?!\n)"
"""Languages."""
ISO_3166 = r"^[A-Z]{2}$(?!\n)"
"""Countries, by two letters."""
