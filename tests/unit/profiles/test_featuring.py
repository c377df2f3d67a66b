"""Featured is a truth: it follows from facts, and changes with them alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.events import Event
from contracts.booking.availability import AvailabilityChanged
from contracts.profiles.featuring import (
    FeaturedBecause,
    NotFeatured,
    SpecialistFeatured,
    SpecialistUnfeatured,
)
from contracts.profiles.specialists import (
    ChangeProfile,
    SpecialistChanged,
    SpecialistListed,
    SpecialistUnlisted,
)
from services.profiles.featuring.rule import (
    FeaturingFacts,
    obstacles,
    why_featured,
    why_not_featured,
)
from services.profiles.specialists.specialists import Specialist
from tests.profiles.builders import FAR_OFF, LIST, NOW, TOMORROW, UNLIST, a_specialist, news_of

A_SECOND = timedelta(seconds=1)
IN_14_DAYS = NOW + timedelta(days=14)
TRUE = FeaturingFacts(
    listed=True, verified=True, offers_free_consultations=True, next_slot_at=TOMORROW
)


def test_whoever_is_listed_verified_free_and_soon_to_be_booked_is_featured() -> None:
    assert why_not_featured(TRUE, NOW) is None


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (replace(TRUE, verified=False), NotFeatured.NOT_VERIFIED),
        (replace(TRUE, listed=False), NotFeatured.NOT_LISTED),
        (replace(TRUE, offers_free_consultations=False), NotFeatured.NO_FREE_CONSULTATIONS),
        (replace(TRUE, next_slot_at=None), NotFeatured.NO_SLOT_SOON),
    ],
)
def test_each_missing_fact_is_a_reason(facts: FeaturingFacts, reason: NotFeatured) -> None:
    assert why_not_featured(facts, NOW) is reason


def test_of_several_reasons_the_first_is_told() -> None:
    ever_less_is_missing = (
        FeaturingFacts(False, False, False, None),
        FeaturingFacts(False, True, False, None),
        FeaturingFacts(True, True, False, None),
        FeaturingFacts(True, True, True, None),
    )
    told = [why_not_featured(facts, NOW) for facts in ever_less_is_missing]
    assert told == list(NotFeatured)


@pytest.mark.parametrize(
    ("next_slot_at", "featured"),
    [
        (NOW - A_SECOND, False),
        (NOW, True),
        (IN_14_DAYS, True),
        (IN_14_DAYS + A_SECOND, False),
    ],
    ids=["passed", "now", "in exactly 14 days", "later"],
)
def test_a_slot_is_soon_from_now_until_14_days_from_now(
    next_slot_at: datetime, featured: bool
) -> None:
    reason = why_not_featured(replace(TRUE, next_slot_at=next_slot_at), NOW)
    assert reason is (None if featured else NotFeatured.NO_SLOT_SOON)


# The specialist


def types(events: list[Event]) -> list[type[Event]]:
    return [type(each) for each in events]


def test_a_listed_specialist_is_featured_when_a_slot_becomes_known() -> None:
    specialist = a_specialist(listed=True)
    assert specialist.learn_availability(news_of(specialist.id), NOW) == [
        SpecialistFeatured(
            specialist_id=specialist.id,
            version=2,
            display_name="Dr Ada Example",
            headline="Where to start",
            next_slot_at=TOMORROW,
            reason=FeaturedBecause.OFFERS_FREE_CONSULTATIONS,
        )
    ]
    assert specialist.featured


def test_a_bookable_specialist_is_featured_when_they_are_listed() -> None:
    specialist = a_specialist(bookable=True)
    assert not specialist.featured
    assert types(specialist.change(LIST, NOW)) == [SpecialistListed, SpecialistFeatured]


def test_an_unlisted_specialist_is_featured_no_more_and_the_reason_is_told() -> None:
    specialist = a_specialist(listed=True, bookable=True)
    [unlisted, unfeatured] = specialist.change(UNLIST, NOW)
    assert isinstance(unlisted, SpecialistUnlisted)
    assert isinstance(unfeatured, SpecialistUnfeatured)
    assert unfeatured.reason is NotFeatured.NOT_LISTED
    assert unlisted.version < unfeatured.version
    assert not specialist.featured


@pytest.mark.parametrize(
    ("offers", "next_slot_at", "reason"),
    [
        (False, TOMORROW, NotFeatured.NO_FREE_CONSULTATIONS),
        (True, None, NotFeatured.NO_SLOT_SOON),
        (True, IN_14_DAYS + A_SECOND, NotFeatured.NO_SLOT_SOON),
    ],
)
def test_featuring_ends_with_the_fact_that_it_needs(
    offers: bool, next_slot_at: datetime | None, reason: NotFeatured
) -> None:
    specialist = a_specialist(listed=True, bookable=True)
    [event] = specialist.learn_availability(news_of(specialist.id, 2, offers, next_slot_at), NOW)
    assert isinstance(event, SpecialistUnfeatured)
    assert event.reason is reason


def test_featuring_ends_when_the_slot_has_passed() -> None:
    specialist = a_specialist(listed=True, bookable=True)
    assert specialist.review_featuring(TOMORROW) == []
    [event] = specialist.review_featuring(TOMORROW + A_SECOND)
    assert isinstance(event, SpecialistUnfeatured)
    assert event.reason is NotFeatured.NO_SLOT_SOON


def test_featuring_begins_when_a_slot_has_come_near() -> None:
    specialist = a_specialist(listed=True)
    far = news_of(specialist.id, next_slot_at=IN_14_DAYS + timedelta(days=1))
    assert specialist.learn_availability(far, NOW) == []
    assert types(specialist.review_featuring(TOMORROW)) == [SpecialistFeatured]


def test_what_changes_nothing_about_featuring_tells_nothing_about_it() -> None:
    specialist = a_specialist(listed=True, bookable=True)
    later = news_of(specialist.id, version=2, next_slot_at=TOMORROW + A_SECOND)
    assert specialist.learn_availability(later, NOW) == []
    assert specialist.next_slot_at == TOMORROW + A_SECOND
    assert specialist.review_featuring(NOW) == []


def test_stale_news_of_availability_is_dropped() -> None:
    specialist = a_specialist(listed=True)
    specialist.learn_availability(news_of(specialist.id, version=2, offers=False), NOW)
    assert specialist.learn_availability(news_of(specialist.id, version=1), NOW) == []
    assert not specialist.offers_free_consultations


def test_repeated_news_of_availability_changes_nothing() -> None:
    specialist = a_specialist(listed=True)
    news = news_of(specialist.id)
    specialist.learn_availability(news, NOW)
    assert specialist.learn_availability(news, NOW) == []
    assert specialist.featured


@pytest.mark.parametrize(
    ("before", "reason"),
    [
        (replace(TRUE, listed=False), FeaturedBecause.LISTED),
        (replace(TRUE, listed=False, next_slot_at=None), FeaturedBecause.LISTED),
        (replace(TRUE, verified=False), FeaturedBecause.VERIFIED),
        (replace(TRUE, offers_free_consultations=False), FeaturedBecause.OFFERS_FREE_CONSULTATIONS),
        (replace(TRUE, next_slot_at=None), FeaturedBecause.SLOT_SOON),
        (TRUE, FeaturedBecause.MENDED),
    ],
)
def test_what_stood_against_it_before_is_the_reason_for_featuring(
    before: FeaturingFacts, reason: FeaturedBecause
) -> None:
    assert why_featured(why_not_featured(before, NOW)) is reason


def test_the_reason_is_what_went_away_last() -> None:
    specialist = a_specialist(bookable=True)
    [_, featured] = specialist.change(LIST, NOW)
    assert isinstance(featured, SpecialistFeatured)
    assert featured.reason is FeaturedBecause.LISTED
    specialist.learn_availability(news_of(specialist.id, 2, next_slot_at=None), NOW)
    [featured] = specialist.learn_availability(news_of(specialist.id, 3), NOW)
    assert isinstance(featured, SpecialistFeatured)
    assert featured.reason is FeaturedBecause.SLOT_SOON


def test_a_slot_that_came_near_unseen_is_not_the_reason_where_listing_came_after() -> None:
    specialist = a_specialist()
    far = news_of(specialist.id, next_slot_at=IN_14_DAYS + timedelta(days=1))
    specialist.learn_availability(far, NOW)
    [_, featured] = specialist.change(LIST, NOW + timedelta(days=2))
    assert isinstance(featured, SpecialistFeatured)
    assert featured.reason is FeaturedBecause.LISTED


def test_all_that_stands_against_it_is_said_not_only_the_first() -> None:
    assert obstacles(FeaturingFacts(False, False, False, None), NOW) == list(NotFeatured)
    assert a_specialist(bookable=True).obstacles(NOW) == [NotFeatured.NOT_LISTED]
    assert a_specialist(listed=True, bookable=True).obstacles(NOW) == []


def test_since_when_it_is_so_is_remembered() -> None:
    specialist = a_specialist(listed=True, bookable=True)
    later = NOW + timedelta(hours=1)
    specialist.review_featuring(later)
    assert specialist.featuring_since == NOW
    specialist.change(UNLIST, later)
    assert specialist.featuring_since == later


def test_time_alone_explains_what_was_true_when_it_was_last_looked_at() -> None:
    specialist = a_specialist(listed=True, bookable=True)
    assert specialist.featuring_was_true()
    for corrupt in (
        {"featured": False},
        {"next_slot_at": None},
        {"next_slot_at": NOW - A_SECOND},
        {"offers_free_consultations": False},
        {"status": "draft"},
    ):
        specialist = a_specialist(listed=True, bookable=True)
        for name, value in corrupt.items():
            setattr(specialist, name, value)
        assert not specialist.featuring_was_true(), corrupt


# What readers are told


def test_readers_are_told_of_what_they_may_read_alone() -> None:
    draft = a_specialist()
    seen = draft.snapshot()
    draft.change(ChangeProfile(headline="Another way"), NOW)
    draft.learn_availability(news_of(draft.id), NOW)
    assert list(draft.changes_since(seen)) == []


def test_readers_are_told_once_whatever_changed_with_the_version_of_what_they_read() -> None:
    specialist = a_specialist(bookable=True)
    seen = specialist.snapshot()
    specialist.change(LIST, NOW)
    specialist.change(ChangeProfile(headline="Another way"), NOW)
    changed = SpecialistChanged(specialist_id=specialist.id, version=specialist.version)
    assert list(specialist.changes_since(seen)) == [changed]
    assert specialist.version == 3


def test_another_next_slot_is_news_for_readers_with_a_version_of_its_own() -> None:
    specialist = a_specialist(listed=True, bookable=True)
    seen, version = specialist.snapshot(), specialist.version
    specialist.learn_availability(news_of(specialist.id, 2, next_slot_at=TOMORROW + A_SECOND), NOW)
    [changed] = specialist.changes_since(seen)
    assert changed == SpecialistChanged(specialist_id=specialist.id, version=version + 1)


def test_whoever_is_withdrawn_is_to_be_forgotten_by_readers() -> None:
    specialist = a_specialist(listed=True)
    seen = specialist.snapshot()
    specialist.change(UNLIST, NOW)
    assert [type(each) for each in specialist.changes_since(seen)] == [SpecialistChanged]


# Whatever comes, in whatever order

MOMENTS = st.one_of(st.none(), st.integers(-2, 20).map(lambda days: NOW + timedelta(days=days)))
A_STORY = st.lists(st.tuples(st.booleans(), MOMENTS), min_size=1, max_size=6)


def told_by(story: list[tuple[bool, datetime | None]]) -> list[AvailabilityChanged]:
    """What booking told about one specialist, in the order in which it happened."""
    specialist_id = a_specialist().id
    return [news_of(specialist_id, n, *each) for n, each in enumerate(story, start=1)]


@st.composite
def disorderly(draw: st.DrawFn) -> tuple[AvailabilityChanged, list[AvailabilityChanged]]:
    """The last news, and all of them in any order with any repetitions."""
    told = told_by(draw(A_STORY))
    again = draw(st.lists(st.sampled_from(told), max_size=6))
    return told[-1], draw(st.permutations([*told, *again]))


@given(disorderly())
def test_news_in_any_order_and_repetition_end_in_the_same_truth(
    heard: tuple[AvailabilityChanged, list[AvailabilityChanged]],
) -> None:
    last, news = heard
    specialist = a_specialist(listed=True)
    for each in news:
        specialist.learn_availability(each, NOW)
    facts = FeaturingFacts(True, True, last.offers_free_consultations, last.next_slot_at)
    assert specialist.featured == (why_not_featured(facts, NOW) is None)
    assert specialist.next_slot_at == last.next_slot_at


VERSIONED = (SpecialistListed, SpecialistUnlisted, SpecialistFeatured, SpecialistUnfeatured)
Step = AvailabilityChanged | ChangeProfile | timedelta | bool
"""A ``bool``: the licence is verified, or no more."""


@st.composite
def a_life(draw: st.DrawFn) -> list[Step]:
    """Availability, listing and time going on, mixed."""
    news: list[Step] = list(draw(disorderly())[1])
    changes: list[Step] = draw(st.lists(st.sampled_from([LIST, UNLIST]), max_size=5))
    pauses: list[Step] = [timedelta(days=n) for n in draw(st.lists(st.integers(0, 9), max_size=5))]
    verified: list[Step] = draw(st.lists(st.booleans(), max_size=5))
    return draw(st.permutations([*news, *changes, *pauses, *verified]))


def live(specialist: Specialist, life: list[Step]) -> tuple[list[Event], datetime]:
    now, events = NOW, list[Event]()
    for step in life:
        if isinstance(step, timedelta):
            now += step
            events += specialist.review_featuring(now)
        elif isinstance(step, bool):
            events += specialist.apply_licence(FAR_OFF if step else None, now)
        elif step == LIST and not specialist.verified_at(now):
            continue  # which is refused
        elif isinstance(step, ChangeProfile):
            events += specialist.change(step, now)
        else:
            events += specialist.learn_availability(step, now)
    return events, now


@given(a_life())
def test_featured_is_what_the_facts_say_at_every_moment(life: list[Step]) -> None:
    specialist = a_specialist()
    _, now = live(specialist, life)
    facts = FeaturingFacts(
        listed=specialist.listed,
        verified=specialist.verified_at(now),
        offers_free_consultations=specialist.offers_free_consultations,
        next_slot_at=specialist.next_slot_at,
    )
    assert specialist.featured == (why_not_featured(facts, now) is None)


@given(a_life())
def test_featured_and_unfeatured_are_told_in_turn_and_versions_grow(life: list[Step]) -> None:
    events, _ = live(a_specialist(), life)
    told = [
        type(each) for each in events if type(each) in (SpecialistFeatured, SpecialistUnfeatured)
    ]
    in_turn = [SpecialistFeatured, SpecialistUnfeatured] * len(told)
    assert told == in_turn[: len(told)]
    for each in events:
        if isinstance(each, SpecialistFeatured):
            assert each.reason is not FeaturedBecause.MENDED
    versions = [each.version for each in events if isinstance(each, VERSIONED)]
    assert versions == list(range(1, len(events) + 1))
