"""External calendars of specialists. Their events block slots."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from annotated_doc import Doc
from marshmallow.validate import Length

from chassis.errors import Conflict, Invalid, TooMany, Unavailable
from chassis.events import Event, Version
from chassis.schemas import Normalised
from contracts.booking import PRODUCER
from contracts.inputs.texts import NotBlank, one_line

MOST_CALENDARS = 5
"""For one specialist."""
MOST_EXAMPLES = 10
"""How many skipped entries are listed."""

Address = Annotated[
    str,
    Length(1, 2000),
    Doc(
        "The address of an iCalendar file: `https://…`, `webcal://…`, or `http://…` where that is "
        "allowed. It is stored encrypted and not shown again."
    ),
]
Label = Annotated[
    str,
    Normalised(one_line),
    Length(1, 60),
    NotBlank,
    Doc("The specialist's own name for this calendar."),
]


class ExternalCalendarState(StrEnum):
    WAITING = "waiting"
    """It has not been read yet. `problem` and `detail` say what it waits for."""
    WORKING = "working"
    FAILING = "failing"
    """The last reading failed. What it blocked before is still blocked."""


# Events


@dataclass(frozen=True, kw_only=True)
class ExternalCalendarFailed(Event, producer=PRODUCER):
    """An external calendar can't be read any more. Events that are added to it from now on block
    no slots."""

    specialist_id: UUID
    version: Version
    calendar_id: UUID
    name: Annotated[str, Doc("Its label, or its host if it has none.")]
    problem: Annotated[str, Doc("A stable key, such as `not_fetched`.")]


@dataclass(frozen=True, kw_only=True)
class ExternalCalendarRecovered(Event, producer=PRODUCER):
    """An external calendar can be read again, after the specialist was told that it failed."""

    specialist_id: UUID
    version: Version
    calendar_id: UUID
    name: Annotated[str, Doc("Its label, or its host if it has none.")]


@dataclass(frozen=True, kw_only=True)
class ExternalCalendarReadInPart(Event, producer=PRODUCER):
    """An external calendar has entries that can't be read, for the first time. They block no slots,
    or not the right ones."""

    specialist_id: UUID
    version: Version
    calendar_id: UUID
    name: Annotated[str, Doc("Its label, or its host if it has none.")]
    passed_over: Annotated[int, Doc("How many entries can't be read.")]


# Requests and resources


@dataclass(frozen=True, kw_only=True)
class AddExternalCalendar:
    """The external calendar to add."""

    address: Address = field(repr=False)
    label: Label | None = None


@dataclass(frozen=True, kw_only=True)
class ChangeExternalCalendar:
    """A new label, and a new address if one is given. Without a label it has none any more."""

    address: Address | None = field(default=None, repr=False)
    label: Label | None = None


@dataclass(frozen=True, kw_only=True)
class PassedOver:
    """An entry of a calendar that could not be read."""

    component: Annotated[str, Doc("The kind of entry, such as `VEVENT`.")]
    line: Annotated[int, Doc("The line of the file, counted from 1.")]
    problem: Annotated[str, Doc("What is wrong with it, in whole sentences.")]


@dataclass(frozen=True, kw_only=True)
class ExternalCalendar:
    """A specialist's external calendar. Its events block slots."""

    derived: ClassVar[frozenset[str]] = frozenset(
        {
            "state",
            "problem",
            "detail",
            "read_at",
            "busy_times",
            "passed_over",
            "passed_over_examples",
        }
    )
    """Fields that a reading sets. A change of them makes no write stale."""

    id: UUID
    label: Annotated[str | None, Doc("The specialist's own name for this calendar.")]
    host: Annotated[str, Doc("The host of its address. The rest is not shown again.")]
    state: ExternalCalendarState
    problem: Annotated[str | None, Doc("A stable key for why it could not be read, or waits.")]
    detail: Annotated[str | None, Doc("The problem in whole sentences.")]
    read_at: Annotated[datetime | None, Doc("When it was last read without a failure.")]
    busy_times: Annotated[int, Doc("How many stretches of time it blocks from now on.")]
    passed_over: Annotated[int, Doc("How many entries could not be read last time.")]
    passed_over_examples: Annotated[list[PassedOver], Doc("Some of these entries, at most ten.")]


@dataclass(frozen=True, kw_only=True)
class ExternalCalendars:
    """A specialist's external calendars, the oldest first. At most five."""

    items: list[ExternalCalendar]


# Refusals


class BadCalendarFile(Invalid):
    """The file at this address is not a calendar that can be read. Please check the address."""

    code = "bad_calendar_file"


class NoCalendarThere(Unavailable):
    """There is no calendar at this address at present. Please check the address, or try again
    later."""

    code = "no_calendar_there"


class TooManyCalendars(Conflict):
    """You have five external calendars, and can't have more. Please remove one before you add
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
