"""Availability: when a specialist offers first consultations."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from annotated_doc import Doc
from marshmallow.validate import Length, OneOf, Range, Regexp

from chassis.errors import Invalid
from chassis.events import Event, Version
from chassis.schemas import Normalised
from contracts.booking import PRODUCER
from contracts.inputs.texts import running_text
from contracts.inputs.urls import https_address
from contracts.inputs.zones import ZoneName

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

LONGEST_LINK = 1000


LocalTime = Annotated[
    str,
    Regexp(
        r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$(?!\n)",  # Python's $ lets a newline follow
        error="Must be a time such as '09:30'.",
    ),
    Doc("Time of day in the specialist's own zone, `HH:MM`; `24:00` ends a day."),
]
MOST_SHOWN_OUTSIDE = 50
ENDS = (
    "`HH:MM`, up to `24:00`. If it is earlier than `starts`, it is on the next day: `22:00` to "
    "`02:00`."
)


TimeZone = Annotated[ZoneName, Doc("An IANA name, such as `Europe/Berlin`.")]


# Events


@dataclass(frozen=True, kw_only=True)
class AvailabilityChanged(Event, producer=PRODUCER):
    """A specialist's next bookable times, or whether they offer any, have changed."""

    specialist_id: UUID
    version: Version
    offers_free_consultations: bool
    next_slots: Annotated[list[datetime], Doc("The next bookable times, three at most.")]

    @property
    def next_slot_at(self) -> datetime | None:
        return next(iter(self.next_slots), None)


@dataclass(frozen=True, kw_only=True)
class FreeConsultationsPaused(Event, producer=PRODUCER):
    """The part of the month's budget that is open is used up: no slot of this month is offered."""

    specialist_id: UUID
    version: Version


@dataclass(frozen=True, kw_only=True)
class FreeConsultationsResumed(Event, producer=PRODUCER):
    """More of the month's budget is open: its slots are offered again."""

    specialist_id: UUID
    version: Version


# Requests and resources


@dataclass(frozen=True, kw_only=True)
class Hours:
    """Weekly hours for consultations, beginning on this weekday.

    Hours that touch count as one stretch, also across midnight.
    """

    weekday: Weekday
    starts: LocalTime
    ends: Annotated[LocalTime, Doc(ENDS)]


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """Hours for consultations, beginning on one date."""

    starts: LocalTime
    ends: Annotated[LocalTime, Doc(ENDS)]


@dataclass(frozen=True, kw_only=True)
class DateOverride:
    """One date with its own hours, or none, instead of the weekly ones.

    It replaces all hours of that date: hours of the evening before end at midnight. Its own hours
    can continue past midnight, unless the next date has an override too.
    """

    day: Annotated[date, Doc("In the time zone of that date.")]
    hours: Annotated[list[Stretch], Length(max=20), Doc("Empty: closed.")] = field(
        default_factory=list
    )


@dataclass(frozen=True, kw_only=True)
class Stay:
    """A stay in another time zone: on these dates the hours are in that zone."""

    first_day: date
    last_day: Annotated[date, Doc("Included.")]
    time_zone: TimeZone


@dataclass(frozen=True, kw_only=True)
class Availability:
    """When, where and how often a specialist offers first consultations."""

    offers_free_consultations: bool
    time_zone: TimeZone
    hours: Annotated[list[Hours], Length(max=50)] = field(default_factory=list)
    overrides: Annotated[list[DateOverride], Length(max=400)] = field(default_factory=list)
    stays: Annotated[list[Stay], Length(max=20)] = field(default_factory=list)
    grid_minutes: Annotated[
        int,
        OneOf([15, 30, 60]),
        Doc(
            "Minutes between the starts of slots, counted from the start of a stretch, or from "
            "midnight if the stretch is longer than a week. Each slot lasts 30 minutes."
        ),
    ] = 30
    buffer_before_minutes: Annotated[
        int, Range(0, 120), Doc("Minutes kept free before each consultation.")
    ] = 0
    buffer_after_minutes: Annotated[
        int, Range(0, 120), Doc("Minutes kept free after each consultation.")
    ] = 0
    minimum_notice_hours: Annotated[
        int, Range(0, 14 * 24), Doc("How many hours before its start a slot can still be booked.")
    ] = 12
    horizon_days: Annotated[int, Range(1, 180), Doc("How many days ahead slots are offered.")] = 60
    most_per_day: Annotated[int | None, Range(1, 48), Doc("Null: no limit.")] = None
    most_per_week: Annotated[
        int | None, Range(1, 336), Doc("A week begins on Monday. Null: no limit.")
    ] = None
    monthly_budget: Annotated[
        int | None,
        Range(1, 500),
        Doc("Free consultations in one calendar month. Null: no limit."),
    ] = None
    paced: Annotated[
        bool,
        Doc("Whether the monthly budget is released week by week instead of all at once."),
    ] = True
    cancellation_notice_hours: Annotated[
        int,
        Range(0, 72),
        Doc("How many hours before its start a client can still cancel or move a consultation."),
    ] = 12
    in_person_address: Annotated[
        str | None,
        Normalised(running_text),
        Length(1, 300),
        Doc("Where consultations take place. Null: online. Clients who booked one see it."),
    ] = None
    meeting_link: Annotated[
        str | None,
        Normalised(https_address),
        Length(1, LONGEST_LINK),
        Doc(
            "Your own link for online consultations, `https://…`. It is used if you give no "
            "`in_person_address` and this platform makes no rooms. It is stored encrypted. You and "
            "the client see it from 10 minutes before the start of the consultation until its end."
        ),
    ] = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class ConsultationOutside:
    """A booked consultation outside of the opening hours."""

    id: UUID
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, kw_only=True)
class AvailabilitySet(Availability):
    """Your availability as it is now, and the consultations that are booked outside of it."""

    consultations_outside: Annotated[
        list[ConsultationOutside],
        Doc("The next booked consultations outside of the new hours. They stay booked."),
    ]
    consultations_outside_count: Annotated[
        int, Doc(f"How many there are. The list has at most {MOST_SHOWN_OUTSIDE}.")
    ]


# Refusals


class BadHours(Invalid):
    """These opening hours overlap, or are too short for a consultation. Please see `errors`."""

    code = "bad_hours"


class NoPlace(Invalid):
    """Free consultations that you offer or that are booked with you need a place. Please give the
    address of your practice, or a link of your own."""

    code = "no_place"


class UnknownTimeZone(Invalid):
    """This time zone does not exist. Please give an IANA name, such as Europe/Berlin."""

    code = "unknown_time_zone"
