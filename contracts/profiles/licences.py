"""Licences to practise, which admins verify and which expire."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from annotated_doc import Doc
from marshmallow.validate import Length, Range

from chassis.errors import Conflict, Forbidden, Invalid
from chassis.events import Event, Version
from chassis.pagination import PageQuery
from chassis.schemas import Normalised
from contracts.inputs.texts import NotBlank, one_line, running_text
from contracts.profiles import PRODUCER
from contracts.profiles.specialists import CountryCode

WARNED_BEFORE = (timedelta(days=7), timedelta(days=30))
"""How long before its expiry the holder of a licence is warned, the shortest first."""


class LicenceStatus(StrEnum):
    """The status of the licence that was handed in last."""

    SUBMITTED = "submitted"
    VERIFIED = "verified"
    DECLINED = "declined"
    EXPIRED = "expired"


class Decision(StrEnum):
    VERIFIED = "verified"
    DECLINED = "declined"


# Events


@dataclass(frozen=True, kw_only=True)
class SpecialistVerified(Event, producer=PRODUCER):
    """An admin has verified a specialist's licence, the first or a renewed one."""

    specialist_id: UUID
    version: Version


@dataclass(frozen=True, kw_only=True)
class LicenceDeclined(Event, producer=PRODUCER):
    """An admin has declined a licence, or withdrawn one that was verified."""

    specialist_id: UUID
    version: Version
    reason: str


@dataclass(frozen=True, kw_only=True)
class LicenceExpiring(Event, producer=PRODUCER):
    """A verified licence expires in 30 days or in 7."""

    specialist_id: UUID
    version: Version
    expires_on: date
    days_left: int


@dataclass(frozen=True, kw_only=True)
class LicenceExpired(Event, producer=PRODUCER):
    """A verified licence expired before a renewed one was verified."""

    specialist_id: UUID
    version: Version
    expires_on: date


# Requests


@dataclass(frozen=True, kw_only=True)
class SubmitLicence:
    """A licence to practise, for an admin to verify."""

    number: Annotated[str, Normalised(one_line), Length(1, 80), NotBlank]
    issuing_body: Annotated[str, Normalised(one_line), Length(1, 200), NotBlank]
    country: Annotated[CountryCode, Doc("The country that issued it: ISO 3166-1 alpha-2.")]
    expires_on: Annotated[
        date, Doc("The first day, from midnight UTC, on which it is no longer valid.")
    ]


@dataclass(frozen=True, kw_only=True)
class DecideLicence:
    """An admin's decision on a licence."""

    decision: Decision
    version: Annotated[int, Range(1), Doc("The version of the licence that the admin looked at.")]
    reason: Annotated[
        str,
        Normalised(running_text),
        Length(max=500),
        Doc("The specialist reads it. Needed to decline."),
    ] = ""


@dataclass(frozen=True, kw_only=True)
class LicenceQuery(PageQuery):
    """A filter for licences."""

    status: LicenceStatus = LicenceStatus.SUBMITTED


# Resources


@dataclass(frozen=True, kw_only=True)
class LicenceFacts:
    """The text of a licence."""

    number: str
    issuing_body: str
    country: str
    expires_on: date


@dataclass(frozen=True, kw_only=True)
class Licence:
    """The licence that was handed in last, and the one that is in force."""

    specialist_id: UUID
    version: int
    status: LicenceStatus
    number: str
    issuing_body: str
    country: str
    expires_on: date
    has_document: bool
    submitted_at: datetime
    decided_at: datetime | None
    reason: Annotated[str, Doc("Why an admin declined it.")]
    in_force: Annotated[
        LicenceFacts | None,
        Doc("The verified licence that has not expired. A renewal waits beside it."),
    ]


@dataclass(frozen=True, kw_only=True)
class LicenceHolder:
    """The account of a licence, to compare with the document."""

    display_name: str
    email: str
    verified: Annotated[bool, Doc("Whether the e-mail address is confirmed.")]


@dataclass(frozen=True, kw_only=True)
class LicenceForReview(Licence):
    """A licence with its holder, as admins see it."""

    holder: Annotated[LicenceHolder | None, Doc("Null where the account was erased.")]
    decisions: Annotated[list[Decision], Doc("What an admin can decide on it now.")]


# Refusals


class LicenceChanged(Conflict):
    """The licence has changed since you looked at it. Please look at it again."""

    code = "licence_changed"


class NothingToDecide(Conflict):
    """There is nothing to decide: no licence waits here, and none is in force."""

    code = "nothing_to_decide"


class LicenceEnded(Invalid):
    """This licence has ended already. Please send one that is still valid."""

    code = "licence_ended"


class ReasonMissing(Invalid):
    """Please say why you decline this licence. The specialist will read it."""

    code = "reason_missing"


class OwnLicence(Forbidden):
    """You can't decide on your own licence. Please ask another admin."""

    code = "own_licence"
