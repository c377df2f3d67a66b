"""Who could stand in for a specialist who did not come. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from chassis.errors import DomainError
from services.booking.availability.calendars import Calendar
from services.booking.consultations.clients import Engagement, require_free
from services.booking.holds.holds import Hold
from services.booking.rescue.facts import Facts

OFFERED = 5
HELD_FOR = timedelta(minutes=30)
WITHIN = timedelta(days=14)


def in_order_of_fit(
    instead_of: Facts, others: Iterable[tuple[Facts, datetime]], meant_for: datetime
) -> list[Facts]:
    """Those who match: the featured first, then with the most topics in common, then whose next
    slot is nearest to the time that was meant."""
    matching = [each for each in others if instead_of.match(each[0])]
    matching.sort(
        key=lambda each: (
            not each[0].featured,
            -instead_of.in_common(each[0]),
            abs(each[1] - meant_for),
        )
    )
    return [facts for facts, _ in matching]


def held(
    calendar: Calendar,
    client_id: UUID,
    instead_of: UUID,
    free: Collection[datetime],
    engagements: Collection[Engagement],
    meant_for: datetime,
    now: datetime,
) -> Hold | None:
    """The free time nearest to the one that was meant which the client can book for as long as
    it is held."""
    last = now + HELD_FOR + timedelta(hours=calendar.minimum_notice_hours)
    for starts_at in sorted(free, key=lambda each: abs(each - meant_for)):
        if not last <= starts_at <= now + WITHIN:
            continue
        try:
            require_free(engagements, calendar.specialist_id, starts_at, now)
        except DomainError:
            continue
        until = now + HELD_FOR
        return Hold.of(calendar.specialist_id, client_id, starts_at, until, instead_of)
    return None
