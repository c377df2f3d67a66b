"""Consultations as calendars know them: files, and feeds to subscribe to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

from annotated_doc import Doc

CALENDAR_TYPE = "text/calendar; charset=utf-8"


# Requests and resources


@dataclass(frozen=True, kw_only=True)
class CalendarFileQuery:
    """How a consultation's calendar file is to be written."""

    discreet: Annotated[
        bool | None,
        Doc(
            "With a title that says nothing, and without the place; left out: as in your "
            "preferences."
        ),
    ] = None


@dataclass(frozen=True, kw_only=True)
class OpenCalendarFeed:
    """A private address at which calendars find one's consultations."""

    discreet: Annotated[
        bool | None,
        Doc(
            "With titles that say nothing, and without places; left out: as in your preferences, "
            "now and later."
        ),
    ] = None


@dataclass(frozen=True, kw_only=True)
class OpenedCalendarFeed:
    """What makes the address private; kept nowhere but, sealed, in the answer to a repetition."""

    token: str = field(repr=False)
    discreet: bool


@dataclass(frozen=True, kw_only=True)
class CalendarFeed:
    """The private address: shown this once, and good until it is revoked or replaced."""

    address: Annotated[
        str, Doc("Where calendars subscribe; whoever knows it sees when you have consultations.")
    ] = field(repr=False)
    discreet: Annotated[bool, Doc("Whether its titles say nothing at present.")]


@dataclass(frozen=True, kw_only=True)
class OpenFeed:
    """That there is a private address, without what would give it away."""

    opened_at: Annotated[
        datetime | None, Doc("When the present address was made; null: before this was kept.")
    ]
    discreet: Annotated[
        bool | None, Doc("Whether its titles say nothing; null: as in the preferences.")
    ]
