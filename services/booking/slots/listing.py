"""Pages of slots, and days with slots, in a time zone. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from chassis import cursors
from contracts.booking.slots import (
    DaysWithSlots,
    DayWithSlots,
    NearestSlots,
    NearestSlotsQuery,
    Slot,
    Slots,
    SlotsQuery,
)
from services.booking.availability.opening_hours import SLOT
from services.booking.availability.zones import zone_of

CURSOR_BYTES = 5
"""Of a cursor: whole minutes since 1970."""
MOST_NEAREST = 3


def page_of_slots(
    starts: Sequence[datetime],
    query: SlotsQuery,
    *,
    notice_hours: int,
    own_time_zone: str,
    in_person: bool,
) -> Slots:
    """One page of these slots. Raises ``BadCursor`` and ``UnknownTimeZone``."""
    zone = None if query.time_zone is None else zone_of(query.time_zone)
    first = 0 if query.cursor is None else bisect_right(starts, _decoded(query.cursor))
    shown = starts[first : first + query.limit]
    return Slots(
        items=[_slot(start, zone) for start in shown],
        next=_encoded(shown[-1]) if first + query.limit < len(starts) else None,
        cancellation_notice_hours=notice_hours,
        own_time_zone=own_time_zone,
        in_person=in_person,
    )


def days_with_slots(starts: Sequence[datetime], time_zone: str) -> DaysWithSlots:
    """The dates of these slots in a zone. Raises ``UnknownTimeZone``."""
    zone = zone_of(time_zone)
    days = Counter(start.astimezone(zone).date() for start in starts)
    return DaysWithSlots(
        items=[DayWithSlots(day=day, slots=count) for day, count in sorted(days.items())],
        time_zone=zone.key,
    )


def nearest_slots(starts: Sequence[datetime], query: NearestSlotsQuery) -> NearestSlots:
    """The slots nearest to the wanted time, in order. Raises ``UnknownTimeZone``."""
    zone = None if query.time_zone is None else zone_of(query.time_zone)
    at = bisect_right(starts, query.starts_at)
    around = starts[max(0, at - MOST_NEAREST) : at + MOST_NEAREST]
    nearest = sorted(around, key=lambda start: abs(start - query.starts_at))[:MOST_NEAREST]
    return NearestSlots(items=[_slot(start, zone) for start in sorted(nearest)])


def _slot(start: datetime, zone: ZoneInfo | None) -> Slot:
    end = start + SLOT
    return Slot(
        starts_at=start,
        ends_at=end,
        local_start=None if zone is None else start.astimezone(zone).isoformat(),
        local_end=None if zone is None else end.astimezone(zone).isoformat(),
    )


def _encoded(start: datetime) -> str:
    minutes = int(start.timestamp()) // 60
    return cursors.encode(minutes.to_bytes(CURSOR_BYTES))


def _decoded(cursor: str) -> datetime:
    return cursors.decode(cursor, _unpacked)


def _unpacked(position: bytes) -> datetime:
    if len(position) != CURSOR_BYTES:
        raise ValueError(position)
    return datetime.fromtimestamp(0, UTC) + timedelta(minutes=int.from_bytes(position))
