"""UIDs of consultations in calendars."""

from __future__ import annotations

from uuid import UUID


def uid_of(consultation_id: UUID) -> str:
    """The UID of a consultation in every file and feed."""
    return f"{consultation_id}@firststep"
