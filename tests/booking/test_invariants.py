"""What must be true of consultations is found where it is not."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import delete, insert, text
from structlog.testing import capture_logs

from chassis.database import Database
from chassis.ids import new_id
from services.booking.availability.calendars import Calendar
from services.booking.consultations.consultations import Consultation
from services.booking.holds.holds import Hold
from services.booking.invariants.invariants import QUERIES, Breach, breaches
from services.booking.service import BookingService
from tests.booking.builders import HALF_AN_HOUR, a_calendar
from tests.booking.test_booking import a_row
from tests.databases import Databases, connected_database
from tests.talking import serving
from tests.waiting import eventually

NOW = datetime(2030, 1, 1, tzinfo=UTC)
A_DAY, A_QUARTER = timedelta(days=1), timedelta(minutes=15)
GUARDS = ("uq_consultations_pair", "uq_consultations_slot")
EXCLUSIONS = ("ex_consultations_specialist_id", "ex_consultations_client_id")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def unguarded_url(request: pytest.FixtureRequest) -> str:
    kind = "sqlite_databases" if request.param == "sqlite" else "postgres_databases"
    databases: Databases = request.getfixturevalue(kind)
    return databases.fresh()


@pytest.fixture
def unguarded(unguarded_url: str) -> Iterator[Database]:
    """An empty database in which nothing stands against what must never be."""
    database = connected_database(unguarded_url, "booking")
    with database.transaction() as tx:
        for guard in GUARDS:
            tx.execute(text(f"DROP INDEX IF EXISTS {guard}"))
        if database.writer.dialect.name == "postgresql":
            for guard in EXCLUSIONS:
                tx.execute(text(f"ALTER TABLE consultations DROP CONSTRAINT IF EXISTS {guard}"))
        tx.execute(delete(Consultation))
        tx.execute(delete(Calendar))
        tx.execute(delete(Hold))
    yield database
    database.dispose()


def put(
    database: Database,
    *rows: dict[str, Any],
    calendar: Calendar | None = None,
    holds: Collection[Hold] = (),
) -> None:
    with database.transaction() as tx:
        tx.add_all(holds)
        if calendar is not None:
            tx.add(calendar)
        for row in rows:
            tx.execute(insert(Consultation).values(**row))


def found(database: Database) -> list[Breach]:
    with database.reading() as session:
        return breaches(session, NOW)


def later(row: dict[str, Any], by: timedelta, **changes: Any) -> dict[str, Any]:
    """Another one, so much later."""
    times = {each: row[each] + by for each in ("starts_at", "ends_at")}
    return {**row, **times, "id": new_id(), **changes}


def test_where_all_is_well_nothing_is_found(unguarded: Database) -> None:
    row = a_row()
    put(
        unguarded,
        row,
        later(row, HALF_AN_HOUR, client_id=new_id()),
        later(row, HALF_AN_HOUR, specialist_id=new_id()),
        later(row, -HALF_AN_HOUR, client_id=new_id()),
        later(row, -HALF_AN_HOUR, specialist_id=new_id()),
        later(row, -A_DAY, status="cancelled", cancelled_by="client"),
        later(row, -2 * A_DAY, status="missed", missed_by="specialist"),
        calendar=a_calendar(specialist_id=row["specialist_id"], most_per_day=3),
    )
    assert found(unguarded) == []


@pytest.mark.parametrize("status", ["booked", "completed"])
def test_two_that_overlap_for_a_specialist_are_found(unguarded: Database, status: str) -> None:
    one = a_row()
    other = later(one, A_QUARTER, client_id=new_id(), status=status)
    put(unguarded, one, other)
    assert found(unguarded) == [Breach("no overlap for a specialist", (one["id"], other["id"]))]


def test_two_that_overlap_for_a_client_are_found(unguarded: Database) -> None:
    one = a_row()
    other = later(one, -A_QUARTER, specialist_id=new_id())
    put(unguarded, one, other)
    assert found(unguarded) == [Breach("no overlap for a client", (one["id"], other["id"]))]


@pytest.mark.parametrize(
    "before", [{"status": "completed"}, {"status": "missed", "missed_by": "client"}]
)
def test_a_second_free_consultation_of_a_pair_is_found(
    unguarded: Database, before: dict[str, Any]
) -> None:
    one = a_row(**before)
    put(unguarded, one, later(one, A_DAY, status="booked", missed_by=None))
    assert found(unguarded) == [
        Breach("one free consultation for each pair", (one["client_id"], one["specialist_id"]))
    ]


def test_a_client_with_more_open_bookings_than_anybody_may_have_is_found(
    unguarded: Database,
) -> None:
    one = a_row()
    put(unguarded, one, *(later(one, each * A_DAY, specialist_id=new_id()) for each in (1, 2, 3)))
    assert found(unguarded) == [Breach("few open bookings for a client", (one["client_id"],))]


def test_a_next_slot_that_is_taken_is_found(unguarded: Database) -> None:
    row = a_row()
    calendar = a_calendar(specialist_id=row["specialist_id"], next_slot_at=row["starts_at"])
    put(unguarded, row, calendar=calendar)
    assert found(unguarded) == [
        Breach("the next slot is not taken", (row["specialist_id"], row["id"]))
    ]


def test_a_time_that_somebody_booked_while_it_was_held_for_another_is_found(
    unguarded: Database,
) -> None:
    row = a_row()
    hold = Hold.of(row["specialist_id"], new_id(), row["starts_at"], row["booked_at"] + A_DAY)
    run_out = Hold.of(row["specialist_id"], new_id(), row["starts_at"], row["booked_at"])
    theirs = Hold.of(row["specialist_id"], row["client_id"], row["starts_at"], hold.until)
    put(unguarded, row, holds=[hold, run_out, theirs])
    assert found(unguarded) == [
        Breach("what is held for one is booked by nobody else", (hold.id, row["id"]))
    ]


@pytest.mark.parametrize(
    ("columns", "invariant"),
    [
        (
            {"status": "missed"},
            "what was missed was missed by somebody, and nothing else was",
        ),
        (
            {"status": "completed", "missed_by": "client"},
            "what was missed was missed by somebody, and nothing else was",
        ),
        (
            {"status": "cancelled"},
            "what was cancelled was cancelled by somebody, and nothing else was",
        ),
        (
            {"status": "booked", "cancelled_by": "client"},
            "what was cancelled was cancelled by somebody, and nothing else was",
        ),
    ],
)
def test_what_contradicts_itself_is_found(
    unguarded: Database, columns: dict[str, Any], invariant: str
) -> None:
    row = a_row(**columns)
    put(unguarded, row)
    assert found(unguarded) == [Breach(invariant, (row["id"],))]


def test_who_meets_themselves_is_found(unguarded: Database) -> None:
    row = a_row()
    put(unguarded, {**row, "client_id": row["specialist_id"]})
    assert found(unguarded) == [Breach("nobody meets themselves", (row["id"],))]


LIMITS = {
    "most_per_day": "as many a day as the specialist takes on",
    "most_per_week": "as many a week as the specialist takes on",
    "monthly_budget": "as many a month as the specialist offers",
}


@pytest.mark.parametrize("limit", LIMITS)
def test_a_limit_that_was_not_kept_is_found(unguarded: Database, limit: str) -> None:
    one = a_row()
    calendar = a_calendar(specialist_id=one["specialist_id"])
    setattr(calendar, limit, 1)
    calendar.opened_at = one["booked_at"] - A_DAY
    put(unguarded, one, later(one, HALF_AN_HOUR, client_id=new_id()), calendar=calendar)
    assert found(unguarded) == [Breach(LIMITS[limit], (one["specialist_id"],))]


@pytest.mark.parametrize("limit", LIMITS)
def test_a_limit_that_came_after_what_is_booked_is_not_broken_though_it_is_moved(
    unguarded: Database, limit: str
) -> None:
    one = a_row()
    calendar = a_calendar(specialist_id=one["specialist_id"])
    setattr(calendar, limit, 1)
    calendar.opened_at = one["booked_at"] + A_DAY
    moved = {"client_id": new_id(), "rescheduled_at": calendar.opened_at + A_DAY}
    put(unguarded, one, later(one, HALF_AN_HOUR, **moved), calendar=calendar)
    assert found(unguarded) == []


def test_each_query_runs_on_each_database(unguarded: Database) -> None:
    with unguarded.reading() as session:
        assert {name: list(session.execute(query)) for name, query in QUERIES.items()} == {
            name: [] for name in QUERIES
        }


def test_the_clock_says_what_is_broken(unguarded_url: str, unguarded: Database) -> None:
    row = a_row(status="missed")
    put(unguarded, row)
    with capture_logs() as logs, serving(BookingService, unguarded_url):
        eventually(partial(_said, logs, "invariants_looked_at"))
    [broken] = _said(logs, "invariant_broken")
    assert broken["about"] == (row["id"],)


def _said(logs: list[Any], what: str) -> list[Any]:
    return [each for each in logs if each["event"] == what]
