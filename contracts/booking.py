"""What booking tells, answers and refuses: availability, slots, consultations."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from annotated_doc import Doc
from marshmallow.validate import Length, OneOf, Range, Regexp

from chassis.errors import Conflict, Forbidden, Invalid, Unavailable
from chassis.events import Event, Version
from chassis.schemas import Named
from contracts.shapes import PublishedCount

PRODUCER = "booking"
CALENDAR_TYPE = "text/calendar; charset=utf-8"


class ConsultationStatus(StrEnum):
    BOOKED = "booked"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    MISSED = "missed"


class Party(StrEnum):
    """The two sides of a consultation."""

    CLIENT = "client"
    SPECIALIST = "specialist"


class CancellationReason(StrEnum):
    """Why a consultation does not take place."""

    SOMETHING_CAME_UP = "something_came_up"
    ANOTHER_TIME_IS_BETTER = "another_time_is_better"
    FOUND_SOMEBODY_ELSE = "found_somebody_else"
    NO_LONGER_NEEDED = "no_longer_needed"
    OTHER = "other"
    ACCOUNT_ERASED = "account_erased"
    """Nobody says this one: it follows."""


GivenReason = Literal[
    "something_came_up",
    "another_time_is_better",
    "found_somebody_else",
    "no_longer_needed",
    "other",
]
"""The reasons that a person may give."""


class Attendance(StrEnum):
    """What became of a consultation, as one of its sides says."""

    HELD = "held"
    CLIENT_MISSED = "client_missed"
    SPECIALIST_MISSED = "specialist_missed"


class Wish(StrEnum):
    """What one side wants after a consultation; no other person ever sees it."""

    CONTINUE = "continue"
    TRY_ANOTHER = "try_another"
    NOT_NOW = "not_now"
    GOOD_FIT = "good_fit"
    NOT_A_FIT = "not_a_fit"


Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
LocalTime = Annotated[
    str,
    Regexp(
        r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$(?!\n)",  # Python's $ lets a newline follow
        error="Must be a time such as '09:30'.",
    ),
    Doc("Time of day in the specialist's own zone, `HH:MM`; `24:00` ends a day."),
]

LONGEST_NOTE = 2000
TimeZone = Annotated[str, Length(1, 64), Doc("An IANA name, such as `Europe/Berlin`.")]


# Events


@dataclass(frozen=True, kw_only=True)
class AvailabilityChanged(Event, producer=PRODUCER):
    """When a specialist can next be booked, or whether they offer it, is different now."""

    specialist_id: UUID
    version: Version
    offers_free_consultations: bool
    next_slot_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class FreeConsultationsPaused(Event, producer=PRODUCER):
    """The month's budget is spent, as far as it is open: no slot of it is offered."""

    specialist_id: UUID
    version: Version


@dataclass(frozen=True, kw_only=True)
class FreeConsultationsResumed(Event, producer=PRODUCER):
    """More of a budget is open again: its slots are offered."""

    specialist_id: UUID
    version: Version


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


@dataclass(frozen=True, kw_only=True)
class ConsultationBooked(Event, producer=PRODUCER):
    """A client took a slot."""

    consultation_id: UUID
    version: Version
    client_id: UUID
    specialist_id: UUID
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, kw_only=True)
class ConsultationCancelled(Event, producer=PRODUCER):
    """A consultation does not take place: one side cancelled it."""

    consultation_id: UUID
    version: Version
    client_id: UUID
    specialist_id: UUID
    starts_at: datetime
    cancelled_by: Party


@dataclass(frozen=True, kw_only=True)
class ConsultationRescheduled(Event, producer=PRODUCER):
    """One side moved a consultation to another time."""

    consultation_id: UUID
    version: Version
    client_id: UUID
    specialist_id: UUID
    starts_at: datetime
    ends_at: datetime
    previous_starts_at: datetime


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
    ] = field(default_factory=lambda: list(Party))


@dataclass(frozen=True, kw_only=True)
class ConsultationMissed(Event, producer=PRODUCER):
    """One side did not come, as is said; the other may still differ, and then it is completed."""

    consultation_id: UUID
    version: Version
    client_id: UUID
    specialist_id: UUID
    starts_at: datetime
    missed_by: Party
    disputable_until: Annotated[
        datetime | None, Doc("Until then the other side may see it otherwise.")
    ] = None


@dataclass(frozen=True, kw_only=True)
class BothWishToContinue(Event, producer=PRODUCER):
    """After a consultation its two sides said, each in private, that they want to go on."""

    consultation_id: UUID
    client_id: UUID
    specialist_id: UUID


@dataclass(frozen=True, kw_only=True)
class SlotReleased(Event, producer=PRODUCER):
    """A time that was booked can be booked again: by whoever waits for it, if anybody does."""

    specialist_id: UUID
    starts_at: datetime


@dataclass(frozen=True, kw_only=True)
class RescueOffered(Event, producer=PRODUCER):
    """A consultation fell through because of the specialist, and times with others are kept for
    the client for a while."""

    consultation_id: UUID
    client_id: UUID
    slots: list[HeldSlot]


@dataclass(frozen=True, kw_only=True)
class SlotOffered(Event, producer=PRODUCER):
    """A time is kept for somebody who waits for it, until then."""

    specialist_id: UUID
    client_id: UUID
    starts_at: datetime
    held_until: datetime


@dataclass(frozen=True, kw_only=True)
class ConsultationsAtRisk(Event, producer=PRODUCER):
    """A specialist's licence expired while consultations with them lie ahead: somebody has to
    look at these."""

    specialist_id: UUID
    consultation_ids: list[UUID]


@dataclass(frozen=True, kw_only=True)
class PersonalDataErased(Event, producer=PRODUCER):
    """Booking holds nothing on this account any more but ids that lead nowhere."""

    account_id: UUID


# Requests and resources


@dataclass(frozen=True, kw_only=True)
class Hours:
    """A stretch of one weekday in which consultations may take place."""

    weekday: Weekday
    starts: LocalTime
    ends: LocalTime


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """A stretch of one date in which consultations may take place."""

    starts: LocalTime
    ends: LocalTime


@dataclass(frozen=True, kw_only=True)
class DateOverride:
    """One date that differs from the week: other hours, or none."""

    day: Annotated[date, Doc("In the zone that holds on it.")]
    hours: Annotated[list[Stretch], Length(max=20), Doc("Empty: closed.")] = field(
        default_factory=list
    )


@dataclass(frozen=True, kw_only=True)
class Stay:
    """Some dates in another zone: on them, hours are meant in it."""

    first_day: date
    last_day: Annotated[date, Doc("Included.")]
    time_zone: TimeZone


@dataclass(frozen=True, kw_only=True)
class Availability:
    """When a specialist gives first consultations."""

    offers_free_consultations: bool
    time_zone: TimeZone
    hours: Annotated[list[Hours], Length(max=50)] = field(default_factory=list)
    overrides: Annotated[list[DateOverride], Length(max=400)] = field(default_factory=list)
    stays: Annotated[list[Stay], Length(max=20)] = field(default_factory=list)
    grid_minutes: Annotated[
        int,
        OneOf([15, 30, 60]),
        Doc(
            "Slots start so far apart, counted from the start of a stretch. Each lasts 30 minutes."
        ),
    ] = 30
    buffer_before_minutes: Annotated[
        int, Range(0, 120), Doc("Kept free before each consultation.")
    ] = 0
    buffer_after_minutes: Annotated[
        int, Range(0, 120), Doc("Kept free after each consultation.")
    ] = 0
    minimum_notice_hours: Annotated[
        int, Range(0, 14 * 24), Doc("How long before its start a slot can still be booked.")
    ] = 12
    horizon_days: Annotated[int, Range(1, 180), Doc("How far ahead slots are offered.")] = 60
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
        Doc("Whether a month's budget is opened week by week, rather than all at once."),
    ] = True
    cancellation_notice_hours: Annotated[
        int,
        Range(0, 72),
        Doc("How long before its start a client can still cancel or move a consultation."),
    ] = 12
    in_person_address: Annotated[
        str | None,
        Length(1, 300),
        Doc("Where consultations take place; null: online. Whoever booked one sees it."),
    ] = None


@dataclass(frozen=True, kw_only=True)
class SlotsQuery:
    """Which slots: at most 62 days of them."""

    starting_from: Annotated[datetime | None, Named("from"), Doc("Default: now.")] = None
    until: Annotated[datetime | None, Named("to"), Doc("Default: 14 days after `from`.")] = None
    time_zone: Annotated[
        str | None,
        Length(1, 64),
        Doc("An IANA name, such as `Europe/Berlin`: each slot is shown in it too."),
    ] = None


@dataclass(frozen=True, kw_only=True)
class Slot:
    """30 bookable minutes."""

    starts_at: datetime
    ends_at: datetime
    local_start: Annotated[
        str | None,
        Doc("When it starts in the zone that was asked for, with the offset from UTC."),
    ] = None


@dataclass(frozen=True, kw_only=True)
class Slots:
    """Free slots in order of time."""

    items: list[Slot]
    cancellation_notice_hours: Annotated[
        int, Doc("How long before its start a client can still cancel or move what they book.")
    ] = 12


@dataclass(frozen=True, kw_only=True)
class BookConsultation:
    """The slot to book: a specialist and the time at which it starts."""

    specialist_id: UUID
    starts_at: datetime
    note: Annotated[
        str | None,
        Length(1, LONGEST_NOTE),
        Doc("What the specialist should know before, in private. Nobody else ever sees it."),
    ] = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class PrivateNote:
    """What a client tells a specialist before they meet. It leaves no trace in any log."""

    text: Annotated[str, Length(1, LONGEST_NOTE)] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class CancelConsultation:
    """Nobody has to give a reason; the other side does not see it."""

    reason: GivenReason | None = None


@dataclass(frozen=True, kw_only=True)
class RescheduleConsultation:
    """The time to which a consultation moves."""

    starts_at: datetime


@dataclass(frozen=True, kw_only=True)
class SayAttendance:
    """What became of a consultation. Where the two sides differ, it counts as completed."""

    attendance: Attendance


@dataclass(frozen=True, kw_only=True)
class SayOutcome:
    """What you want next. Only where both want to go on are both told so."""

    outcome: Annotated[
        Wish,
        Doc(
            "A client: `continue`, `try_another` or `not_now`. A specialist: `good_fit` or "
            "`not_a_fit`."
        ),
    ]


@dataclass(frozen=True, kw_only=True)
class Consultation:
    """A free initial consultation: 30 minutes between one client and one specialist."""

    id: UUID
    specialist_id: UUID
    client_id: UUID
    starts_at: datetime
    ends_at: datetime
    status: ConsultationStatus
    booked_at: datetime
    cancelled_at: datetime | None = None
    cancelled_by: Party | None = None
    cancellation_reason: Annotated[
        CancellationReason | None, Doc("Shown to whoever gave it; `account_erased` to both.")
    ] = None
    cancellation_notice_hours: Annotated[
        int, Doc("How long before its start the client can still cancel or move it.")
    ] = 12
    missed_by: Annotated[Party | None, Doc("Who did not come, where it was missed.")] = None
    your_attendance: Annotated[Attendance | None, Doc("What you said became of it.")] = None
    meeting_link: Annotated[str | None, Doc("Where to meet online.")] = None
    meeting_address: Annotated[str | None, Doc("Where to meet in person.")] = None
    note: Annotated[
        str | None, Doc("What the client told before. Answers to a GET alone have it.")
    ] = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What you said, in private, after a consultation."""

    consultation_id: UUID
    outcome: Wish
    said_at: datetime


@dataclass(frozen=True, kw_only=True)
class JoinWaitlist:
    """The specialist to wait for. You are asked between 8 and 21 h in your zone."""

    specialist_id: UUID
    time_zone: TimeZone


@dataclass(frozen=True, kw_only=True)
class LeaveWaitlist:
    """The specialist whom you no longer wait for."""

    specialist_id: UUID


@dataclass(frozen=True, kw_only=True)
class HeldSlot:
    """30 minutes that nobody else can book until then."""

    specialist_id: UUID
    starts_at: datetime
    held_until: datetime


@dataclass(frozen=True, kw_only=True)
class HeldSlots:
    """What is kept for you now, in order of time."""

    items: list[HeldSlot]


@dataclass(frozen=True, kw_only=True)
class WaitlistEntry:
    """You wait for a time with a specialist."""

    specialist_id: UUID
    time_zone: str
    joined_at: datetime
    held: Annotated[HeldSlot | None, Doc("What is kept for you now.")] = None


@dataclass(frozen=True, kw_only=True)
class Waitlist:
    """Whom you wait for, the longest first; ten at most."""

    items: list[WaitlistEntry]


@dataclass(frozen=True, kw_only=True)
class CalendarFileQuery:
    """How a consultation's calendar file is to be written."""

    discreet: Annotated[bool, Doc("With a title that says nothing.")] = False


@dataclass(frozen=True, kw_only=True)
class OpenCalendarFeed:
    """A private address at which calendars find one's consultations."""

    discreet: Annotated[bool, Doc("With titles that say nothing.")] = False


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
    discreet: bool


class OutsideCalendarState(StrEnum):
    WAITING = "waiting"
    """It was not read yet: it is while its owner is listed and offers free consultations."""
    WORKING = "working"
    BROKEN = "broken"
    """It could not be read, last time."""


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


@dataclass(frozen=True, kw_only=True)
class MonthOfFigures:
    """What became of a specialist's consultations of one calendar month: for their eyes alone."""

    month: Annotated[date, Doc("Its first day.")]
    booked: Annotated[int, Doc("All that were booked for this month.")]
    held: Annotated[int, Doc("Of those: took place.")]
    cancelled: int
    missed: int
    both_wish_to_continue: Annotated[int, Doc("Of those held.")]


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Twelve months, the present one last."""

    time_zone: Annotated[str, Doc("In which months begin.")]
    months: list[MonthOfFigures]


@dataclass(frozen=True, kw_only=True)
class PublishedMonth:
    """What became of all consultations of one calendar month. Null: too few to be told."""

    month: Annotated[date, Doc("Its first day.")]
    booked: Annotated[PublishedCount, Doc("All that were booked for this month.")]
    held: Annotated[PublishedCount, Doc("Of those: took place.")]
    cancelled: PublishedCount
    missed: PublishedCount
    both_wish_to_continue: Annotated[PublishedCount, Doc("Of those held.")]


@dataclass(frozen=True, kw_only=True)
class PublishedFigures:
    """Twelve months, the present one last."""

    time_zone: Annotated[str, Doc("In which months begin.")]
    months: list[PublishedMonth]


@dataclass(frozen=True, kw_only=True)
class BookingData:
    """What booking holds on a person."""

    availability: Annotated[Availability | None, Doc("Hours, where they set any.")]
    consultations: Annotated[list[Consultation], Doc("On either side, the oldest first.")]
    waitlist: Annotated[list[WaitlistEntry], Doc("Whom they wait for.")] = field(
        default_factory=list
    )
    outcomes: Annotated[list[Outcome], Doc("What they said after consultations.")] = field(
        default_factory=list
    )
    held_slots: Annotated[list[HeldSlot], Doc("What is kept for them now.")] = field(
        default_factory=list
    )
    outside_calendar: Annotated[
        OutsideCalendar | None, Doc("Their calendar elsewhere, where they gave one.")
    ] = None


# Refusals


class SlotTaken(Conflict):
    """Somebody else has that time, or one too close to it."""

    code = "slot_taken"


class SlotNotOffered(Conflict):
    """The specialist offers no free consultation at that time."""

    code = "slot_not_offered"


class SpecialistBusy(Conflict):
    """The specialist has something else at that time."""

    code = "specialist_busy"


class TooSoon(Conflict):
    """That time is too close to be booked."""

    code = "too_soon"


class TooFar(Conflict):
    """That time is further ahead than slots are offered."""

    code = "too_far"


class InThePast(Conflict):
    """That time has passed."""

    code = "in_the_past"


class DayFull(Conflict):
    """The specialist takes on no more on that day, or in that week."""

    code = "day_full"


class BudgetSpent(Conflict):
    """The specialist has no free consultations left in that month; more may open later."""

    code = "budget_spent"


class NotListed(Conflict):
    """The specialist can't be booked at present."""

    code = "not_listed"


class NoFreeConsultations(Conflict):
    """The specialist offers no free consultations at present."""

    code = "no_free_consultations"


class AlreadyBooked(Conflict):
    """You have had, or booked, your free consultation with this specialist."""

    code = "already_booked"


class OverlappingBooking(Conflict):
    """You have booked another consultation for that time."""

    code = "overlapping_booking"


class TooManyBookings(Conflict):
    """You have as many open bookings as one person can have."""

    code = "too_many_bookings"


class NotBooked(Conflict):
    """The consultation is not booked any more."""

    code = "not_booked"


class BookingPaused(Conflict):
    """You missed two consultations, so you can book again only after 30 days."""

    code = "booking_paused"


class NoticeTooShort(Conflict):
    """It is too close to its start for you to cancel or move it."""

    code = "notice_too_short"


class HasBegun(Conflict):
    """The consultation has begun."""

    code = "has_begun"


class NotOver(Conflict):
    """The consultation is not over yet."""

    code = "not_over"


class SameTime(Conflict):
    """The consultation is at that time already."""

    code = "same_time"


class SlotsFree(Conflict):
    """There is no need to wait: the specialist has free slots."""

    code = "slots_free"


class TooManyWaits(Conflict):
    """You wait for as many specialists as one person can."""

    code = "too_many_waits"


class NotHeld(Conflict):
    """The consultation did not take place."""

    code = "not_held"


class AttendanceClosed(Conflict):
    """It is settled what became of the consultation."""

    code = "attendance_closed"


class AttendanceGiven(Conflict):
    """You have put right before what you said, or it is too late to: the other side needs a day."""

    code = "attendance_given"


class OutcomeClosed(Conflict):
    """Whether to continue can be said within 14 days after the consultation."""

    code = "outcome_closed"


class OutcomeGiven(Conflict):
    """You have said before what you want next."""

    code = "outcome_given"


class OutcomeNotYours(Invalid):
    """That is for the other side to say."""

    code = "outcome_not_yours"


class OwnProfile(Forbidden):
    """Nobody books a consultation with themselves."""

    code = "own_profile"


class BadHours(Invalid):
    """These hours make no sense."""

    code = "bad_hours"


class BadPeriod(Invalid):
    """Slots can't be listed for that period."""

    code = "bad_period"


class UnknownTimeZone(Invalid):
    """There is no such time zone."""

    code = "unknown_time_zone"


class BadCalendarFile(Invalid):
    """What is at that address can't be read as a calendar."""

    code = "bad_calendar_file"


class NoCalendarThere(Unavailable):
    """That address has no calendar to give at present."""

    code = "no_calendar_there"
