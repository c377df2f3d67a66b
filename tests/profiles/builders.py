"""Specialists, and what is heard about them, with the usual filled in."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import inspect

from chassis.context import Caller
from chassis.ids import new_id
from contracts.booking.availability import AvailabilityChanged
from contracts.profiles.licences import SubmitLicence
from contracts.profiles.preferences import Language, Preferences
from contracts.profiles.specialists import ChangeProfile, Listing, WriteProfile
from services.profiles.base import Base
from services.profiles.licences.licences import Licence
from services.profiles.specialists.specialists import Specialist
from tests.support.service_client import Talking

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
"""The time at which rules are tried."""
TOMORROW = NOW + timedelta(days=1)
NOTHING_CHOSEN = Preferences(time_zone=None, language=Language.EN, country=None, discreet=False)
FAR_OFF = date(2999, 1, 1)
LIST = ChangeProfile(status=Listing.LISTED)
UNLIST = ChangeProfile(status=Listing.UNLISTED)


def a_profile(**changes: Any) -> WriteProfile:
    profile: dict[str, Any] = {
        "display_name": "Dr Ada Example",
        "headline": "Where to start",
        "biography": "I listen first.",
        "languages": ["en"],
        "topics": ["anxiety"],
        "online": True,
    }
    return WriteProfile(**{**profile, **changes})


def an_empty_specialist() -> Specialist:
    """As the row is before anything is known."""
    return Specialist(**_defaults(Specialist) | {"id": new_id()})


def an_empty_licence(specialist_id: UUID) -> Licence:
    return Licence(**_defaults(Licence) | {"specialist_id": specialist_id})


def _defaults(kind: type[Base]) -> dict[str, Any]:
    return {column.key: _default(column) for column in inspect(kind).columns}


def _default(column: Any) -> Any:
    if column.default is None:
        return None
    return column.default.arg(None) if column.default.is_callable else column.default.arg


def a_submission(**changes: Any) -> SubmitLicence:
    licence: dict[str, Any] = {
        "number": "PT-2041",
        "issuing_body": "Chamber of Psychotherapists",
        "country": "DE",
        "expires_on": FAR_OFF,
    }
    return SubmitLicence(**{**licence, **changes})


def a_written_specialist() -> Specialist:
    specialist = an_empty_specialist()
    specialist.write(a_profile())
    return specialist


def a_specialist(listed: bool = False, bookable: bool = False) -> Specialist:
    """With a profile and a licence; ``bookable``: for free, tomorrow."""
    specialist = a_written_specialist()
    specialist.verified_until = FAR_OFF
    if listed:
        specialist.change(LIST, NOW)
    if bookable:
        specialist.learn_availability(news_of(specialist.id), NOW)
    return specialist


def news_of(
    specialist_id: UUID,
    version: int = 1,
    offers: bool = True,
    next_slot_at: datetime | None = TOMORROW,
) -> AvailabilityChanged:
    return AvailabilityChanged(
        specialist_id=specialist_id,
        version=version,
        offers_free_consultations=offers,
        next_slots=[] if next_slot_at is None else [next_slot_at],
    )


def get_licensed(profiles: Talking, person: Caller) -> None:
    """As a verified licence leaves the profile; how one gets it: see ``test_licensing``."""
    with profiles.store.transaction() as tx:
        tx.lock(Specialist, person.known()).verified_until = FAR_OFF


def an_ipv4() -> str:
    """One that no other test uses."""
    return ".".join(str(octet) for octet in uuid4().bytes[:4])
