"""Text from anywhere, made such that any database keeps it: errors, reasons, names of handlers."""

from __future__ import annotations

from chassis.masking import masked

LONGEST_ERROR = 2000


def storable(text: str, longest: int) -> str:
    """No NUL, no lone surrogate, at most ``longest`` characters."""
    return text[:longest].encode(errors="replace").decode().replace("\x00", "?")


def error_text(error: BaseException) -> str:
    """An error's class and text, storable and without credentials; its class alone where it has no
    readable text."""
    kind = type(error).__name__
    try:
        return storable(masked(f"{kind}: {error}"), LONGEST_ERROR)
    except Exception:  # an error whose own text can't be made
        return storable(kind, LONGEST_ERROR)
