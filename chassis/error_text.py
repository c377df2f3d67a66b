"""Error texts that any database stores: bounded, without NUL, surrogates and credentials."""

from __future__ import annotations

from chassis.masking import masked

LONGEST_ERROR = 2000


def storable(text: str, longest: int) -> str:
    """The text without NUL and lone surrogates, at most ``longest`` characters."""
    return text[:longest].encode(errors="replace").decode().replace("\x00", "?")


def error_text(error: BaseException) -> str:
    """An error's class and text, without credentials; the class alone where its text can't be
    made."""
    kind = type(error).__name__
    try:
        return storable(masked(f"{kind}: {error}"), LONGEST_ERROR)
    except Exception:  # its __str__ raises
        return storable(kind, LONGEST_ERROR)
