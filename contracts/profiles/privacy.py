"""Privacy: what the platform holds on a person, and that it can be erased."""

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
from contracts.profiles.featuring import ExposureOfDay
from contracts.profiles.history import Change
from contracts.profiles.licences import Licence
from contracts.profiles.preferences import Preferences
from contracts.profiles.sessions import OpenSession
from contracts.profiles.specialists import Specialist

# Events


@dataclass(frozen=True, kw_only=True)
class AccountErased(Event, producer=PRODUCER):
    """Somebody had their account erased: every service erases what it holds on them, and answers
    with a ``PersonalDataErased`` of its own."""

    account_id: UUID


@dataclass(frozen=True, kw_only=True)
class PersonalDataErased(Event, producer=PRODUCER):
    """Profiles holds nothing on this account any more."""

    account_id: UUID


# Requests


@dataclass(frozen=True, kw_only=True)
class EraseAccount:
    """Proof that it is the owner who asks."""

    password: GivenPassword = field(repr=False)
    code: CodeIfNeeded = field(default=None, repr=False)


# Resources


@dataclass(frozen=True, kw_only=True)
class ServicesErased:
    """When each service had erased all that it held; null: not yet."""

    profiles: datetime | None
    booking: datetime | None
    notifications: datetime | None
    content: datetime | None


@dataclass(frozen=True, kw_only=True)
class Erasure:
    """The receipt for an erasure. It says nothing about whose it is."""

    id: Annotated[UUID, Doc("Nobody can guess it; whoever holds it may look.")]
    requested_at: datetime
    services: ServicesErased
    complete_at: Annotated[datetime | None, Doc("When all services had; null: not yet.")]


@dataclass(frozen=True, kw_only=True)
class SecurityEntry:
    """Something about the account's security that was written down."""

    at: datetime
    what: str
    detail: str | None
    network: Annotated[str | None, Doc("From where, as far as it is kept.")]


@dataclass(frozen=True, kw_only=True)
class ProfilesData:
    """What profiles holds on a person, but for what only opens doors: the password's hash, codes,
    tokens."""

    account: Account
    preferences: Preferences | None
    sessions: Annotated[list[OpenSession], Doc("Ended ones as well.")]
    security: list[SecurityEntry]
    specialist: Annotated[Specialist | None, Doc("The public profile, listed or not.")]
    slugs: Annotated[list[str], Doc("The profile's addresses, former ones as well.")]
    licence: Annotated[Licence | None, Doc("As it was handed in last, and what is in force.")]
    history: Annotated[list[Change], Doc("What changed in profile, photo and licence.")]
    exposures: Annotated[
        list[ExposureOfDay], Doc("How often the profile was shown; counts under five are not told.")
    ]
    documents: Annotated[list[File], Doc("The photo, and the documents of the licence.")]
