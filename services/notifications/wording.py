"""What all that people read is made of. Subjects are neutral: somebody else may see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime


@dataclass(frozen=True)
class Wording:
    """What somebody is told: a kind for programs, and what they read."""

    kind: str
    subject: str
    text: str


def day(which: date) -> str:
    """A day as people write it."""
    return f"{which:%A, %d %B %Y}"


def when(moment: datetime) -> str:
    """A moment as people write it, in UTC whatever zone it comes in."""
    return f"{moment.astimezone(UTC):%A, %d %B %Y, %H:%M} UTC"
