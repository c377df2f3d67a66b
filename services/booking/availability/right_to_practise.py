"""A calendar's copy of its specialist's right to practise, from the events of profiles. Pure.

The rule itself is in ``services/profiles/right_to_practise.py``.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Mapped, mapped_column

from contracts.profiles.right_to_practise import Standing

IN_DOUBT = text(f"standing IN ('{Standing.RENEWAL_WAITING}', '{Standing.LICENCE_EXPIRED}')")
"""The standings that an admin may still change before consultations ahead are cancelled."""


class RightToPractise:
    """The part of a ``Calendar`` that says whether its specialist may meet clients.

    Each booking locks the calendar, so a booking at the moment in which the right ends is either
    refused, or found and cancelled. Without any event from profiles the standing is good: only
    specialists with the right to practise are listed.
    """

    standing: Mapped[str] = mapped_column(default=Standing.GOOD)
    standing_version: Mapped[int] = mapped_column(default=0)
    standing_since: Mapped[datetime | None] = mapped_column(default=None)
    """When the standing began; ``None`` where it is good, or began before this was recorded."""

    @property
    def may_practise(self) -> bool:
        return Standing(self.standing).may_practise

    def learn_standing(self, standing: Standing, version: int, now: datetime | None) -> bool:
        """Apply a standing from profiles. Returns ``False`` where a newer one is known."""
        if version <= self.standing_version:
            return False
        if standing != self.standing:
            self.standing_since = None if standing == Standing.GOOD else now
        self.standing, self.standing_version = standing, version
        return True
