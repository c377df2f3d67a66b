"""One external calendar, read: fetched, worked out apart, and what came of it written down."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from tempfile import TemporaryFile
from typing import IO, NamedTuple
from uuid import UUID

from chassis.database.database import Database
from chassis.errors import DomainError, Unavailable
from chassis.fetch.fetch import Fetched, fetch
from chassis.fetch.url_policy import AddressRefused
from chassis.times import utc_now
from contracts.booking.external_calendars import BadCalendarFile, NoCalendarThere
from services.booking.availability import external_busy_times
from services.booking.availability.busy import Interval
from services.booking.availability.calendars import Calendar
from services.booking.availability.opening_hours import A_DAY, OpeningHours
from services.booking.calendar_feeds.calendar_files import uid_of
from services.booking.external_calendars import queries, subprocess_parser
from services.booking.external_calendars.calendar_urls import FIELD
from services.booking.external_calendars.external_calendars import (
    ExternalCalendar,
    Findings,
    Marks,
    ReadingEvent,
)
from services.booking.waitlist.offering import calendar_changed

LARGEST_FILE = 16 * 1024 * 1024
DEADLINE_S = 8.0
"""For a file to come. What is waited for has less time."""
OTHER_HOSTS = 1
"""Providers move calendars to other hosts of theirs: so many redirects are followed to one."""
LOOKED_AHEAD = timedelta(days=182)
"""As far as any horizon reaches, and the days that come into it until all is read again."""
OK, NOT_MODIFIED = 200, 304

Outcome = Callable[[ExternalCalendar, Calendar, datetime, float], list[ReadingEvent]]


class Before(NamedTuple):
    """What was known when a reading began: ``address`` as it was sealed, and the UIDs that are
    ``ours`` in whatever is read."""

    external: ExternalCalendar
    address: str
    hours: OpeningHours
    ours: list[str]
    begun_at: datetime

    def conditions(self, url: str) -> dict[str, str]:
        return self.external.conditions(url, self.begun_at)

    def holds(self, external: ExternalCalendar, calendar: Calendar) -> bool:
        """Whether what was read is still what it means, and the newest that is known."""
        same_zones = calendar.opening_hours.zones == self.hours.zones
        is_newest = external.begun_at is None or external.begun_at <= self.begun_at
        return external.address == self.address and same_zones and is_newest


def read(
    database: Database,
    calendar_id: UUID,
    opened: Callable[[str], str],
    schemes: tuple[str, ...],
    fetched_within_s: float = DEADLINE_S,
) -> None:
    """Bring up to date what an external calendar blocks.

    Nothing is locked while it is fetched: what was given up meanwhile, replaced by another
    address, is meant in another zone now, or was read again since, is left alone. What can't be
    read changes nothing of what it blocked before.
    """
    before = _before(database, calendar_id)
    if before is None:
        return
    try:
        address = opened(before.address)
        with TemporaryFile() as file:
            _ask(file, before)
            answer = _fetched(address, before, schemes, fetched_within_s, file)
            if answer.status == NOT_MODIFIED:
                _write_down(database, before, ExternalCalendar.was_the_same)
                return
            reading = subprocess_parser.read(file)
        _write_down(database, before, _was_read(answer, reading), reading.busy)
    except (AddressRefused, BadCalendarFile, Unavailable) as refusal:
        in_a_hurry = fetched_within_s < DEADLINE_S
        _write_down(database, before, _failed(refusal, in_a_hurry))
    except Exception:  # whatever it is, trying again at once would not mend it
        _write_down(database, before, _failed(Unavailable("could not be read here")))
        raise


def _before(database: Database, calendar_id: UUID) -> Before | None:
    now = utc_now()
    with database.reading() as session:
        external = session.get(ExternalCalendar, calendar_id)
        if external is None:
            return None
        specialist_id = external.specialist_id
        calendar = session.get(Calendar, specialist_id)
        if calendar is None:
            return None
        ours = list(session.scalars(queries.consultations_since(specialist_id, now - 2 * A_DAY)))
    uids = [uid_of(each) for each in ours]
    return Before(external, external.address, calendar.opening_hours, uids, now)


def _ask(file: IO[bytes], before: Before) -> None:
    """In whole days, so that reading the same again gives the same."""
    today = before.begun_at.replace(hour=0, minute=0, second=0, microsecond=0)
    until = today + LOOKED_AHEAD
    subprocess_parser.ask(file, before.hours, today - A_DAY, until, before.ours)


def _fetched(
    address: str, before: Before, schemes: tuple[str, ...], within_s: float, file: IO[bytes]
) -> Fetched:
    answer = fetch(
        address,
        limit_bytes=LARGEST_FILE,
        deadline_s=within_s,
        headers_for=before.conditions,
        field=FIELD,
        schemes=schemes,
        other_hosts=OTHER_HOSTS,
        into=file,
    )
    if answer.status == OK or (answer.status == NOT_MODIFIED and before.conditions(answer.url)):
        return answer
    raise NoCalendarThere(f"answers with the status {answer.status}")


def _was_read(answer: Fetched, reading: subprocess_parser.Reading) -> Outcome:
    marks = Marks(answer.url, answer.etag, answer.last_modified)
    found = Findings(reading.passed_over, reading.examples)
    return lambda external, calendar, now, pace: external.was_read(
        marks, found, calendar, now, pace
    )


def _failed(refusal: DomainError, in_a_hurry: bool = False) -> Outcome:
    """What may only have lacked time is tried again at once, by the clock."""
    passing = isinstance(refusal, Unavailable)
    at_once = passing and in_a_hurry
    return lambda external, calendar, now, pace: external.failed(
        refusal.code, in_words(refusal), passing, calendar, now, 0 if at_once else pace
    )


def in_words(refusal: DomainError) -> str:
    """For the calendar's owner; without the address, which the refusal's own detail may name."""
    why = refusal.errors[0].detail if refusal.errors else refusal.detail
    if isinstance(refusal, BadCalendarFile):
        return (
            f"The file at this address {why}. Please ask whoever provides the calendar, or give "
            "another address."
        )
    if isinstance(refusal, AddressRefused):
        return f"This address {why}. Please give it again, or another one."
    return f"This address {why}. We try again by ourselves; if this stays so, please check it."


def _write_down(
    database: Database, before: Before, outcome: Outcome, busy: list[Interval] | None = None
) -> None:
    now, pace = utc_now(), random.uniform(0.9, 1.1)
    id, specialist_id = before.external.id, before.external.specialist_id
    with database.transaction() as tx:
        calendar = tx.get(Calendar, specialist_id, with_for_update=True)
        external = tx.get(ExternalCalendar, id, with_for_update=True)
        if calendar is None or external is None or not before.holds(external, calendar):
            return
        external.begun_at = before.begun_at
        tx.emit(*outcome(external, calendar, now, pace))
        if busy is not None and external_busy_times.replace(tx, id, specialist_id, busy):
            calendar_changed(tx, calendar, now)
