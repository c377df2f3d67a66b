"""Marks for names and places in stored texts, so that erasure reaches them.

A text for one person names another one. The name is not stored: a mark with the account's id stands
in its place, with the words for an unknown name. It is filled in when the text is read or sent. So
the name of an erased account is gone from every text, and a name that is learnt late is there. The
address of a practice is stored between marks, and removed when its specialist is erased.

The marks are Unicode's interlinear annotation characters. Texts from outside can't contain them
(``contracts.inputs.texts``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from uuid import UUID

ANCHOR, SEPARATOR, TERMINATOR = "\ufff9", "\ufffa", "\ufffb"
PLACE = "place"
_mark = re.compile(rf"{ANCHOR}([a-z]+):?([^{SEPARATOR}]*){SEPARATOR}([^{TERMINATOR}]*){TERMINATOR}")
_place = re.compile(rf"{ANCHOR}{PLACE}{SEPARATOR}[^{TERMINATOR}]*{TERMINATOR}\n*")


class NameRole(StrEnum):
    """The role in which an account is named: a specialist by the name on the profile, a client by
    the account's name."""

    CLIENT = "client"
    SPECIALIST = "specialist"


Names = Mapping[tuple[NameRole, UUID], str]
"""Known names, by role and account."""


def name(role: NameRole, account_id: UUID, otherwise: str) -> str:
    """The mark of a name; ``otherwise``: the words where no name is known."""
    return f"{ANCHOR}{role}:{account_id}{SEPARATOR}{otherwise}{TERMINATOR}"


def place(text: str) -> str:
    """The marks around words that reveal a place."""
    return f"{ANCHOR}{PLACE}{SEPARATOR}{text}{TERMINATOR}"


def named_in(texts: Iterable[str]) -> set[UUID]:
    """The accounts whose names these texts have marks of."""
    return {UUID(found[2]) for text in texts for found in _mark.finditer(text) if found[1] != PLACE}


def fill_names(text: str, names: Names) -> str:
    """The text with names in place of marks."""

    def shown(found: re.Match[str]) -> str:
        if found[1] == PLACE:
            return found[3]
        return names.get((NameRole(found[1]), UUID(found[2])), found[3])

    return _mark.sub(shown, text)


def without_places(text: str) -> str:
    """The text without places, and without the blank line after each."""
    return _place.sub("", text)
