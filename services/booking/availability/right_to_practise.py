"""A calendar's copy of its specialist's right to practise, from the events of profiles. Pure.

The rule itself is in ``services/profiles/right_to_practise.py``.
"""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from contracts.profiles.right_to_practise import Standing


class RightToPractise:
    """The part of a ``Calendar`` that says whether its specialist may meet clients.

    Each booking locks the calendar, so a booking at the moment in which the right ends is either
    refused, or found and cancelled. Without any event from profiles the standing is good: only
    specialists with the right to practise are listed.
    """

    standing: Mapped[str] = mapped_column(default=Standing.GOOD)
    standing_version: Mapped[int] = mapped_column(default=0)

    @property
    def may_practise(self) -> bool:
        return Standing(self.standing).may_practise

    def learn_standing(self, standing: Standing, version: int) -> bool:
        """Apply a standing from profiles. Returns ``False`` where a newer one is known."""
        if version <= self.standing_version:
            return False
        self.standing, self.standing_version = standing, version
        return True
