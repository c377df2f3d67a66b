"""Slots: half hours that can be booked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from annotated_doc import Doc
from marshmallow.validate import Length, Range

from chassis.errors import Invalid
from chassis.schemas import Named
from contracts.inputs.zones import ZoneName

MOST_ON_A_PAGE = 500

ShownTimeZone = Annotated[
    ZoneName,
    Doc("An IANA name, such as `Europe/Berlin`. Local times and dates are shown in it."),
]


# Requests and resources


@dataclass(frozen=True, kw_only=True)
class Period:
    """A period of at most 62 days, and the time zone to show it in."""

    starting_from: Annotated[datetime | None, Named("from"), Doc("Default: now.")] = None
    until: Annotated[datetime | None, Named("to"), Doc("Default: 14 days after `from`.")] = None
    time_zone: ShownTimeZone | None = None


@dataclass(frozen=True, kw_only=True)
class SlotsQuery(Period):
    """The slots that start in a period, page by page."""

    cursor: Annotated[str | None, Length(max=64), Doc("`next` of the previous page.")] = None
    limit: Annotated[int, Range(1, MOST_ON_A_PAGE), Doc("Slots on the page.")] = 100


@dataclass(frozen=True, kw_only=True)
class NearestSlotsQuery:
    """The time that was wanted, and the time zone to show the nearest ones in."""

    starts_at: datetime
    time_zone: ShownTimeZone | None = None


@dataclass(frozen=True, kw_only=True)
class Slot:
    """30 bookable minutes."""

    starts_at: datetime
    ends_at: datetime
    local_start: Annotated[
        str | None,
        Doc("When it starts in the requested zone, with the offset from UTC."),
    ] = None
    local_end: Annotated[str | None, Doc("When it ends in the requested zone.")] = None


@dataclass(frozen=True, kw_only=True)
class Slots:
    """Free slots in order of time."""

    items: list[Slot]
    next: Annotated[str | None, Doc("The cursor of the next page. Null on the last page.")] = None
    cancellation_notice_hours: Annotated[
        int, Doc("How many hours before its start a client can still cancel or move a booking.")
    ]
    own_time_zone: Annotated[str, Doc("The specialist's own zone.")]
    in_person: Annotated[
        bool, Doc("Whether these consultations are at the specialist's practice, not online.")
    ]


@dataclass(frozen=True, kw_only=True)
class NearestSlots:
    """The free slots nearest to a wanted time, at most three, in order of time."""

    items: list[Slot]


@dataclass(frozen=True, kw_only=True)
class DayWithSlots:
    """A date on which slots start."""

    day: date
    slots: Annotated[int, Doc("How many slots start on it.")]


@dataclass(frozen=True, kw_only=True)
class DaysWithSlots:
    """The dates on which slots start, in order. Dates without slots are left out."""

    items: list[DayWithSlots]
    time_zone: Annotated[
        str, Doc("The zone of these dates: the requested one, or else the specialist's.")
    ]


@dataclass(frozen=True, kw_only=True)
class SpecialistTimeZone:
    """A specialist, and the time zone of their hours."""

    specialist_id: UUID
    time_zone: str


# Refusals


class BadPeriod(Invalid):
    """This period is empty or too long. Please see `errors`, and give another one."""

    code = "bad_period"
