"""How pages call people: by the name that they chose, never by a pronoun."""

from __future__ import annotations

TITLES = frozenset({"dr", "prof", "dipl", "med", "phil", "psych", "rer", "nat", "mag", "msc", "ba"})


def short_name(display_name: str) -> str:
    """The first name: "Amira" of "Dr. Amira Haddad"."""
    words = [each for each in display_name.split() if each]
    called = next((each for each in words if _is_name(each)), None)
    return (called or display_name).rstrip(",")


def _is_name(word: str) -> bool:
    """Neither a title nor an initial."""
    letters = word.rstrip(".,").casefold()
    return len(letters) > 1 and not set(letters.replace("-", ".").split(".")) & TITLES
