"""One calendar elsewhere, read: fetched, worked out apart, and what came of it written down."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from chassis.addresses import PORTS, AddressRefused, parsed
from chassis.database import Database
from chassis.errors import DomainError, FieldError, Unavailable
from chassis.fetching import Fetched, fetch
from chassis.times import utc_now
from contracts.booking.outside import (
    BadCalendarFile,
    NoCalendarThere,
    OutsideCalendarBroken,
    OutsideCalendarWorks,
)
from services.booking.availability.calendars import Calendar
from services.booking.availability.opening_hours import A_DAY, OpeningHours
from services.booking.feeds.calendar_files import uid_of
from services.booking.outside import apart, busy_times, queries
from services.booking.outside.outside_calendars import OutsideCalendar
from services.booking.slots.taken import Interval
from services.booking.waitlist.offering import calendar_changed

LARGEST_FILE = 2 * 1024 * 1024
DEADLINE_S = 8.0
LOOKED_AHEAD = timedelta(days=182)
"""As far as any horizon reaches, and the days that come into it until all is read again."""
OK, NOT_MODIFIED = 200, 304
FIELD = "address"
WEBCAL, FETCHED_BY = "webcal://", "https://"

Outcome = Callable[
    [OutsideCalendar, Calendar, datetime, float],
    OutsideCalendarBroken | OutsideCalendarWorks | None,
]


class Before(NamedTuple):
    """What was known when a reading began: ``address`` as it was sealed, and the UIDs that are
    ``ours`` in whatever is read."""

    address: str
    conditions: dict[str, str]
    hours: OpeningHours
    ours: list[str]

    def holds(self, outside: OutsideCalendar, calendar: Calendar) -> bool:
        """Whether what was read is still what it means."""
        same_zones = calendar.opening_hours.zones == self.hours.zones
        return outside.address == self.address and same_zones


def address_of(given: str, schemes: tuple[str, ...]) -> tuple[str, str]:
    """Where it is to be fetched, and the host's name; raises ``AddressRefused``."""
    address = given.strip()
    if address.lower().startswith(WEBCAL):
        address = FETCHED_BY + address[len(WEBCAL) :]
    try:
        # as it is looked up: not every name in ASCII stands for one in other letters
        host = parsed(address, schemes, PORTS.values()).raw_host.decode("ascii")
    except AddressRefused as refusal:  # what was given is a secret, and not shown
        raise AddressRefused(refusal.detail, [FieldError(FIELD, refusal.detail)]) from None
    return address, host


def read(
    database: Database,
    specialist_id: UUID,
    opened: Callable[[str], str],
    schemes: tuple[str, ...],
) -> None:
    """Bring up to date what a specialist's calendar elsewhere blocks.

    Nothing is locked while it is fetched: what was given up meanwhile, replaced by another
    address, or is meant in another zone now, is left alone. What can't be read changes nothing of
    what it blocked before.
    """
    before = _before(database, specialist_id)
    if before is None:
        return
    try:
        answer = _fetched(opened(before.address), before.conditions, schemes)
        if answer.status == NOT_MODIFIED:
            _write_down(database, specialist_id, before, OutsideCalendar.was_the_same)
        else:
            busy = _busy(answer, before, utc_now())
            _write_down(database, specialist_id, before, _was_read(answer), busy)
    except (AddressRefused, BadCalendarFile, Unavailable) as refusal:
        _write_down(database, specialist_id, before, _failed(refusal))
    except Exception:  # whatever it is, trying again at once would not mend it
        _write_down(database, specialist_id, before, _failed(Unavailable("could not be read here")))
        raise


def _before(database: Database, specialist_id: UUID) -> Before | None:
    now = utc_now()
    with database.reading() as session:
        outside = session.get(OutsideCalendar, specialist_id)
        calendar = session.get(Calendar, specialist_id)
        ours = list(session.scalars(queries.consultations_since(specialist_id, now - 2 * A_DAY)))
    if outside is None or calendar is None:
        return None
    uids = [uid_of(each) for each in ours]
    return Before(outside.address, outside.conditions(now), calendar.opening_hours, uids)


def _fetched(address: str, conditions: dict[str, str], schemes: tuple[str, ...]) -> Fetched:
    answer = fetch(
        address,
        limit_bytes=LARGEST_FILE,
        deadline_s=DEADLINE_S,
        headers=conditions,
        field=FIELD,
        schemes=schemes,
    )
    if answer.status == OK or (answer.status == NOT_MODIFIED and conditions):
        return answer
    raise NoCalendarThere(f"answers with the status {answer.status}")


def _busy(answer: Fetched, before: Before, now: datetime) -> list[Interval]:
    """In whole days, so that reading the same again gives the same."""
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    until = today + LOOKED_AHEAD
    return apart.busy_times(answer.body, before.hours, today - A_DAY, until, before.ours)


def _was_read(answer: Fetched) -> Outcome:
    return lambda outside, calendar, now, pace: outside.was_read(
        answer.etag, answer.last_modified, calendar, now, pace
    )


def _failed(refusal: DomainError) -> Outcome:
    """Without the address, which the refusal's own detail may name."""
    detail = refusal.errors[0].detail if refusal.errors else refusal.detail
    passing = isinstance(refusal, Unavailable)
    return lambda outside, calendar, now, pace: outside.failed(
        refusal.code, detail, passing, calendar, now, pace
    )


def _write_down(
    database: Database,
    specialist_id: UUID,
    before: Before,
    outcome: Outcome,
    busy: list[Interval] | None = None,
) -> None:
    now, pace = utc_now(), random.uniform(0.9, 1.1)
    with database.transaction() as tx:
        calendar = tx.get(Calendar, specialist_id, with_for_update=True)
        outside = tx.get(OutsideCalendar, specialist_id, with_for_update=True)
        if calendar is None or outside is None or not before.holds(outside, calendar):
            return
        event = outcome(outside, calendar, now, pace)
        if event is not None:
            tx.emit(event)
        if busy is not None and busy_times.replace(tx, specialist_id, busy):
            calendar_changed(tx, calendar, now)
