"""How many consultations a specialist takes on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.booking.availability.limits import Limits, SpecialistLoad

MONDAY = date(2026, 3, 2)


def limits(
    day: int | None = None, week: int | None = None, month: int | None = None, paced: bool = False
) -> Limits:
    return Limits(day, week, month, paced)


def engaged(given: Limits, *days: date) -> SpecialistLoad:
    starts: Iterable[datetime] = [datetime(d.year, d.month, d.day, 12, tzinfo=UTC) for d in days]
    return SpecialistLoad(starts, datetime.date, given)


def test_without_limits_nothing_is_ever_full() -> None:
    many = engaged(limits(), *[MONDAY] * 100)
    assert not many.day_is_full(MONDAY)
    assert not many.budget_is_spent(MONDAY, MONDAY)


def test_a_day_is_full_when_it_has_as_many_as_wanted() -> None:
    two_a_day = limits(day=2)
    assert not engaged(two_a_day, MONDAY).day_is_full(MONDAY)
    assert engaged(two_a_day, MONDAY, MONDAY).day_is_full(MONDAY)
    assert not engaged(two_a_day, MONDAY, MONDAY).day_is_full(date(2026, 3, 3))


def test_a_week_lasts_from_monday_to_sunday() -> None:
    one_a_week = engaged(limits(week=1), date(2026, 3, 4))
    assert one_a_week.day_is_full(MONDAY)
    assert one_a_week.day_is_full(date(2026, 3, 8))
    assert not one_a_week.day_is_full(date(2026, 3, 1))
    assert not one_a_week.day_is_full(date(2026, 3, 9))


def test_a_week_goes_on_over_the_end_of_a_month() -> None:
    assert engaged(limits(week=1), date(2026, 3, 31)).day_is_full(date(2026, 4, 1))


def test_a_months_budget_is_its_own() -> None:
    spent = engaged(limits(month=1), date(2026, 3, 31))
    assert spent.budget_is_spent(date(2026, 3, 1), MONDAY)
    assert not spent.budget_is_spent(date(2026, 4, 1), MONDAY)


@pytest.mark.parametrize(
    ("today", "open_"),
    [
        ("2026-02-28", 2),
        ("2026-03-01", 2),
        ("2026-03-07", 2),
        ("2026-03-08", 4),
        ("2026-03-15", 6),
        ("2026-03-22", 8),
        ("2026-03-29", 10),
        ("2026-04-01", 10),
    ],
)
def test_a_paced_budget_opens_with_each_week_that_the_month_has_begun(
    today: str, open_: int
) -> None:
    paced = limits(month=10, paced=True)
    assert paced.open_budget(date(2026, 3, 20), date.fromisoformat(today)) == open_


def test_a_budget_that_is_not_paced_is_open_from_the_start() -> None:
    assert limits(month=10).open_budget(MONDAY, date(2026, 3, 1)) == 10


@given(st.integers(1, 500), st.dates(date(2020, 1, 1), date(2040, 12, 31)))
def test_a_paced_budget_is_never_closed_and_all_open_on_the_last_day(
    budget: int, day: date
) -> None:
    paced = limits(month=budget, paced=True)
    opened = paced.open_budget(day, day)
    assert opened is not None
    assert 1 <= opened <= budget
    last = (day.replace(day=28) + (date(2020, 1, 5) - date(2020, 1, 1))).replace(day=1)
    assert paced.open_budget(day, last) == budget
