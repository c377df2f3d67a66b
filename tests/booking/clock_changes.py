"""When clocks change, in every zone that there is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

STEP = timedelta(days=7)
"""No zone changes its clocks and back within one."""
FIVE_MINUTES = timedelta(minutes=5)


def clock_changes(first_year: int, last_year: int) -> Iterator[tuple[str, datetime]]:
    """A zone and the moment, in UTC and to five minutes, of each change; zones that change alike
    are given once."""
    known = set()
    for name in sorted(available_timezones() - {"localtime"}):
        zone = ZoneInfo(name)
        moment = datetime(first_year, 1, 1, tzinfo=UTC)
        while moment.year <= last_year:
            after = moment + STEP
            if _offset(zone, moment) != _offset(zone, after):
                change = _between(zone, moment, after)
                signature = change, _offset(zone, moment), _offset(zone, after)
                if signature not in known:
                    known.add(signature)
                    yield name, change
            moment = after


def _between(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The first time, on a multiple of five minutes, at which the later offset holds."""
    steps = (after - before) // FIVE_MINUTES
    low, high = 0, steps
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(zone, before + middle * FIVE_MINUTES) == _offset(zone, before):
            low = middle
        else:
            high = middle
    return before + high * FIVE_MINUTES


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    offset = moment.astimezone(zone).utcoffset()
    assert offset is not None
    return offset
