"""What notifications answers: notices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from annotated_doc import Doc

from chassis.events import Event
from contracts.booking.consultations import Party
from contracts.booking.holds import HeldSlot
from contracts.profiles.accounts import Role
from contracts.profiles.featuring import NotFeatured
from contracts.profiles.preferences import Preferences
from contracts.profiles.right_to_practise import Standing

PRODUCER = "notifications"


class NoticeKind(StrEnum):
    """What a notice is about. Each kind has its own fields in ``data``."""

    CONSULTATION_BOOKED = "consultation_booked"
    CONSULTATION_RESCHEDULED = "consultation_rescheduled"
    CONSULTATION_PLACE_CHANGED = "consultation_place_changed"
    CONSULTATION_CANCELLED = "consultation_cancelled"
    CONSULTATION_COMPLETED = "consultation_completed"
    CONSULTATION_MISSED = "consultation_missed"
    BOTH_WISH_TO_CONTINUE = "both_wish_to_continue"
    RESCUE_OFFERED = "rescue_offered"
    SLOT_OFFERED = "slot_offered"
    CONSULTATIONS_AT_RISK = "consultations_at_risk"
    SPECIALIST_FEATURED = "specialist_featured"
    SPECIALIST_UNFEATURED = "specialist_unfeatured"
    FREE_CONSULTATIONS_PAUSED = "free_consultations_paused"
    FREE_CONSULTATIONS_RESUMED = "free_consultations_resumed"
    EXTERNAL_CALENDAR_FAILED = "external_calendar_failed"
    EXTERNAL_CALENDAR_RECOVERED = "external_calendar_recovered"
    EXTERNAL_CALENDAR_READ_IN_PART = "external_calendar_read_in_part"
    LICENCE_VERIFIED = "licence_verified"
    LICENCE_DECLINED = "licence_declined"
    LICENCE_EXPIRING = "licence_expiring"
    LICENCE_EXPIRED = "licence_expired"
    PASSWORD_CHANGED = "password_changed"
    EMAIL_CHANGED = "email_changed"
    SECOND_FACTOR_ADDED = "second_factor_added"
    SECOND_FACTOR_REMOVED = "second_factor_removed"
    RECOVERY_CODES_RENEWED = "recovery_codes_renewed"
    WRONG_CODES_ENTERED = "wrong_codes_entered"
    ROLES_CHANGED = "roles_changed"
    ACCOUNT_SUSPENDED = "account_suspended"
    ACCOUNT_RESTORED = "account_restored"
    SIGNED_OUT = "signed_out"


@dataclass(frozen=True, kw_only=True)
class PersonalDataErased(Event, producer=PRODUCER):
    """Notifications holds nothing on this account any more."""

    account_id: UUID


@dataclass(frozen=True, kw_only=True)
class NoticeData:
    """The ids, times and keys of a notice, for programs that write words of their own. What does
    not belong to its kind is null."""

    consultation_id: UUID | None = None
    client_id: UUID | None = None
    specialist_id: UUID | None = None
    starts_at: datetime | None = None
    previous_starts_at: Annotated[
        datetime | None, Doc("When a consultation that was moved was to start.")
    ] = None
    time_zone: Annotated[str | None, Doc("The specialist's.")] = None
    cancelled_by: Party | None = None
    missed_by: Party | None = None
    disputable_until: Annotated[
        datetime | None, Doc("Until then you can say that you were there.")
    ] = None
    held_until: datetime | None = None
    slots: Annotated[list[HeldSlot] | None, Doc("Times that are held for you.")] = None
    consultation_ids: Annotated[list[UUID] | None, Doc("Those that an admin has to look at.")] = (
        None
    )
    cause: Annotated[Standing | None, Doc("What ended a specialist's right to practise.")] = None
    expires_on: date | None = None
    days_left: int | None = None
    not_featured: NotFeatured | None = None
    problem: Annotated[str | None, Doc("Why an external calendar can't be read: a stable key.")] = (
        None
    )
    calendar_id: Annotated[UUID | None, Doc("Of an external calendar.")] = None
    passed_over: Annotated[
        int | None, Doc("How many parts of an external calendar could not be read.")
    ] = None
    roles: list[Role] | None = None


@dataclass(frozen=True, kw_only=True)
class Notice:
    """Something that a person is told."""

    id: UUID
    kind: NoticeKind
    text: Annotated[str, Doc("In the language that you read when you were told.")]
    data: NoticeData
    about: Annotated[UUID, Doc("The id of what it is about: a consultation, a specialist.")]
    created_at: datetime
    read_at: Annotated[datetime | None, Doc("When you marked it as read.")]


@dataclass(frozen=True, kw_only=True)
class NoticesPage:
    """A page of notices, and how many of all are unread."""

    items: list[Notice]
    next: Annotated[str | None, Doc("The cursor of the next page; null on the last.")]
    unread: Annotated[int, Doc("How many of all your notices are unread.")]


@dataclass(frozen=True, kw_only=True)
class SentMail:
    """A mail to a person, sent or on its way."""

    id: UUID
    address: Annotated[str | None, Doc("Where it went; null: to the account's own address.")]
    subject: str
    text: Annotated[str, Doc("Empty where it bore a link that is good once.")]
    status: str
    attempts: int
    next_attempt_at: datetime
    sent_at: datetime | None
    error: Annotated[str | None, Doc("Why it did not leave, last time.")]


@dataclass(frozen=True, kw_only=True)
class Addressee:
    """How a person is written to."""

    email: str
    display_name: str
    public_name: Annotated[str, Doc("On a specialist's profile; empty where there is none.")]
    roles: list[str]


@dataclass(frozen=True, kw_only=True)
class NotificationsData:
    """What notifications holds on a person."""

    addressee: Addressee | None
    preferences: Annotated[Preferences | None, Doc("As profiles told them last.")]
    notices: Annotated[list[Notice], Doc("The oldest first.")]
    mails: Annotated[list[SentMail], Doc("The oldest first.")]
