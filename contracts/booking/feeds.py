"""Consultations as iCalendar files, and private feeds that calendars subscribe to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

from annotated_doc import Doc

CALENDAR_TYPE = "text/calendar; charset=utf-8"


# Requests and resources


@dataclass(frozen=True, kw_only=True)
class CalendarFileQuery:
    """Options of a consultation's calendar file."""

    discreet: Annotated[
        bool | None,
        Doc("Whether to write a neutral title and no place. Default: as in your preferences."),
    ] = None


@dataclass(frozen=True, kw_only=True)
class OpenCalendarFeed:
    """A private address at which calendars find your consultations."""

    discreet: Annotated[
        bool | None,
        Doc(
            "Whether to write neutral titles and no places. Default: as in your preferences, also "
            "when they change."
        ),
    ] = None


@dataclass(frozen=True, kw_only=True)
class OpenedCalendarFeed:
    """The token of the private address. It is stored only in the encrypted answer for a repeated
    call."""

    token: str = field(repr=False)
    discreet: bool


@dataclass(frozen=True, kw_only=True)
class CalendarFeed:
    """The private address. It is shown only once, and works until it is revoked or replaced."""

    address: Annotated[
        str, Doc("The address to subscribe to. Anyone who knows it sees your consultations.")
    ] = field(repr=False)
    discreet: Annotated[bool, Doc("Whether its titles are neutral at present.")]


@dataclass(frozen=True, kw_only=True)
class OpenFeed:
    """A private address that is open, without the address itself."""

    opened_at: Annotated[
        datetime | None, Doc("When the present address was made. Null: before this was recorded.")
    ]
    discreet: Annotated[
        bool | None, Doc("Whether its titles are neutral. Null: as in the preferences.")
    ]
