"""Free times, read from booking period by period until a page of the picker is full."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from chassis.rpc.client import Wire
from contracts.booking.slots import Slots, SlotsQuery
from gateway.site.times.free_times import MOST_AHEAD, MOST_AT_ONCE, PERIOD, FreeTimes, free_times

NOW = datetime(2026, 11, 30, 8, tzinfo=UTC)
A_DAY = timedelta(days=1)


class Asked:
    """Booking with these free times."""

    def __init__(self, *starts: datetime) -> None:
        self.starts = starts
        self.queries: list[SlotsQuery] = []

    def __call__(self, query: SlotsQuery) -> Wire[Slots]:
        self.queries.append(query)
        assert query.starting_from is not None
        assert query.until is not None
        found = [each for each in self.starts if query.starting_from <= each < query.until]
        slots = {
            "items": [
                {"starts_at": each.isoformat().replace("+00:00", "Z")}
                for each in found[: query.limit]
            ],
            "next": "more" if len(found) > query.limit else None,
            "own_time_zone": "Europe/Vienna",
            "in_person": True,
            "cancellation_notice_hours": 24,
        }
        return Wire(slots, Slots)


def read(asked: Asked, first: datetime = NOW, zone: str | None = None) -> FreeTimes:
    return free_times(asked, first, NOW, zone)


def test_five_days_with_times_are_enough() -> None:
    asked = Asked(*(NOW + n * A_DAY for n in range(5)))
    assert read(asked).starts == asked.starts
    assert len(asked.queries) == 1


@pytest.mark.parametrize("days", [0, 4])
def test_fewer_days_are_looked_for_up_to_the_longest_horizon(days: int) -> None:
    asked = Asked(*(NOW + n * A_DAY for n in range(days)))
    assert read(asked).starts == asked.starts
    last = asked.queries[-1]
    assert last.until == NOW + MOST_AHEAD
    assert len(asked.queries) == MOST_AHEAD / PERIOD


def test_a_time_in_a_later_period_is_found() -> None:
    asked = Asked(NOW + 2 * PERIOD)
    assert read(asked).starts == asked.starts


def test_many_times_are_read_once() -> None:
    asked = Asked(*(NOW + n * timedelta(minutes=15) for n in range(MOST_AT_ONCE + 1)))
    found = read(asked)
    assert found.starts == asked.starts[:MOST_AT_ONCE]
    assert len({each.date() for each in found.starts}) == 5  # four of them whole
    assert len(asked.queries) == 1


def test_times_before_now_are_not_asked_for() -> None:
    asked = Asked()
    read(asked, first=NOW - 3 * A_DAY)
    assert asked.queries[0].starting_from == NOW


def test_times_are_in_the_visitors_zone_or_else_in_the_specialists() -> None:
    assert read(Asked(), zone="Asia/Tokyo").zone == "Asia/Tokyo"
    found = read(Asked())
    assert (found.zone, found.own_zone) == ("Europe/Vienna", "Europe/Vienna")
    assert (found.in_person, found.notice_hours) == (True, 24)
