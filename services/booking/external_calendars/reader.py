"""Reads one external calendar: fetch, parse in a subprocess, store the result."""

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
from services.booking.calendar_feeds.uids import uid_of
from services.booking.external_calendars import queries, subprocess_parser
from services.booking.external_calendars.calendar_urls import FIELD
from services.booking.external_calendars.external_calendars import (
    ExternalCalendar,
    ReadingEvent,
    UnreadableEntries,
    Validators,
)
from services.booking.waitlist.offering import calendar_changed

LARGEST_FILE = 16 * 1024 * 1024
DEADLINE_S = 8.0
"""For fetching a file. A reading at request has less time."""
OTHER_HOSTS = 1
"""How many redirects to another host are followed: providers move calendars between hosts."""
LOOKED_AHEAD = timedelta(days=182)
"""As far as any horizon reaches, with the days that it moves on until the next whole reading."""
OK, NOT_MODIFIED = 200, 304

Result = Callable[[ExternalCalendar, Calendar, datetime, float], list[ReadingEvent]]


class Snapshot(NamedTuple):
    """The state when a reading began: the encrypted ``address``, the specialist's ``hours``, and
    ``ours``, the UIDs of our own consultations."""

    external: ExternalCalendar
    address: str
    hours: OpeningHours
    ours: list[str]
    begun_at: datetime

    def conditions(self, url: str) -> dict[str, str]:
        return self.external.conditions(url, self.begun_at)

    def holds(self, external: ExternalCalendar, calendar: Calendar) -> bool:
        """Whether the reading still applies: same address, same zones, no newer reading."""
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
    """Update the busy times of an external calendar.

    Nothing is locked during the fetch. The result is dropped if the calendar was removed meanwhile,
    has another address or zone, or was read again since. A failure leaves the busy times as they
    were.
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
                _store(database, before, ExternalCalendar.was_the_same)
                return
            reading = subprocess_parser.read(file)
        _store(database, before, _was_read(answer, reading), reading.busy)
    except (AddressRefused, BadCalendarFile, Unavailable) as refusal:
        in_a_hurry = fetched_within_s < DEADLINE_S
        _store(database, before, _failed(refusal, in_a_hurry))
    except Exception:  # an unknown error would come again at once
        _store(database, before, _failed(Unavailable("could not be read here")))
        raise


def _before(database: Database, calendar_id: UUID) -> Snapshot | None:
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
    return Snapshot(external, external.address, calendar.opening_hours, uids, now)


def _ask(file: IO[bytes], before: Snapshot) -> None:
    """Write the request for a period of whole days, so that an unchanged file gives equal times."""
    today = before.begun_at.replace(hour=0, minute=0, second=0, microsecond=0)
    until = today + LOOKED_AHEAD
    subprocess_parser.ask(file, before.hours, today - A_DAY, until, before.ours)


def _fetched(
    address: str, before: Snapshot, schemes: tuple[str, ...], within_s: float, file: IO[bytes]
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


def _was_read(answer: Fetched, reading: subprocess_parser.Reading) -> Result:
    validators = Validators(answer.url, answer.etag, answer.last_modified)
    found = UnreadableEntries(reading.passed_over, reading.examples)
    return lambda external, calendar, now, pace: external.was_read(
        validators, found, calendar, now, pace
    )


def _failed(refusal: DomainError, in_a_hurry: bool = False) -> Result:
    """A reading at request that may only have lacked time is due again at once, by the clock."""
    passing = isinstance(refusal, Unavailable)
    at_once = passing and in_a_hurry
    return lambda external, calendar, now, pace: external.failed(
        refusal.code, problem_text(refusal), passing, calendar, now, 0 if at_once else pace
    )


def problem_text(refusal: DomainError) -> str:
    """The problem in sentences for the owner, without the address that the detail may contain."""
    why = refusal.errors[0].detail if refusal.errors else refusal.detail
    if isinstance(refusal, BadCalendarFile):
        return (
            f"The file at this address {why}. Please ask the provider of the calendar, or give "
            "another address."
        )
    if isinstance(refusal, AddressRefused):
        return f"This address {why}. Please give it again, or another one."
    return f"This address {why}. We try again by ourselves; if this stays so, please check it."


def _store(
    database: Database, before: Snapshot, result: Result, busy: list[Interval] | None = None
) -> None:
    now, pace = utc_now(), random.uniform(0.9, 1.1)
    id, specialist_id = before.external.id, before.external.specialist_id
    with database.transaction() as tx:
        calendar = tx.get(Calendar, specialist_id, with_for_update=True)
        external = tx.get(ExternalCalendar, id, with_for_update=True)
        if calendar is None or external is None or not before.holds(external, calendar):
            return
        external.begun_at = before.begun_at
        tx.emit(*result(external, calendar, now, pace))
        if busy is not None and external_busy_times.replace(tx, id, specialist_id, busy):
            calendar_changed(tx, calendar, now)
