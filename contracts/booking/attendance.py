"""Attendance: what became of a consultation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from annotated_doc import Doc

from chassis.errors import Conflict
from chassis.events import Event, Version
from contracts.booking import PRODUCER
from contracts.booking.consultations import Attendance, EventZone, Party

# Events


@dataclass(frozen=True, kw_only=True)
class ConsultationCompleted(Event, producer=PRODUCER):
    """A consultation took place, or nobody said otherwise, or the sides differ."""

    consultation_id: UUID
    version: Version
    client_id: UUID
    specialist_id: UUID
    ask: Annotated[
        list[Party],
        Doc("Who may be asked what they want next: nobody where a side wants no more of it."),
    ]


@dataclass(frozen=True, kw_only=True)
class ConsultationMissed(Event, producer=PRODUCER):
    """One side did not come, as is said; the other may still differ, and then it is completed."""

    consultation_id: UUID
    version: Version
    client_id: UUID
    specialist_id: UUID
    starts_at: datetime
    time_zone: EventZone
    missed_by: Party
    disputable_until: Annotated[datetime, Doc("Until then the other side may see it otherwise.")]


# Requests and resources


@dataclass(frozen=True, kw_only=True)
class SayAttendance:
    """What became of a consultation. Where the two sides differ, it counts as completed."""

    attendance: Attendance


# Refusals


class NotOver(Conflict):
    """The consultation is not over yet."""

    code = "not_over"


class NotHeld(Conflict):
    """The consultation did not take place."""

    code = "not_held"


class AttendanceClosed(Conflict):
    """It is settled what became of the consultation."""

    code = "attendance_closed"


class AttendanceGiven(Conflict):
    """You have put right before what you said, or it is too late to: the other side needs a day."""

    code = "attendance_given"
