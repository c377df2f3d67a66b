"""Calendars elsewhere, whose events take slots."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from annotated_doc import Doc
from marshmallow.validate import Length

from chassis.errors import Invalid, Unavailable
from chassis.events import Event, Version
from contracts.booking import PRODUCER


class OutsideCalendarState(StrEnum):
    WAITING = "waiting"
    """It was not read yet: it is while its owner is listed and offers free consultations."""
    WORKING = "working"
    BROKEN = "broken"
    """It could not be read, last time."""


# Events


@dataclass(frozen=True, kw_only=True)
class OutsideCalendarBroken(Event, producer=PRODUCER):
    """A specialist's calendar elsewhere can't be read any more: what is entered there from now on
    blocks no slots."""

    specialist_id: UUID
    version: Version
    problem: Annotated[str, Doc("A stable key, such as `not_fetched`.")]


@dataclass(frozen=True, kw_only=True)
class OutsideCalendarWorks(Event, producer=PRODUCER):
    """A specialist's calendar elsewhere, of which they were told that it was broken, is read
    again."""

    specialist_id: UUID
    version: Version


# Requests and resources


@dataclass(frozen=True, kw_only=True)
class PointAtCalendar:
    """Where a specialist's calendar elsewhere is found."""

    address: Annotated[
        str,
        Length(1, 2000),
        Doc(
            "Of an iCalendar file, `https://…` or `webcal://…`, or, where that is allowed, "
            "`http://…`. It is kept secret."
        ),
    ] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class OutsideCalendar:
    """A specialist's calendar elsewhere: its events block slots."""

    host: Annotated[str, Doc("Of its address; the rest is not shown again.")]
    state: OutsideCalendarState
    problem: Annotated[str | None, Doc("Why it could not be read: a stable key.")]
    detail: Annotated[str | None, Doc("The same in words.")]
    read_at: Annotated[datetime | None, Doc("When it was last read, and found to be in order.")]
    busy_times: Annotated[int, Doc("How many stretches of time it blocks from now on.")]


# Refusals


class BadCalendarFile(Invalid):
    """What is at that address can't be read as a calendar."""

    code = "bad_calendar_file"


class NoCalendarThere(Unavailable):
    """That address has no calendar to give at present."""

    code = "no_calendar_there"
