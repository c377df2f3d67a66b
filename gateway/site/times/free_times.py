"""Free times for a picker, read from booking period by period."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from chassis.rpc.client import Wire
from contracts.booking.slots import Slots, SlotsQuery
from gateway.pages.times import local
from gateway.site.times.picker import DAYS_ON_A_PAGE, days_of, start_of

PERIOD = timedelta(days=62)
"""The longest that booking lists at once."""
MOST_AHEAD = timedelta(days=186)
"""Three periods: horizons end after 180 days."""
MOST_AT_ONCE = 400
"""Times on four days of quarters of hours, and a fifth one."""

Ask = Callable[[SlotsQuery], Wire[Slots]]


@dataclass(frozen=True, kw_only=True)
class FreeTimes:
    """``starts``: those of one page of the picker at least, if there are so many. ``zone``: the
    one that they are shown in."""

    starts: tuple[datetime, ...]
    zone: str
    own_zone: str
    in_person: bool
    notice_hours: int


def free_times(ask: Ask, first: datetime, now: datetime, zone: str | None) -> FreeTimes:
    """The free times from ``first`` on. ``zone``: the visitor's, where it is known.

    The list stays JSON but for its times: decoding 400 slots takes longer than listing them.
    """
    starts: list[datetime] = []
    begins = max(first, now)
    while True:
        query = SlotsQuery(starting_from=begins, until=begins + PERIOD, limit=MOST_AT_ONCE)
        slots = ask(query).value
        starts += [datetime.fromisoformat(each["starts_at"]) for each in slots["items"]]
        shown_in = zone or slots["own_time_zone"]
        begins += PERIOD
        is_enough = slots["next"] is not None or len(days_of(starts, shown_in)) > DAYS_ON_A_PAGE
        if is_enough or begins - now >= MOST_AHEAD:
            break
    return FreeTimes(
        starts=tuple(starts),
        zone=shown_in,
        own_zone=slots["own_time_zone"],
        in_person=slots["in_person"],
        notice_hours=slots["cancellation_notice_hours"],
    )


def start_within_reach(day: date, zone: str, now: datetime) -> datetime:
    """When the day begins; of a day that is past or too far ahead, the nearest that is not."""
    today = local(now, zone).date()
    return start_of(min(max(day, today), today + MOST_AHEAD), zone)
