"""Whether a specialist may practise, as profiles told it last. Pure.

The rule itself is profiles': see ``services/profiles/right_to_practise.py``.
"""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from contracts.profiles.right_to_practise import Standing


class RightToPractise:
    """The part of a ``Calendar`` that says whether its specialist may meet clients.

    Whoever books locks the calendar, so a booking that is made while the right ends is refused,
    or found and cancelled. Before profiles has told anything there is nothing to end: being
    listed takes the right.
    """

    standing: Mapped[str] = mapped_column(default=Standing.GOOD)
    standing_version: Mapped[int] = mapped_column(default=0)

    @property
    def may_practise(self) -> bool:
        return Standing(self.standing).may_practise

    def takes_news_of_right(self, standing: Standing, version: int) -> bool:
        """Take on what profiles says; whether it is news: nothing newer is known."""
        if version <= self.standing_version:
            return False
        self.standing, self.standing_version = standing, version
        return True
