"""Fair rotation: everybody is shown equally often, and each visitor sees an order that stays."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.cursors import BadCursor
from contracts.profiles.featuring import BadVisit
from gateway.featured.rotation import POINTS, Place, Ring, Rotation, Visit

TODAY = date(2026, 3, 2)
DAY = TODAY.toordinal()
VISITORS = 8000
LIMITS = (5, 10, 20, 20, 20, 50)
READ_ON = 0.3
"""How likely somebody is to look at another page."""


def some(number: int, begin: int = 0) -> list[UUID]:
    """The same each time."""
    return [UUID(int=begin + n) for n in range(number)]


def shown_to(ring: Ring, visit: Visit, limit: int, pages: int) -> list[UUID]:
    """What a visitor sees on so many pages."""
    seen: list[UUID] = []
    last = None
    for _ in range(pages):
        places, more = ring.page(visit.start, last, limit)
        seen += [ring.ids[each] for each in places]
        if not more:
            break
        last = ring.points[places[-1]]
    return seen


def a_day(ids: list[UUID], chance: random.Random, visitors: int, gateways: int) -> Counter[UUID]:
    """How often each is shown to visitors who come to one gateway or another."""
    ring = Ring(ids, DAY)
    rotations = [Rotation(chance.randrange(POINTS)) for _ in range(gateways)]
    shown: Counter[UUID] = Counter()
    for _ in range(visitors):
        limit, pages = chance.choice(LIMITS), 1
        while chance.random() < READ_ON:
            pages += 1
        visit = chance.choice(rotations).begin(ring, limit)
        shown.update(shown_to(ring, visit, limit, pages))
    return shown


@pytest.mark.parametrize("featured", [1, 3, 19, 60, 211])
@pytest.mark.parametrize("gateways", [1, 3])
def test_over_a_day_all_are_shown_equally_often_within_5_percent(
    featured: int, gateways: int
) -> None:
    ids = some(featured)
    shown = a_day(ids, random.Random(featured), VISITORS, gateways)
    mean = shown.total() / featured
    assert max(abs(shown[each] - mean) for each in ids) <= 0.05 * mean


def test_the_simulation_would_notice_an_order_that_is_the_same_for_all() -> None:
    ids, chance = some(60), random.Random(1)
    ring = Ring(ids, DAY)
    shown: Counter[UUID] = Counter()
    for _ in range(VISITORS):
        shown.update(shown_to(ring, Visit(DAY, 0), chance.choice(LIMITS), 1))
    mean = shown.total() / len(ids)
    assert max(abs(shown[each] - mean) for each in ids) > 0.5 * mean


def test_first_pages_alone_differ_by_one_at_most() -> None:
    ids, chance, shown = some(37), random.Random(2), Counter[UUID]()
    ring, rotation = Ring(ids, DAY), Rotation(0)
    for _ in range(1000):
        limit = chance.randint(1, 30)
        shown.update(shown_to(ring, rotation.begin(ring, limit), limit, 1))
    assert max(shown.values()) - min(shown[each] for each in ids) <= 1


def test_who_comes_and_goes_during_the_day_changes_nothing_for_the_others() -> None:
    """Half stay all day; the others are featured for a part of it, and get their part."""
    chance = random.Random(3)
    stay, come_and_go = some(40), some(40, begin=40)
    present = [(each, sorted(chance.sample(range(VISITORS), 2))) for each in come_and_go]
    shown: Counter[UUID] = Counter()
    due: Counter[UUID] = Counter()
    rotation = Rotation(chance.randrange(POINTS))
    ring = Ring(stay, DAY)
    for visitor in range(VISITORS):
        here = stay + [each for each, (begin, end) in present if begin <= visitor < end]
        if visitor % 50 == 0 or len(here) != len(ring):
            ring = Ring(here, DAY)
        limit = chance.choice(LIMITS)
        seen = shown_to(ring, rotation.begin(ring, limit), limit, 1)
        shown.update(seen)
        for each in here:
            due[each] += len(seen) / len(here)  # type: ignore[assignment]
    for each in stay:
        assert abs(shown[each] - due[each]) <= 0.05 * due[each]
    for each, (begin, end) in present:
        if end - begin > VISITORS / 10:
            assert abs(shown[each] - due[each]) <= 0.05 * due[each] + 5


# A visitor's own order


@given(st.integers(1, 40), st.integers(1, 15), st.integers(0, POINTS - 1))
def test_all_pages_together_show_everybody_once(number: int, limit: int, start: int) -> None:
    ids = some(number)
    ring = Ring(ids, DAY)
    seen = shown_to(ring, Visit(DAY, start), limit, pages=number + 1)
    assert sorted(seen) == sorted(ids)
    assert seen == shown_to(ring, Visit(DAY, start), limit, pages=number + 1)


@given(st.data(), st.integers(2, 30), st.integers(1, 9), st.integers(0, POINTS - 1))
def test_whoever_stays_is_seen_once_while_others_come_and_go(
    data: st.DataObject, number: int, limit: int, start: int
) -> None:
    stay, others = some(number), some(10, begin=number)
    seen: list[UUID] = []
    last = None
    while True:
        here = stay + data.draw(st.lists(st.sampled_from(others), unique=True))
        ring = Ring(here, DAY)
        places, more = ring.page(start, last, limit)
        seen += [ring.ids[each] for each in places]
        if not more:
            break
        last = ring.points[places[-1]]
    assert len(set(seen)) == len(seen)
    assert set(stay) <= set(seen)


def test_the_order_is_another_one_each_day() -> None:
    ids = some(30)
    assert Ring(ids, DAY).ids != Ring(ids, DAY + 1).ids
    assert Ring(ids, DAY).ids == Ring(reversed(ids), DAY).ids


def test_nobody_featured_is_no_reason_to_fail() -> None:
    ring, rotation = Ring([], DAY), Rotation(7)
    visit = rotation.begin(ring, 20)
    assert ring.page(visit.start, None, 20) == ([], False)


# Tokens


@given(st.integers(0, DAY), st.integers(0, POINTS - 1), st.integers(0, POINTS - 1))
def test_tokens_say_what_was_put_in(day: int, start: int, last: int) -> None:
    visit = Visit(day, start)
    assert Visit.from_token(visit.to_token(), TODAY) == visit
    place = Place(Visit(DAY - day % 2, start), last)
    assert Place.from_cursor(place.to_cursor(), TODAY) == place
    assert len(place.to_cursor()) <= 64


@given(st.text(max_size=64))
def test_what_was_not_given_out_is_refused(text: str) -> None:
    for read, refusal in ((Visit.from_token, BadVisit), (Place.from_cursor, BadCursor)):
        try:
            read(text, TODAY)
        except refusal:
            continue
        assert len(text) in (16, 27)


def test_a_visit_from_tomorrow_and_a_cursor_from_last_week_are_refused() -> None:
    with pytest.raises(BadVisit):
        Visit.from_token(Visit(DAY + 1, 0).to_token(), TODAY)
    with pytest.raises(BadCursor):
        Place.from_cursor(Place(Visit(DAY + 1, 0), 0).to_cursor(), TODAY)
    with pytest.raises(BadCursor):
        Place.from_cursor(Place(Visit(DAY - 7, 0), 0).to_cursor(), TODAY)
    assert Visit(DAY - 7, 0).is_over(TODAY)
    assert not Visit(DAY - 1, 0).is_over(TODAY)
