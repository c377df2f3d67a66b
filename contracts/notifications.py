"""What notifications answers: notices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from annotated_doc import Doc

PRODUCER = "notifications"


@dataclass(frozen=True, kw_only=True)
class Notice:
    """Something that a person is told."""

    id: UUID
    kind: Annotated[str, Doc("A stable key, such as `consultation_booked`.")]
    text: str
    about: Annotated[UUID, Doc("The id of what it is about: a consultation, a specialist.")]
    created_at: datetime
    read_at: datetime | None
