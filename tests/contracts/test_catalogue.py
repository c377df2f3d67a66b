"""What events may say, to whom; and above all what they may not."""

from __future__ import annotations

import dataclasses
import inspect
import re
import typing
from collections.abc import Iterator
from datetime import date, datetime
from enum import Enum
from typing import Annotated, Any
from uuid import UUID

import pytest
from annotated_doc import Doc
from marshmallow.validate import Range

from chassis.database.event_log import logged_types
from chassis.errors import DomainError
from chassis.events import Audience, Event
from contracts.booking.availability import AvailabilitySet
from contracts.booking.figures import Figures
from contracts.catalogue import MODULES, all_events, public_events
from contracts.field_patterns import PublishedCount
from contracts.profiles.featuring import (
    FEED,
    Exposure,
    ExposureOfDay,
    FeaturedPage,
    FeaturingReport,
)
from firststep.platform import SERVICES
from gateway.http.endpoint import declarations_of
from gateway.service import Gateway

CATALOGUE: dict[str, tuple[str, str]] = {
    "AccountRegistered": ("profiles", "internal"),
    "EmailVerificationRequested": ("profiles", "internal"),
    "EmailVerified": ("profiles", "internal"),
    "EmailChangeRequested": ("profiles", "internal"),
    "KnownAddressSignedUp": ("profiles", "internal"),
    "EmailChanged": ("profiles", "internal"),
    "PasswordResetRequested": ("profiles", "internal"),
    "PasswordChanged": ("profiles", "internal"),
    "RolesChanged": ("profiles", "internal"),
    "DisplayNameChanged": ("profiles", "internal"),
    "PreferencesChanged": ("profiles", "internal"),
    "AccountSuspended": ("profiles", "internal"),
    "AccountRestored": ("profiles", "internal"),
    "SignedOutByOperator": ("profiles", "internal"),
    "SecondFactorAdded": ("profiles", "internal"),
    "SecondFactorRemoved": ("profiles", "internal"),
    "RecoveryCodesRenewed": ("profiles", "internal"),
    "WrongCodesEntered": ("profiles", "internal"),
    "SessionsEnded": ("profiles", "internal"),
    "AccountErased": ("profiles", "internal"),
    "SpecialistListed": ("profiles", "public"),
    "SpecialistUpdated": ("profiles", "public"),
    "SpecialistUnlisted": ("profiles", "public"),
    "SpecialistChanged": ("profiles", "internal"),
    "SpecialistVerified": ("profiles", "internal"),
    "LicenceDeclined": ("profiles", "internal"),
    "LicenceExpiring": ("profiles", "internal"),
    "LicenceExpired": ("profiles", "internal"),
    "RightToPractiseChanged": ("profiles", "internal"),
    "SpecialistFeatured": ("profiles", "public"),
    "SpecialistUnfeatured": ("profiles", "public"),
    "AvailabilityChanged": ("booking", "internal"),
    "FreeConsultationsPaused": ("booking", "internal"),
    "FreeConsultationsResumed": ("booking", "internal"),
    "ExternalCalendarFailed": ("booking", "internal"),
    "ExternalCalendarReadInPart": ("booking", "internal"),
    "ExternalCalendarRecovered": ("booking", "internal"),
    "ConsultationBooked": ("booking", "internal"),
    "ConsultationRescheduled": ("booking", "internal"),
    "ConsultationPlaceChanged": ("booking", "internal"),
    "ConsultationCancelled": ("booking", "internal"),
    "ConsultationCompleted": ("booking", "internal"),
    "ConsultationMissed": ("booking", "internal"),
    "ConsultationsAtRisk": ("booking", "internal"),
    "BothWishToContinue": ("booking", "internal"),
    "NoteRead": ("booking", "internal"),
    "SlotReleased": ("booking", "internal"),
    "SlotOffered": ("booking", "internal"),
    "RescueOffered": ("booking", "internal"),
    "NoticeAdded": ("notifications", "internal"),
    "MessageSent": ("notifications", "internal"),
    "ArticlePublished": ("content", "public"),
    "ArticleChanged": ("content", "public"),
    "ArticleWithdrawn": ("content", "public"),
    "QuestionAsked": ("content", "internal"),
    "QuestionAnswered": ("content", "internal"),
}
"""Every event that the platform is to know, with its producer and audience."""

ANSWERED_BY_EACH = {"PersonalDataErased"}
"""What every service tells, each in a class and on an exchange of its own."""

BEAR_STATE = {
    "EmailChanged",
    "RolesChanged",
    "DisplayNameChanged",
    "PreferencesChanged",
    "SpecialistListed",
    "SpecialistUpdated",
    "SpecialistUnlisted",
    "SpecialistVerified",
    "LicenceDeclined",
    "LicenceExpiring",
    "LicenceExpired",
    "RightToPractiseChanged",
    "SpecialistChanged",
    "SpecialistFeatured",
    "SpecialistUnfeatured",
    "AvailabilityChanged",
    "FreeConsultationsPaused",
    "FreeConsultationsResumed",
    "ExternalCalendarFailed",
    "ExternalCalendarReadInPart",
    "ExternalCalendarRecovered",
    "ConsultationBooked",
    "ConsultationRescheduled",
    "ConsultationPlaceChanged",
    "ConsultationCancelled",
    "ConsultationCompleted",
    "ConsultationMissed",
    "ArticlePublished",
    "ArticleChanged",
    "ArticleWithdrawn",
}

ABOUT_CLIENTS = (
    "account",
    "address",
    "age",
    "birth",
    "booked",
    "booking",
    "client",
    "consultation",
    "contact",
    "conversation",
    "email",
    "gender",
    "ip",
    "mail",
    "message",
    "patient",
    "person",
    "phone",
    "question",
    "user",
    "waitlist",
)
ABOUT_HEALTH = (
    "answer",
    "attendance",
    "condition",
    "crisis",
    "diagnos",
    "disorder",
    "health",
    "illness",
    "medic",
    "missed",
    "note",
    "outcome",
    "risk",
    "symptom",
    "therap",
    "treatment",
)
WHOLE_WORDS = {"age", "ip"}
"""Too short to be looked for inside of other words."""
OF_A_SPECIALIST = {"in_person"}
"""How sessions are held: the word means nobody."""

EACH_EVENT = pytest.mark.parametrize("event", all_events(), ids=lambda event: event.type())


# The marketing firewall


def leaks(event: type[Event]) -> list[str]:
    """The fields, at any depth, through which a public event could tell about a client."""
    return [
        path
        for path, hint in fields_of(event)
        if is_open(hint) or any(forbidden(word) for word in path.split("."))
    ]


def forbidden(name: str) -> bool:
    words = name.lower().split("_")
    return name not in OF_A_SPECIALIST and any(
        part in words if part in WHOLE_WORDS else part in name.lower()
        for part in (*ABOUT_CLIENTS, *ABOUT_HEALTH)
    )


def is_open(hint: Any) -> bool:
    """Whether anything at all could stand in a field of this type."""
    known = {str, int, bool, float, UUID, date, datetime, type(None), list, tuple}
    return not all(
        each in known
        or dataclasses.is_dataclass(each)
        or (isinstance(each, type) and issubclass(each, Enum))
        for each in types_in(hint)
    )


def fields_of(shape: type, path: str = "") -> Iterator[tuple[str, Any]]:
    for name, hint in typing.get_type_hints(shape, include_extras=True).items():
        if name in ("producer", "audience"):
            continue
        yield f"{path}{name}", hint
        for each in types_in(hint):
            if dataclasses.is_dataclass(each):
                yield from fields_of(typing.cast(type, each), f"{path}{name}.")


def types_in(hint: Any) -> Iterator[Any]:
    """The types that an annotation is made of: ``list[Slot] | None`` has list, Slot and None."""
    origin = typing.get_origin(hint)
    if origin is Annotated:
        yield from types_in(typing.get_args(hint)[0])
        return
    if isinstance(origin, type) and origin is not type(int | str):
        yield origin
    if origin is None:
        yield hint
    for argument in typing.get_args(hint):
        yield from types_in(argument)


@pytest.mark.parametrize("event", public_events(), ids=lambda event: event.type())
def test_no_public_event_tells_anything_about_a_client_or_health(event: type[Event]) -> None:
    assert leaks(event) == []


@dataclasses.dataclass(frozen=True, kw_only=True)
class Detail:
    text: str
    consultation_id: UUID


@dataclasses.dataclass(frozen=True, kw_only=True)
class Leaking(Event, producer="profiles", audience=Audience.PUBLIC):
    """Nothing of this may leave."""

    specialist_id: UUID
    version: int
    client_id: UUID
    booking_note: str
    outcome: Annotated[str | None, Doc("How it went.")]
    details: list[Detail]
    maybe: Detail | None
    page: str
    anything: Any
    attributes: dict[str, str]


def test_the_firewall_finds_what_may_not_leave_however_deep() -> None:
    assert leaks(Leaking) == [
        "client_id",
        "booking_note",
        "outcome",
        "details.consultation_id",
        "maybe.consultation_id",
        "anything",
        "attributes",
    ]


# Counts

NUMBERS_THAT_COUNT_NOBODY = {
    "version",
    "year",
    "minutes",
    "limit",
    "expires_in",
    "minimum_notice_hours",
    "horizon_days",
    "attempts",
    # what a specialist sets, and how full an external calendar of theirs is
    "grid_minutes",
    "buffer_before_minutes",
    "buffer_after_minutes",
    "most_per_day",
    "most_per_week",
    "monthly_budget",
    "cancellation_notice_hours",
    "busy_times",
    # times that are free, which everybody can list
    "slots",
    # the reader's own, and what stands in a calendar of theirs
    "unread",
    "days_left",
    "passed_over",
    "line",
    # specialists, who are public; not what anybody did
    "total",
    "topic",
    "approach",
    "language",
    "country",
    "online",
    "in_person",
    "free_consultation",
    "fees",
    "featured",
}
"""Whole numbers in what leaves the platform that say nothing about how many people did what."""
OF_ONES_OWN = {AvailabilitySet, Figures}
"""Specialists alone see these, of consultations that they can list and count themselves."""


def bare_counts(shape: type) -> list[str]:
    """The fields, at any depth, in which a count under five could be published."""
    return [
        path
        for path, hint in fields_of(shape)
        if set(types_in(hint)) & {int, float}
        and path.rpartition(".")[2] not in NUMBERS_THAT_COUNT_NOBODY
        and not is_published_count(hint)
    ]


def is_published_count(hint: Any) -> bool:
    """Whether it refuses what is under five, and may be null instead."""
    floors = [
        each.min
        for each in getattr(hint, "__metadata__", ())
        if isinstance(each, Range) and each.min is not None
    ]
    return max(floors, default=0) >= 5 and type(None) in set(types_in(hint))


@pytest.mark.parametrize("event", public_events(), ids=lambda event: event.type())
def test_no_public_event_counts_anything(event: type[Event]) -> None:
    assert bare_counts(event) == []


def shapes_answered() -> list[type]:
    """What the API answers, whoever asks."""
    answered = {
        each.returns for each, _ in declarations_of(Gateway) if isinstance(each.returns, type)
    }
    return sorted(answered - OF_ONES_OWN, key=lambda shape: shape.__name__)


@pytest.mark.parametrize("shape", shapes_answered(), ids=lambda shape: shape.__name__)
def test_no_answer_publishes_a_count_under_five(shape: type) -> None:
    assert bare_counts(shape) == []


@dataclasses.dataclass(frozen=True, kw_only=True)
class Counting:
    bookings: int
    version: int
    shown: PublishedCount
    opened: Annotated[PublishedCount, Doc("Meant well.")]
    many: Annotated[int | None, Range(min=1)]
    always: Annotated[int, Range(min=5)]
    share: float | None


@dataclasses.dataclass(frozen=True, kw_only=True)
class CountingDeeply:
    days: list[Counting]


def test_the_firewall_finds_counts_that_may_be_small_however_deep() -> None:
    found = ["bookings", "many", "always", "share"]
    assert bare_counts(Counting) == found
    assert bare_counts(CountingDeeply) == [f"days.{each}" for each in found]


# What leaves by other ways than the broker


def test_the_feed_tells_public_events_alone() -> None:
    assert set(FEED) <= set(public_events())


def test_what_is_kept_to_be_published_again_is_public() -> None:
    public = {event.type() for event in public_events()}
    kept = [logged_types(service.store.base.metadata) for service in SERVICES.values()]
    assert set().union(*kept) <= public
    assert any(kept)


def test_what_is_counted_about_the_featured_says_nothing_of_who_looked() -> None:
    for shape in (Exposure, ExposureOfDay, FeaturingReport, FeaturedPage):
        named = [name for name, _ in fields_of(shape)]
        assert [name for name in named if any(map(forbidden, name.split(".")))] == []


def test_public_events_are_some_and_not_all() -> None:
    assert {event.audience for event in public_events()} == {Audience.PUBLIC}
    assert 0 < len(public_events()) < len(all_events())


# What every event has


@EACH_EVENT
def test_an_event_is_in_the_catalogue_with_its_producer_and_audience(event: type[Event]) -> None:
    if event.type() in ANSWERED_BY_EACH:
        assert event.audience is Audience.INTERNAL
    else:
        assert CATALOGUE[event.type()] == (event.producer, event.audience)


@pytest.mark.parametrize("answer", ANSWERED_BY_EACH)
def test_what_each_service_answers_has_one_producer_for_each(answer: str) -> None:
    producers = [event.producer for event in all_events() if event.type() == answer]
    assert sorted(producers) == sorted(SERVICES)


@EACH_EVENT
def test_an_event_stands_in_its_producers_contract(event: type[Event]) -> None:
    assert event.__module__.split(".")[:2] == ["contracts", event.producer]


def test_the_catalogue_finds_every_event_that_is_declared() -> None:
    declared = {
        member
        for module in MODULES
        for _, member in inspect.getmembers(module, inspect.isclass)
        if Event in member.__mro__[1:]
    }
    assert declared == set(all_events())
    assert len({(event.producer, event.type()) for event in all_events()}) == len(all_events())


@EACH_EVENT
def test_an_event_says_in_a_sentence_what_happened(event: type[Event]) -> None:
    said = inspect.cleandoc(event.__doc__ or "")
    assert not said.startswith(f"{event.__name__}(")  # what dataclasses put in its place
    assert said.endswith(".")


@EACH_EVENT
def test_the_first_field_of_an_event_names_whom_it_happened_to(event: type[Event]) -> None:
    first = dataclasses.fields(event)[0].name
    assert first.endswith("_id")
    assert typing.get_type_hints(event)[first] is UUID


@EACH_EVENT
def test_an_event_that_bears_state_bears_its_version(event: type[Event]) -> None:
    hints = typing.get_type_hints(event)
    assert (hints.get("version") is int) == (event.type() in BEAR_STATE)


@EACH_EVENT
def test_an_event_can_be_neither_changed_nor_confused(event: type[Event]) -> None:
    parameters = event.__dataclass_params__  # type: ignore[attr-defined]
    assert parameters.frozen
    assert all(field.kw_only for field in dataclasses.fields(event))


# The free consultation


PRICED = {"price", "fee", "fees", "amount", "cost", "currency", "payment", "rate", "charge", "paid"}


@EACH_EVENT
def test_no_event_has_a_price(event: type[Event]) -> None:
    names = [path for path, _ in fields_of(event)]
    assert [each for each in names if PRICED & set(re.split(r"[._]", each.lower()))] == []


def test_a_free_consultation_has_no_price() -> None:
    named = {
        f"{name}.{field.name}"
        for module in MODULES
        if module.__name__.startswith("contracts.booking.")
        for name, member in inspect.getmembers(module, dataclasses.is_dataclass)
        for field in dataclasses.fields(typing.cast(Any, member))
    }
    assert "Consultation.status" in named
    assert [each for each in named if PRICED & set(re.split(r"[._]", each.lower()))] == []


# Refusals


def refusals() -> list[type[DomainError]]:
    found: list[type[DomainError]] = []
    waiting = DomainError.__subclasses__()
    while waiting:
        each = waiting.pop()
        waiting += each.__subclasses__()
        found.append(each)
    return [each for each in found if not each.__module__.startswith("tests")]


def test_no_two_refusals_share_a_code() -> None:
    codes = [refusal.code for refusal in refusals()]
    assert sorted(codes) == sorted(set(codes))
    assert {"slot_taken", "email_taken", "not_found"} <= set(codes)


def test_every_refusal_has_a_stable_code_and_a_sentence_of_its_own() -> None:
    for refusal in refusals():
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", refusal.code), refusal
        assert "code" in vars(refusal), refusal
        assert "__doc__" in vars(refusal), refusal
        assert refusal.sentence().endswith("."), refusal
