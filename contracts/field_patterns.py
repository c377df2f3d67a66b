"""Shapes of single fields that more than one contract uses.

Python's ``$`` lets a newline follow, hence their ends.
"""

from typing import Annotated

from marshmallow.validate import Range

KEBAB_CASE = r"^[a-z0-9]+(-[a-z0-9]+)*$(?!\n)"
"""Stable keys."""
ISO_639 = r"^[a-z]{2,3}$(?!\n)"
"""Languages."""
ISO_3166 = r"^[A-Z]{2}$(?!\n)"
"""Countries, in two letters."""
ISO_3166_OR_NONE = r"^([A-Z]{2})?$(?!\n)"
ISO_4217 = r"^[A-Z]{3}$(?!\n)"
"""Currencies."""
DECIMAL = r"^(0|[1-9][0-9]{0,6})(\.[0-9]{1,3})?$(?!\n)"
"""An amount of money, exact: not a float."""

FEWEST_PUBLISHED = 5
PublishedCount = Annotated[int | None, Range(min=FEWEST_PUBLISHED)]
"""A published count. Counts under five are null, since they could identify single people."""
