"""Names and places in texts that are kept: marked, so that erasure reaches them.

A text that one person was told names another. A name is therefore never stored in it: a mark with
the account's id stands there, and what to write where there is no name. It is filled in when the
text is read or sent. Who is erased is named nowhere from then on, and a name that is heard of late
is there. The address of a practice is stored, between marks, and taken out when its specialist is
erased.

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
    """In which of their roles an account is named: a specialist by the name on their profile, a
    client by that of their account."""

    CLIENT = "client"
    SPECIALIST = "specialist"


Names = Mapping[tuple[NameRole, UUID], str]
"""Those that are known."""


def name(role: NameRole, account_id: UUID, otherwise: str) -> str:
    """The mark of a name; ``otherwise``: what is written where none is known."""
    return f"{ANCHOR}{role}:{account_id}{SEPARATOR}{otherwise}{TERMINATOR}"


def place(text: str) -> str:
    """The mark of words that give a place away."""
    return f"{ANCHOR}{PLACE}{SEPARATOR}{text}{TERMINATOR}"


def named_in(texts: Iterable[str]) -> set[UUID]:
    """Accounts whose names these texts are filled in with."""
    return {UUID(found[2]) for text in texts for found in _mark.finditer(text) if found[1] != PLACE}


def fill_names(text: str, names: Names) -> str:
    """The text as it is read."""

    def shown(found: re.Match[str]) -> str:
        if found[1] == PLACE:
            return found[3]
        return names.get((NameRole(found[1]), UUID(found[2])), found[3])

    return _mark.sub(shown, text)


def without_places(text: str) -> str:
    """Without them, and without the blank line after each."""
    return _place.sub("", text)
