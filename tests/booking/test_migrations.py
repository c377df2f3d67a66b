"""A booking database of the last release comes to the newest version with all that is in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Uuid, column, select, table

from chassis.database import migrations
from chassis.database.database import Database
from chassis.database.tables import UtcDateTime
from chassis.errors import Conflict
from chassis.ids import new_id
from chassis.times import utc_now
from contracts.booking.consultations import ConsultationStatus
from firststep.commands.migrate import migrations_of
from services.booking.availability.calendars import Calendar
from services.booking.availability.external_busy_times import BusyTime
from services.booking.consultations.consultations import Consultation
from services.booking.external_calendars.external_calendars import ExternalCalendar
from services.booking.service import BookingService
from tests.booking.builders import HALF_AN_HOUR
from tests.chassis.bank import create_database, rows_of
from tests.chassis.conftest import postgres_databases_of

LAST_RELEASE = "booking_0002"
VERSIONS = migrations_of("booking")
SPECIALIST = new_id()
NOW = utc_now()
CALENDARS = table(
    "calendars",
    column("specialist_id", Uuid()),
    *map(column, ("version", "listed", "listing_version", "offers_free_consultations")),
    *map(column, ("time_zone", "hours", "minimum_notice_hours", "horizon_days")),
)
CONSULTATIONS = table(
    "consultations",
    *(column(each, Uuid()) for each in ("id", "specialist_id", "client_id")),
    *(column(each, UtcDateTime()) for each in ("starts_at", "ends_at", "booked_at")),
    *map(column, ("version", "status", "cancelled_by")),
)


@pytest.fixture(params=["sqlite", "postgresql"])
def of_last_release(request: pytest.FixtureRequest, tmp_path: Any) -> Iterator[Database]:
    """Booking's database as the last release left it."""
    if request.param == "sqlite":
        yield from _migrated_so_far(f"sqlite:///{tmp_path}/booking.db")
    else:
        yield request.getfixturevalue("postgres_of_last_release")


@pytest.fixture
def postgres_of_last_release(postgres_url: str) -> Iterator[Database]:
    databases = postgres_databases_of(postgres_url)
    yield from _migrated_so_far(databases.template.format(service="booking"))
    databases.drop()


def _migrated_so_far(url: str) -> Iterator[Database]:
    create_database(url)
    database = Database(BookingService.store.base)
    database.connect(url, "booking")
    with database.writer.begin() as connection:
        config = migrations._config(VERSIONS, connection, database.base.metadata)
        command.upgrade(config, LAST_RELEASE)
    yield database
    database.dispose()


def a_calendar(database: Database) -> None:
    row = {
        "specialist_id": SPECIALIST,
        "version": 3,
        "listed": True,
        "listing_version": 2,
        "offers_free_consultations": True,
        "time_zone": "Europe/Berlin",
        "hours": "[]",
        "minimum_notice_hours": 12,
        "horizon_days": 60,
    }
    with database.writer.begin() as connection:
        connection.execute(CALENDARS.insert().values(row))


def a_consultation(
    database: Database, starts_at: datetime, client: Any = None, **other: Any
) -> Any:
    row = {
        "id": new_id(),
        "specialist_id": new_id(),
        "client_id": client or new_id(),
        "starts_at": starts_at,
        "ends_at": starts_at + HALF_AN_HOUR,
        "booked_at": starts_at - timedelta(days=9),
        "version": 1,
        "status": ConsultationStatus.BOOKED,
        "cancelled_by": None,
    } | other
    with database.writer.begin() as connection:
        connection.execute(CONSULTATIONS.insert().values(row))
    return row["id"]


def upgrade(database: Database) -> None:
    migrations.migrate(database.writer, VERSIONS, database.base.metadata)


def test_what_the_last_release_kept_is_there_after_an_upgrade(of_last_release: Database) -> None:
    a_calendar(of_last_release)
    cancelled = a_consultation(
        of_last_release, NOW, status=ConsultationStatus.CANCELLED, cancelled_by="client"
    )
    upgrade(of_last_release)
    with of_last_release.reading() as session:
        assert session.get_one(Consultation, cancelled).cancelled_by == "client"
        calendar = session.get_one(Calendar, SPECIALIST)
        assert (calendar.grid_minutes, calendar.paused, calendar.overrides) == (30, False, [])
    assert migrations.is_current(of_last_release.writer, VERSIONS)


def test_consultations_are_in_their_specialists_zone_after_an_upgrade(
    of_last_release: Database,
) -> None:
    a_calendar(of_last_release)
    with_one = a_consultation(of_last_release, NOW, specialist_id=SPECIALIST)
    of_nobody = a_consultation(of_last_release, NOW)
    upgrade(of_last_release)
    with of_last_release.reading() as session:
        assert session.get_one(Consultation, with_one).time_zone == "Europe/Berlin"
        assert session.get_one(Consultation, of_nobody).time_zone == "UTC"


BEFORE_SEVERAL = "booking_0009"
ONE_CALENDAR = table(
    "outside_calendars",
    column("specialist_id", Uuid()),
    *map(column, ("address", "host", "etag", "last_modified", "failures", "told")),
    *(column(each, UtcDateTime()) for each in ("due_at", "read_at", "read_whole_at")),
)
ITS_TIMES = table(
    "busy_times",
    column("specialist_id", Uuid()),
    *(column(each, UtcDateTime()) for each in ("starts_at", "ends_at")),
)


def test_what_the_one_external_calendar_blocked_stays_blocked(of_last_release: Database) -> None:
    with of_last_release.writer.begin() as connection:
        config = migrations._config(VERSIONS, connection, of_last_release.base.metadata)
        command.upgrade(config, BEFORE_SEVERAL)
        row = {
            "specialist_id": SPECIALIST,
            "address": "sealed",
            "host": "calendar.example",
            "etag": '"1"',
            "last_modified": "",
            "failures": 0,
            "told": False,
            "due_at": NOW,
            "read_at": NOW,
            "read_whole_at": NOW,
        }
        connection.execute(ONE_CALENDAR.insert().values(row))
        busy = {"specialist_id": SPECIALIST, "starts_at": NOW, "ends_at": NOW + HALF_AN_HOUR}
        connection.execute(ITS_TIMES.insert().values(busy))
    upgrade(of_last_release)
    with of_last_release.reading() as session:
        [kept] = session.scalars(select(ExternalCalendar)).all()
        [time] = session.scalars(select(BusyTime)).all()
    assert (kept.specialist_id, kept.address, kept.read_at) == (SPECIALIST, "sealed", NOW)
    assert kept.conditions("https://calendar.example/", NOW) == {}
    assert (time.calendar_id, time.specialist_id) == (kept.id, SPECIALIST)
    assert (time.starts_at, time.ends_at) == (NOW, NOW + HALF_AN_HOUR)


def test_the_last_releases_migrations_stay_as_they_were() -> None:
    names = sorted(each.name for each in VERSIONS.glob("booking_*.py"))
    assert names[:2] == [
        "booking_0001_calendars_and_consultations.py",
        "booking_0002_cancellation.py",
    ]
    assert [name[8:12] for name in names] == [f"{n:04}" for n in range(1, len(names) + 1)]


def test_consultations_of_more_than_two_weeks_ago_are_over_and_nobody_is_told(
    of_last_release: Database,
) -> None:
    client = new_id()
    long_ago = NOW - timedelta(days=15)
    over = [
        a_consultation(of_last_release, long_ago + n * HALF_AN_HOUR / 2, client) for n in range(2)
    ]
    lately = a_consultation(of_last_release, NOW - timedelta(days=13))
    ahead = a_consultation(of_last_release, NOW + timedelta(days=1))
    upgrade(of_last_release)
    with of_last_release.reading() as session:
        found = {each: session.get_one(Consultation, each) for each in (*over, lately, ahead)}
    assert {found[each].status for each in over} == {ConsultationStatus.COMPLETED}
    assert {found[each].version for each in over} == {2}
    assert {found[each].status for each in (lately, ahead)} == {ConsultationStatus.BOOKED}
    assert rows_of(of_last_release, "outbox") == []


def test_bookings_that_overlap_are_named_and_nothing_is_changed(
    postgres_of_last_release: Database,
) -> None:
    database, client, soon = postgres_of_last_release, new_id(), NOW + timedelta(days=1)
    ids = [a_consultation(database, soon + n * HALF_AN_HOUR / 2, client) for n in range(2)]
    with pytest.raises(Conflict) as refusal:
        upgrade(database)
    assert all(str(each) in str(refusal.value) for each in ids)

    with database.writer.begin() as connection:
        statement = CONSULTATIONS.update().where(CONSULTATIONS.c.id == ids[0])
        connection.execute(statement.values(status=ConsultationStatus.CANCELLED))
    upgrade(database)
    assert migrations.is_current(database.writer, VERSIONS)
