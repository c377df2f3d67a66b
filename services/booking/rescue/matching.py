"""Chooses other specialists, and times with them, for a lost consultation. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from chassis.errors import DomainError
from contracts.booking.consultations import OverlappingBooking
from services.booking.availability.busy import Busy
from services.booking.availability.calendars import Calendar
from services.booking.consultations.client_limits import ClientBooking, require_free
from services.booking.rescue.lost_consultations import LostConsultation
from services.booking.rescue.specialist_facts import SpecialistFacts

HELD_FOR = timedelta(minutes=30)
WITHIN = timedelta(days=14)
"""Around the time of the lost consultation."""


@dataclass(frozen=True)
class StandIn:
    """Another specialist, and the nearest time with them."""

    facts: SpecialistFacts
    starts_at: datetime


def best_first(
    lost: LostConsultation, found: Iterable[StandIn], meant_for: datetime
) -> list[StandIn]:
    """Featured specialists first, then the nearest time, then the most topics in common."""
    return sorted(
        found,
        key=lambda each: (
            not each.facts.featured,
            abs(each.starts_at - meant_for),
            -lost.topics_in_common(each.facts),
        ),
    )


def nearest_time(
    calendar: Calendar,
    busy: Busy,
    bookings: Collection[ClientBooking],
    meant_for: datetime,
    now: datetime,
) -> datetime | None:
    """The free time nearest to the lost one that the client can book until the hold's end."""
    last_held = now + HELD_FOR + timedelta(hours=calendar.minimum_notice_hours)
    earliest, latest = max(last_held, meant_for - WITHIN), meant_for + WITHIN
    free = calendar.free_times(busy, now).bookable(now)
    near = [each for each in free if earliest <= each < latest]
    for starts_at in sorted(near, key=lambda each: abs(each - meant_for)):
        try:
            require_free(bookings, calendar.specialist_id, starts_at, now)
        except OverlappingBooking:
            continue
        except DomainError:
            return None
        return starts_at
    return None
