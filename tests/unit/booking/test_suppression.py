"""Figures: what is counted, and what is left out where it would tell of few people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from contracts.booking.figures import MonthOfFigures, PublishedMonth
from contracts.field_patterns import FEWEST_PUBLISHED
from services.booking.monthly_figures.months import last_twelve
from services.booking.monthly_figures.suppression import suppress_small_counts

COUNT = st.integers(0, 12)


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
