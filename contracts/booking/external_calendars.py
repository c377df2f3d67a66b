"""External calendars, whose events take slots."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from annotated_doc import Doc
from marshmallow.validate import Length

from chassis.errors import Conflict, Invalid, TooMany, Unavailable
from chassis.events import Event, Version
from chassis.schemas import Normalised
from contracts.booking import PRODUCER
from contracts.inputs.texts import NotBlank, one_line

MOST_CALENDARS = 5
"""Of one specialist."""
MOST_EXAMPLES = 10
"""So much of what was passed over is named."""

Address = Annotated[
    str,
    Length(1, 2000),
    Doc(
        "Of an iCalendar file: `https://…`, `webcal://…`, or, where that is allowed, `http://…`. "
        "It is kept secret."
    ),
]
Label = Annotated[
    str,
    Normalised(one_line),
    Length(1, 60),
    NotBlank,
    Doc("The specialist's own name for it, to tell it from others."),
]


class ExternalCalendarState(StrEnum):
    WAITING = "waiting"
    """It was not read yet; `problem` and `detail` say what it waits for."""
    WORKING = "working"
    FAILING = "failing"
    """It could not be read, last time. What it blocked before is still blocked."""


# Events


@dataclass(frozen=True, kw_only=True)
class ExternalCalendarFailed(Event, producer=PRODUCER):
    """An external calendar can't be read any more: what is entered there from now on blocks no
    slots."""

    specialist_id: UUID
    version: Version
    calendar_id: UUID
    name: Annotated[str, Doc("Its label, or else its host.")]
    problem: Annotated[str, Doc("A stable key, such as `not_fetched`.")]


@dataclass(frozen=True, kw_only=True)
class ExternalCalendarRecovered(Event, producer=PRODUCER):
    """An external calendar, of which the specialist was told that it failed, is read again."""

    specialist_id: UUID
    version: Version
    calendar_id: UUID
    name: Annotated[str, Doc("Its label, or else its host.")]


@dataclass(frozen=True, kw_only=True)
class ExternalCalendarReadInPart(Event, producer=PRODUCER):
    """An external calendar, all of which could be read before, has entries that can't be: they
    block no slots, or not the right ones."""

    specialist_id: UUID
    version: Version
    calendar_id: UUID
    name: Annotated[str, Doc("Its label, or else its host.")]
    passed_over: Annotated[int, Doc("How many.")]


# Requests and resources


@dataclass(frozen=True, kw_only=True)
class AddExternalCalendar:
    """Where an external calendar is found."""

    address: Address = field(repr=False)
    label: Label | None = None


@dataclass(frozen=True, kw_only=True)
class ChangeExternalCalendar:
    """Another address, or another name. Without an address it stays where it is."""

    address: Address | None = field(default=None, repr=False)
    label: Label | None = None


@dataclass(frozen=True, kw_only=True)
class PassedOver:
    """Something in a calendar that could not be read."""

    component: Annotated[str, Doc("What it is, such as `VEVENT`.")]
    line: Annotated[int, Doc("Of the file, counted from 1.")]
    problem: Annotated[str, Doc("What is wrong with it, in words.")]


@dataclass(frozen=True, kw_only=True)
class ExternalCalendar:
    """A specialist's external calendar: its events block slots."""

    id: UUID
    label: Annotated[str | None, Doc("The specialist's own name for it.")]
    host: Annotated[str, Doc("Of its address; the rest is not shown again.")]
    state: ExternalCalendarState
    problem: Annotated[str | None, Doc("Why it could not be read, or waits: a stable key.")]
    detail: Annotated[str | None, Doc("The same in words.")]
    read_at: Annotated[datetime | None, Doc("When it was last read, and found to be in order.")]
    busy_times: Annotated[int, Doc("How many stretches of time it blocks from now on.")]
    passed_over: Annotated[int, Doc("How much in it could not be read, last time.")]
    passed_over_examples: Annotated[list[PassedOver], Doc("Some of that: ten at most.")]


@dataclass(frozen=True, kw_only=True)
class ExternalCalendars:
    """A specialist's external calendars, the oldest first; five at most."""

    items: list[ExternalCalendar]


# Refusals


class BadCalendarFile(Invalid):
    """What is at that address can't be read as a calendar."""

    code = "bad_calendar_file"


class NoCalendarThere(Unavailable):
    """That address has no calendar to give at present."""

    code = "no_calendar_there"


class TooManyCalendars(Conflict):
    """You have five external calendars, and there can't be more. Remove one before you add
    another."""

    code = "too_many_calendars"


class CalendarGivenBefore(Conflict):
    """You have given this address before. Each external calendar needs an address of its own."""

    code = "calendar_given_before"


class ReadJustNow(TooMany):
    """Your calendars were read at your request a moment ago. Please wait a minute before you have
    one read again."""

    code = "read_just_now"


class ReadingsTaken(Unavailable):
    """Other calendars are being read at the moment. Please try again in a few seconds."""

    code = "readings_taken"
