"""Attendance: whether a consultation took place."""

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
    """A consultation counts as held: a side said so, neither side answered, or they disagree."""

    consultation_id: UUID
    version: Version
    client_id: UUID
    specialist_id: UUID
    ask: Annotated[
        list[Party],
        Doc(
            "The sides that may be asked for their outcome. Empty when one of them does not want "
            "to continue."
        ),
    ]


@dataclass(frozen=True, kw_only=True)
class ConsultationMissed(Event, producer=PRODUCER):
    """One side did not come. The other side can still disagree; then it counts as completed."""

    consultation_id: UUID
    version: Version
    client_id: UUID
    specialist_id: UUID
    starts_at: datetime
    time_zone: EventZone
    missed_by: Party
    disputable_until: Annotated[datetime, Doc("Until then the other side can disagree.")]


# Requests and resources


@dataclass(frozen=True, kw_only=True)
class SayAttendance:
    """Whether a consultation took place. If the two sides disagree, it counts as completed."""

    attendance: Attendance


# Refusals


class NotOver(Conflict):
    """This consultation is not over yet. Please come back after its end."""

    code = "not_over"


class NotHeld(Conflict):
    """This consultation did not take place, so there is nothing to add to it."""

    code = "not_held"


class AttendanceClosed(Conflict):
    """It is too late to say whether this consultation took place. You can within 48 hours after
    its end."""

    code = "attendance_closed"


class AttendanceGiven(Conflict):
    """You can't correct your answer any more. You can once, and only while the other side has a
    day left to answer."""

    code = "attendance_given"
