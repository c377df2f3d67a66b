"""Slots as they are listed: which period, which page, in whose zone. Pure."""

from __future__ import annotations

import base64
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from chassis.errors import FieldError
from chassis.pagination import BadCursor
from contracts.booking.slots import (
    DaysWithSlots,
    DayWithSlots,
    Slot,
    Slots,
    SlotsQuery,
)
from services.booking.availability.opening_hours import SLOT
from services.booking.availability.zones import zone_of

CURSOR_BYTES = 5
"""Of whole minutes since 1970."""


def page_of_slots(starts: Sequence[datetime], query: SlotsQuery, notice_hours: int) -> Slots:
    """One page of the slots that start then; raises ``BadCursor`` and ``UnknownTimeZone``."""
    zone = None if query.time_zone is None else zone_of(query.time_zone)
    first = 0 if query.cursor is None else bisect_right(starts, _decoded(query.cursor))
    shown = starts[first : first + query.limit]
    return Slots(
        items=[_slot(start, zone) for start in shown],
        next=_encoded(shown[-1]) if first + query.limit < len(starts) else None,
        cancellation_notice_hours=notice_hours,
    )


def days_with_slots(starts: Sequence[datetime], time_zone: str) -> DaysWithSlots:
    """The dates that a zone shows when they start; raises ``UnknownTimeZone``."""
    zone = zone_of(time_zone)
    days = Counter(start.astimezone(zone).date() for start in starts)
    return DaysWithSlots(
        items=[DayWithSlots(day=day, slots=count) for day, count in sorted(days.items())],
        time_zone=zone.key,
    )


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
    return base64.urlsafe_b64encode(minutes.to_bytes(CURSOR_BYTES)).decode().rstrip("=")


def _decoded(cursor: str) -> datetime:
    try:
        wire = base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True)
        if len(wire) != CURSOR_BYTES:
            raise ValueError(cursor)
        return datetime.fromtimestamp(int.from_bytes(wire) * 60, UTC)
    except (ValueError, OverflowError, OSError):
        raise BadCursor(
            errors=[FieldError("cursor", "Not a cursor of this list.", cursor)]
        ) from None
