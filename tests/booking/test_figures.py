"""What became of consultations, in numbers; and which numbers nobody is told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert

from chassis.errors import Forbidden, Unauthenticated
from chassis.ids import new_id
from chassis.schemas import Reading, load
from contracts.booking.figures import Figures, MonthOfFigures, PublishedFigures, PublishedMonth
from contracts.shapes import FEWEST_PUBLISHED
from services.booking.consultations.consultations import Consultation
from services.booking.monthly_figures import service as figures_service
from services.booking.monthly_figures.months import last_twelve
from services.booking.monthly_figures.suppression import suppress_small_counts
from services.booking.outcomes.outcomes import Outcome
from tests.booking.builders import HALF_AN_HOUR, an_availability
from tests.booking.steps import a_client
from tests.support.service_client import NOBODY, Talking, somebody

COUNT = st.integers(0, 12)
NOW = datetime(2040, 3, 15, 12, 0, tzinfo=UTC)
"""For figures alone, in the middle of a month. For other clocks it lies ahead: none closes what is
booked then."""


def a_month(
    held: int, cancelled: int, missed: int, ahead: int = 0, both: int = 0
) -> MonthOfFigures:
    return MonthOfFigures(
        month=date(2026, 3, 1),
        booked=held + cancelled + missed + ahead,
        held=held,
        cancelled=cancelled,
        missed=missed,
        both_wish_to_continue=both,
    )


def numbers(month: MonthOfFigures | PublishedMonth) -> list[int | None]:
    return [
        month.booked,
        month.held,
        month.cancelled,
        month.missed,
        month.both_wish_to_continue,
    ]


# Months


def test_twelve_months_end_with_the_present_one_and_leave_no_time_between() -> None:
    months = last_twelve("Europe/Berlin", datetime(2026, 3, 15, tzinfo=UTC))
    assert [months[0].first_day, months[-1].first_day] == [date(2025, 4, 1), date(2026, 3, 1)]
    assert len(months) == 12
    assert [each.ends for each in months[:-1]] == [each.begins for each in months[1:]]
    assert months[-1].begins == datetime(2026, 2, 28, 23, tzinfo=UTC)
    assert months[-1].ends == datetime(2026, 3, 31, 22, tzinfo=UTC)


def test_the_present_month_is_the_one_that_the_zone_shows() -> None:
    late = datetime(2026, 3, 31, 23, tzinfo=UTC)
    assert last_twelve("UTC", late)[-1].first_day == date(2026, 3, 1)
    assert last_twelve("Asia/Tokyo", late)[-1].first_day == date(2026, 4, 1)


# What is not told


def test_large_groups_are_told() -> None:
    month = a_month(held=20, cancelled=5, missed=7, both=8)
    assert numbers(suppress_small_counts(month)) == numbers(month)


def test_of_a_month_with_few_nothing_is_told() -> None:
    month = suppress_small_counts(a_month(held=3, cancelled=1, missed=0, both=2))
    assert numbers(month) == [None] * 5


def test_one_small_number_hides_another_that_would_give_it_away() -> None:
    month = suppress_small_counts(a_month(held=20, cancelled=6, missed=2))
    assert numbers(month) == [28, 20, None, None, None]


def test_who_did_not_both_wish_to_continue_are_a_group_too() -> None:
    assert suppress_small_counts(a_month(10, 5, 5, both=5)).both_wish_to_continue == 5
    assert suppress_small_counts(a_month(10, 5, 5, both=6)).both_wish_to_continue is None
    assert suppress_small_counts(a_month(10, 5, 5, both=4)).both_wish_to_continue is None


@given(COUNT, COUNT, COUNT, COUNT, COUNT)
def test_no_group_below_five_is_told_nor_can_be_worked_out(
    held: int, cancelled: int, missed: int, ahead: int, both: int
) -> None:
    month = a_month(held, cancelled, missed, ahead, min(both, held))
    told = suppress_small_counts(month)
    for shown, true in zip(numbers(told), numbers(month), strict=True):
        assert shown in (true, None)
        assert shown is None or shown >= FEWEST_PUBLISHED
    if told.both_wish_to_continue is not None:
        assert told.held is not None
        assert told.held - told.both_wish_to_continue >= FEWEST_PUBLISHED
    if told.booked is not None:
        for may_be_ahead in (True, False) if ahead == 0 else (True,):
            _hold_against_whoever_subtracts(told, may_be_ahead)


def _hold_against_whoever_subtracts(told: PublishedMonth, may_be_ahead: bool) -> None:
    """They know whether the month is over: what is hidden from them may be several numbers, or is
    of no small group. That nobody is left of whom nothing is known says nothing of anybody."""
    assert told.booked is not None
    parts = [told.held, told.cancelled, told.missed, None if may_be_ahead else 0]
    hidden = [n for n, part in enumerate(parts) if part is None]
    possible: list[set[int]] = [set() for _ in parts]
    for world in _worlds(parts, told.booked):
        if numbers(suppress_small_counts(a_month(*world)))[:4] == numbers(told)[:4]:
            for n, count in enumerate(world):
                possible[n].add(count)
        if all(len(possible[n]) > 1 for n in hidden):
            return
    for n in hidden:
        [certain, *others] = possible[n]
        assert others or certain >= FEWEST_PUBLISHED or (n == len(parts) - 1 and certain == 0)


def _worlds(parts: Sequence[int | None], total: int) -> Iterator[list[int]]:
    """Each way to fill in what is hidden so that all add up."""
    if None not in parts:
        known = [each for each in parts if each is not None]
        if sum(known) == total:
            yield known
        return
    n = parts.index(None)
    others = [*parts[:n], *parts[n + 1 :]]
    if None not in others:
        rest = total - sum(each or 0 for each in others)
        counts: Iterable[int] = [rest] if rest >= 0 else []
    else:
        counts = range(total + 1)
    for count in counts:
        yield from _worlds([*parts[:n], count, *parts[n + 1 :]], total)


def test_of_few_who_are_still_to_meet_nothing_can_be_worked_out() -> None:
    told = suppress_small_counts(a_month(held=20, cancelled=5, missed=5, ahead=2))
    assert numbers(told)[:4] == [None, 20, 5, 5]
    assert numbers(suppress_small_counts(a_month(20, 5, 5, ahead=5)))[:4] == [35, 20, 5, 5]


# Asked of the service


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures_service, "utc_now", lambda: NOW)


def put(
    booking: Talking, specialist_id: UUID, starts_at: datetime, status: str
) -> tuple[UUID, UUID]:
    """Its id, and its client's."""
    row: dict[str, Any] = {
        "id": new_id(),
        "version": 1,
        "specialist_id": specialist_id,
        "client_id": new_id(),
        "starts_at": starts_at,
        "ends_at": starts_at + HALF_AN_HOUR,
        "status": status,
        "booked_at": starts_at - timedelta(days=1),
    }
    with booking.store.transaction() as tx:
        tx.execute(insert(Consultation).values(**row))
    return row["id"], row["client_id"]


def say(booking: Talking, id: UUID, wishes: dict[UUID, str]) -> None:
    rows = [
        {"id": new_id(), "consultation_id": id, "account_id": who, "wish": wish, "said_at": NOW}
        for who, wish in wishes.items()
    ]
    with booking.store.transaction() as tx:
        tx.execute(insert(Outcome), rows)


def figures(answer: Any) -> Figures:
    return load(Figures, answer, Reading.WIRE)


def test_a_specialist_sees_their_own_months_in_their_own_zone(booking: Talking) -> None:
    specialist = somebody("specialist")
    zone = "Pacific/Auckland"
    booking.asked_by(specialist).set_availability(availability=an_availability(time_zone=zone))
    this = last_twelve(zone, NOW)[-1]
    before = last_twelve(zone, NOW)[0]
    id = specialist.known()
    for n, status in enumerate(["booked", "completed", "completed", "cancelled", "missed"]):
        put(booking, id, this.begins + n * HALF_AN_HOUR, status)
    put(booking, id, this.begins - HALF_AN_HOUR, "completed")
    put(booking, id, before.begins, "missed")
    put(booking, id, before.begins - HALF_AN_HOUR, "missed")
    put(booking, new_id(), this.begins, "completed")
    found = figures(booking.asked_by(specialist).get_my_figures())
    assert found.time_zone == zone
    assert len(found.months) == 12
    assert numbers(found.months[-1])[:4] == [5, 2, 1, 1]
    assert numbers(found.months[-2])[:4] == [1, 1, 0, 0]
    assert numbers(found.months[0])[:4] == [1, 0, 0, 1]


@pytest.mark.parametrize(
    ("client", "specialist", "count"),
    [
        ("continue", "good_fit", 1),
        ("continue", "not_a_fit", 0),
        ("try_another", "good_fit", 0),
        ("continue", None, 0),
        (None, "good_fit", 0),
    ],
)
def test_both_wish_to_continue_where_both_said_so_and_nowhere_else(
    booking: Talking, client: str | None, specialist: str | None, count: int
) -> None:
    who, months = somebody("specialist"), last_twelve("UTC", NOW)
    id, client_id = put(booking, who.known(), months[-2].begins, "completed")
    said = {client_id: client, who.known(): specialist}
    say(booking, id, {account: wish for account, wish in said.items() if wish})
    found = figures(booking.asked_by(who).get_my_figures())
    assert [each.both_wish_to_continue for each in found.months[-2:]] == [count, 0]


@pytest.mark.parametrize("status", ["booked", "missed", "cancelled"])
def test_both_wish_to_continue_is_counted_among_those_held(booking: Talking, status: str) -> None:
    """What a wish was given for may be said later to have been missed."""
    who, months = somebody("specialist"), last_twelve("UTC", NOW)
    id, client_id = put(booking, who.known(), months[-1].begins, status)
    say(booking, id, {client_id: "continue", who.known(): "good_fit"})
    found = figures(booking.asked_by(who).get_my_figures())
    assert (found.months[-1].held, found.months[-1].both_wish_to_continue) == (0, 0)


def test_who_has_no_hours_yet_has_figures_too(booking: Talking) -> None:
    found = figures(booking.asked_by(somebody("specialist")).get_my_figures())
    assert found.time_zone == "UTC"
    assert {each.booked for each in found.months} == {0}


def test_admins_see_all_but_no_group_below_five(booking: Talking) -> None:
    months = last_twelve("UTC", NOW)
    many, few = months[3], months[5]
    for n in range(6):
        put(booking, new_id(), many.begins + n * HALF_AN_HOUR, "completed")
        put(booking, new_id(), many.begins + n * HALF_AN_HOUR, "cancelled")
    for n in range(5):
        put(booking, new_id(), many.begins + n * HALF_AN_HOUR, "missed")
    for n in range(4):
        put(booking, new_id(), few.begins + n * HALF_AN_HOUR, "completed")
    answer = booking.asked_by(somebody("admin")).get_figures()
    found = load(PublishedFigures, answer, Reading.WIRE)
    assert numbers(found.months[3])[:4] == [17, 6, 6, 5]
    assert numbers(found.months[5]) == [None] * 5


def test_figures_are_for_whom_they_concern(booking: Talking) -> None:
    for who, refusal in ((a_client(), Forbidden), (NOBODY, Unauthenticated)):
        with pytest.raises(refusal):
            booking.asked_by(who).get_my_figures()
        with pytest.raises(refusal):
            booking.asked_by(who).get_figures()
    with pytest.raises(Forbidden):
        booking.asked_by(somebody("specialist")).get_figures()
    with pytest.raises(Forbidden):
        booking.asked_by(somebody("admin")).get_my_figures()
