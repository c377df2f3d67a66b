"""Encryption of specialists' own meeting links: a link lets any holder enter the room."""

from __future__ import annotations

from chassis.sealed_values import SealedText


class MeetingLinks(SealedText):
    purpose = "meeting links"

    def open(self, sealed: str | None) -> str | None:
        """The link; ``None`` where there is none, or its key is gone."""
        return None if sealed is None else super().open(sealed)
