"""Encryption of the notes that clients write to specialists before they meet."""

from __future__ import annotations

from chassis.sealed_values import SealedText


class Notes(SealedText):
    purpose = "consultation notes"
