"""Notices and mails: resources of the notifications service."""

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
    """The kind of a notice. Each kind has its own fields in ``data``."""

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
    """The notifications service has erased everything about an account."""

    account_id: UUID


Position = Annotated[
    int, Doc("The account's notices are numbered from 1, in the order of their commits.")
]


@dataclass(frozen=True, kw_only=True)
class NoticeAdded(Event, producer=PRODUCER):
    """An account has a new notice. A broadcast to every gateway, for live updates."""

    account_id: UUID
    position: Position
    kind: NoticeKind
    unread: Annotated[int, Doc("The number of all its unread notices, with this one.")]


@dataclass(frozen=True, kw_only=True)
class NoticeData:
    """The ids, times and keys of a notice, for programs that write their own words. Fields of
    other kinds are null."""

    consultation_id: UUID | None = None
    client_id: UUID | None = None
    specialist_id: UUID | None = None
    starts_at: datetime | None = None
    previous_starts_at: Annotated[
        datetime | None, Doc("The former start of a consultation that was moved.")
    ] = None
    time_zone: Annotated[str | None, Doc("The specialist's time zone.")] = None
    cancelled_by: Party | None = None
    missed_by: Party | None = None
    disputable_until: Annotated[
        datetime | None, Doc("Until then you can say that you were present.")
    ] = None
    held_until: datetime | None = None
    slots: Annotated[list[HeldSlot] | None, Doc("Times that are held for you.")] = None
    consultation_ids: Annotated[
        list[UUID] | None, Doc("The consultations that an admin has to look at.")
    ] = None
    cause: Annotated[Standing | None, Doc("What ended a specialist's right to practise.")] = None
    expires_on: date | None = None
    days_left: int | None = None
    not_featured: NotFeatured | None = None
    problem: Annotated[str | None, Doc("Why an external calendar can't be read: a stable key.")] = (
        None
    )
    calendar_id: Annotated[UUID | None, Doc("The external calendar's id.")] = None
    passed_over: Annotated[
        int | None, Doc("How many parts of an external calendar could not be read.")
    ] = None
    roles: list[Role] | None = None


@dataclass(frozen=True, kw_only=True)
class Notice:
    """A message to the owner of an account."""

    id: UUID
    kind: NoticeKind
    text: Annotated[str, Doc("In the language of your preferences at that time.")]
    data: NoticeData
    about: Annotated[UUID, Doc("The id of the consultation or specialist that it is about.")]
    created_at: datetime
    read_at: Annotated[datetime | None, Doc("When you marked it as read.")]


@dataclass(frozen=True, kw_only=True)
class NoticesPage:
    """A page of notices, with the number of all unread ones."""

    items: list[Notice]
    next: Annotated[str | None, Doc("The cursor of the next page; null on the last.")]
    unread: Annotated[int, Doc("The number of all your unread notices.")]


@dataclass(frozen=True, kw_only=True)
class AddedNotice:
    """A notice that was added, for live updates."""

    position: Position
    kind: NoticeKind


@dataclass(frozen=True, kw_only=True)
class AddedNotices:
    """The notices that were added for an account after a position."""

    items: Annotated[list[AddedNotice], Doc("The oldest first.")]
    position: Annotated[int, Doc("The position to go on from.")]
    more: Annotated[bool, Doc("There are more after these.")]
    unread: Annotated[int, Doc("The number of all its unread notices.")]


@dataclass(frozen=True, kw_only=True)
class LiveUpdate:
    """The data of an event in a live stream."""

    unread: Annotated[int, Doc("The number of all your unread notices.")]
    kind: Annotated[NoticeKind | None, Doc("The kind of a new notice; null: there is none.")]


@dataclass(frozen=True, kw_only=True)
class SentMail:
    """A mail to the owner of an account, sent or still to be sent."""

    id: UUID
    address: Annotated[str | None, Doc("The address it goes to; null: the account's own.")]
    subject: str
    text: Annotated[str, Doc("Empty where the mail has a link that works once.")]
    status: str
    attempts: int
    next_attempt_at: datetime
    sent_at: datetime | None
    error: Annotated[str | None, Doc("Why the last attempt to send it failed.")]


@dataclass(frozen=True, kw_only=True)
class Addressee:
    """The address and names that mails to an account use."""

    email: str
    display_name: str
    public_name: Annotated[
        str, Doc("The name on a specialist's profile; empty where there is none.")
    ]
    roles: list[str]


@dataclass(frozen=True, kw_only=True)
class NotificationsData:
    """The data about one account in the notifications service."""

    addressee: Addressee | None
    preferences: Annotated[Preferences | None, Doc("The preferences that profiles announced last.")]
    notices: Annotated[list[Notice], Doc("The oldest first.")]
    mails: Annotated[list[SentMail], Doc("The oldest first.")]
