"""What notifications answers: notices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from annotated_doc import Doc

from chassis.events import Event
from contracts.profiles.preferences import Preferences

PRODUCER = "notifications"


@dataclass(frozen=True, kw_only=True)
class PersonalDataErased(Event, producer=PRODUCER):
    """Notifications holds nothing on this account any more."""

    account_id: UUID


@dataclass(frozen=True, kw_only=True)
class Notice:
    """Something that a person is told."""

    id: UUID
    kind: Annotated[str, Doc("A stable key, such as `consultation_booked`.")]
    text: str
    about: Annotated[UUID, Doc("The id of what it is about: a consultation, a specialist.")]
    created_at: datetime
    read_at: datetime | None


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
    roles: list[str]


@dataclass(frozen=True, kw_only=True)
class NotificationsData:
    """What notifications holds on a person."""

    addressee: Addressee | None
    preferences: Annotated[Preferences | None, Doc("As profiles told them last.")]
    notices: Annotated[list[Notice], Doc("The oldest first.")]
    mails: Annotated[list[SentMail], Doc("The oldest first.")]
