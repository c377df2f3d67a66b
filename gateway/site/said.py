"""What pages say once after a form has succeeded, by the code in a cookie."""

from __future__ import annotations


def N_(text: str) -> str:  # noqa: N802  # gettext's name for it
    """Marks a text for the catalogues; it is translated where it is shown."""
    return text


SAID: dict[str, str] = {
    "signed_out": N_("You have signed out."),
}
