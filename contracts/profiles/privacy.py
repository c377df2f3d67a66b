"""Privacy: export and erasure of an account's personal data."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated
from uuid import UUID

from annotated_doc import Doc

from chassis.events import Event
from contracts.files import File
from contracts.profiles import PRODUCER
from contracts.profiles.accounts import Account, GivenPassword
from contracts.profiles.codes import CodeIfNeeded
from contracts.profiles.consents import Consent
from contracts.profiles.featuring import ExposureOfDay
from contracts.profiles.history import Change
from contracts.profiles.licences import Licence
from contracts.profiles.preferences import Preferences
from contracts.profiles.sessions import OpenSession
from contracts.profiles.specialists import Specialist

# Events


@dataclass(frozen=True, kw_only=True)
class AccountErased(Event, producer=PRODUCER):
    """The owner of an account had it erased. Every service erases its data about the account and
    answers with its own ``PersonalDataErased``."""

    account_id: UUID


@dataclass(frozen=True, kw_only=True)
class PersonalDataErased(Event, producer=PRODUCER):
    """The profiles service has erased everything about an account."""

    account_id: UUID


# Requests


@dataclass(frozen=True, kw_only=True)
class EraseAccount:
    """Proof that the owner of the account requests its erasure."""

    password: GivenPassword = field(repr=False)
    code: CodeIfNeeded = field(default=None, repr=False)


# Resources


@dataclass(frozen=True, kw_only=True)
class ServicesErased:
    """When each service had erased its data about the account; null: not yet."""

    profiles: datetime | None
    booking: datetime | None
    notifications: datetime | None
    content: datetime | None


@dataclass(frozen=True, kw_only=True)
class Erasure:
    """The receipt of an erasure. It does not reveal the account."""

    id: Annotated[UUID, Doc("A random id that can't be guessed. It is enough to read the receipt.")]
    requested_at: datetime
    services: ServicesErased
    complete_at: Annotated[datetime | None, Doc("When all services had erased it; null: not yet.")]


@dataclass(frozen=True, kw_only=True)
class SecurityEntry:
    """An entry of the audit log about the account."""

    at: datetime
    what: str
    detail: str | None
    network: Annotated[str | None, Doc("The network of the request; null after 90 days.")]


@dataclass(frozen=True, kw_only=True)
class ProfilesData:
    """The data about one account in the profiles service, without its credentials: password hash,
    codes and tokens."""

    account: Account
    preferences: Preferences | None
    consents: Annotated[list[Consent], Doc("What you agreed to, in which version, and when.")]
    sessions: Annotated[list[OpenSession], Doc("All sessions, including ended ones.")]
    security: list[SecurityEntry]
    specialist: Annotated[Specialist | None, Doc("The public profile, listed or not.")]
    slugs: Annotated[list[str], Doc("All slugs of the profile, including former ones.")]
    licence: Annotated[
        Licence | None, Doc("The licence that was handed in last, and the one in force.")
    ]
    history: Annotated[list[Change], Doc("All changes of profile, photo and licence.")]
    exposures: Annotated[
        list[ExposureOfDay], Doc("How often the profile was shown; counts under five are left out.")
    ]
    documents: Annotated[list[File], Doc("The photo, and the documents of the licence.")]
