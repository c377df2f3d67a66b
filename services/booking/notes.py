"""Notes: what a client tells a specialist before they meet, sealed at rest."""

from __future__ import annotations

from chassis.sealed_values import SealedText


class Notes(SealedText):
    purpose = "consultation notes"
