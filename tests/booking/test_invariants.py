"""What must be true of consultations is found where it is not."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import delete, insert, text
from structlog.testing import capture_logs

from chassis.database.database import Database
from chassis.ids import new_id
from services.booking.availability.busy import Busy
from services.booking.availability.calendars import Calendar
from services.booking.consultations.consultations import Consultation
from services.booking.holds.holds import Hold
from services.booking.holds.sign_up_holds import SignUpHold, Visitor
from services.booking.invariants import checking, consultations
from services.booking.invariants.breaches import SHOWN, Breach, Findings
from services.booking.invariants.checking import NOT_CHECKED, check_invariants
from services.booking.invariants.consultations import OF_THE_HISTORY
from services.booking.service import BookingService
from tests.booking.builders import HALF_AN_HOUR, a_calendar, on
from tests.booking.steps import a_row
from tests.support.databases import Databases, connected_database
from tests.support.eventually import eventually
from tests.support.service_client import serving

NOW = datetime(2030, 1, 1, tzinfo=UTC)
A_DAY, A_QUARTER, A_WHILE = timedelta(days=1), timedelta(minutes=15), timedelta(minutes=45)
CONSTRAINTS = ("uq_consultations_pair", "uq_consultations_slot")
EXCLUSIONS = ("ex_consultations_specialist_id", "ex_consultations_client_id")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def unguarded_url(request: pytest.FixtureRequest) -> str:
    kind = "sqlite_databases" if request.param == "sqlite" else "postgres_databases"
    databases: Databases = request.getfixturevalue(kind)
    return databases.fresh("booking")


@pytest.fixture(autouse=True)
def _each_specialist_is_a_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consultations, "ROWS_AT_ONCE", 1)


@pytest.fixture
def unguarded(unguarded_url: str) -> Iterator[Database]:
    """An empty database in which nothing stands against what must never be."""
    database = connected_database(unguarded_url, "booking")
    with database.transaction() as tx:
        for guard in CONSTRAINTS:
            tx.execute(text(f"DROP INDEX IF EXISTS {guard}"))
        if database.writer.dialect.name == "postgresql":
            for guard in EXCLUSIONS:
                tx.execute(text(f"ALTER TABLE consultations DROP CONSTRAINT IF EXISTS {guard}"))
        tx.execute(delete(Consultation))
        tx.execute(delete(Calendar))
        tx.execute(delete(Hold))
        tx.execute(delete(SignUpHold))
    yield database
    database.dispose()


def put(
    database: Database,
    *rows: dict[str, Any],
    calendar: Calendar | None = None,
    holds: Collection[Hold | SignUpHold] = (),
) -> None:
    with database.transaction() as tx:
        tx.add_all(holds)
        if calendar is not None:
            tx.add(calendar)
        for row in rows:
            tx.execute(insert(Consultation).values(**row))


def findings(database: Database) -> Findings:
    with database.reading() as session:
        return check_invariants(session, NOW)


def found(database: Database) -> list[Breach]:
    return findings(database).shown


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
    assert found(unguarded) == [Breach("no overlap for a client", (other["id"], one["id"]))]


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
    assert found(unguarded) == [
        Breach("at most three open bookings for a client", (one["client_id"],))
    ]


def test_a_client_may_have_more_that_are_over_but_not_closed_yet(unguarded: Database) -> None:
    one = a_row(starts_at=NOW - A_DAY, ends_at=NOW - A_DAY + HALF_AN_HOUR)
    put(unguarded, one, *(later(one, each * A_DAY, specialist_id=new_id()) for each in (2, 3, 4)))
    assert found(unguarded) == []


def test_one_that_lasts_longer_than_half_an_hour_is_found(unguarded: Database) -> None:
    row = a_row()
    put(unguarded, {**row, "ends_at": row["ends_at"] + A_QUARTER})
    assert found(unguarded) == [Breach("a consultation lasts half an hour", (row["id"],))]


def test_all_are_counted_and_some_are_shown(unguarded: Database) -> None:
    put(unguarded, *(a_row(status="missed") for _ in range(SHOWN + 1)))
    broken = findings(unguarded)
    assert len(broken.shown) == SHOWN
    assert set(broken.counts.values()) == {SHOWN + 1}


@pytest.mark.parametrize("apart", [-A_QUARTER, timedelta(0), A_QUARTER])
def test_a_next_slot_that_is_taken_is_found(unguarded: Database, apart: timedelta) -> None:
    row = a_row()
    next_slot_at = row["starts_at"] + apart
    calendar = a_calendar(specialist_id=row["specialist_id"], next_slots=[next_slot_at])
    put(unguarded, row, calendar=calendar)
    assert found(unguarded) == [
        Breach("the next slot is not taken", (row["specialist_id"], row["id"]))
    ]


def a_reviewed_calendar(**given: Any) -> Calendar:
    """As it stood a while ago."""
    calendar = a_calendar(**given)
    calendar.review(Busy(), NOW - A_WHILE)
    return calendar


@pytest.mark.parametrize("horizon_days", [1, 60])
def test_a_next_slot_that_is_the_first_free_time_is_as_it_must_be(
    unguarded: Database, horizon_days: int
) -> None:
    """Where there is none, too, until the horizon is looked at again."""
    hours = [on("tuesday", "23:30", "24:00")]  # a while ago it lay a little over a day ahead
    calendar = a_reviewed_calendar(hours=hours, horizon_days=horizon_days)
    assert (calendar.next_slot_at is None) == (horizon_days == 1)
    put(unguarded, calendar=calendar)
    assert found(unguarded) == []


@pytest.mark.parametrize("wrong", [None, NOW + 3 * A_DAY])
def test_a_next_slot_that_is_not_the_first_free_time_is_found(
    unguarded: Database, wrong: datetime | None
) -> None:
    calendar = a_reviewed_calendar()
    calendar.next_slot_at = wrong
    calendar.next_slots = [] if wrong is None else [wrong.isoformat()]
    put(unguarded, calendar=calendar)
    assert found(unguarded) == [
        Breach("next slots are the first free times", (calendar.specialist_id,))
    ]


def test_a_next_slot_that_a_clock_is_about_to_look_at_is_left_to_it(unguarded: Database) -> None:
    calendar = a_reviewed_calendar()
    calendar.next_slot_at, calendar.review_at = None, NOW
    put(unguarded, calendar=calendar)
    assert found(unguarded) == []


def test_the_next_slot_is_the_first_though_it_is_held_for_somebody(unguarded: Database) -> None:
    calendar = a_reviewed_calendar()
    assert calendar.next_slot_at is not None
    hold = Hold.of(calendar.specialist_id, new_id(), calendar.next_slot_at, NOW + A_DAY)
    put(unguarded, calendar=calendar, holds=[hold])
    assert found(unguarded) == []


@pytest.mark.parametrize("apart", [-A_QUARTER, timedelta(0), A_QUARTER])
def test_a_time_that_somebody_booked_while_it_was_held_for_another_is_found(
    unguarded: Database, apart: timedelta
) -> None:
    row = a_row()
    held_at = row["starts_at"] + apart
    hold = Hold.of(row["specialist_id"], new_id(), held_at, row["booked_at"] + A_DAY)
    run_out = Hold.of(row["specialist_id"], new_id(), row["starts_at"], row["booked_at"])
    theirs = Hold.of(row["specialist_id"], row["client_id"], row["starts_at"], hold.until)
    put(unguarded, row, holds=[hold, run_out, theirs])
    assert found(unguarded) == [
        Breach("a held time is booked by its client only", (hold.id, row["id"]))
    ]


def test_a_booking_of_a_time_that_is_held_for_a_sign_up_is_found(unguarded: Database) -> None:
    row = a_row()
    visitor = Visitor("a hash", "a mailbox", None)
    hold, ended = (
        SignUpHold.of(visitor, row["specialist_id"], row["starts_at"], "UTC", None, NOW)
        for _ in range(2)
    )
    ended.end()
    put(unguarded, row | {"booked_at": NOW + A_QUARTER}, holds=[hold, ended])
    assert found(unguarded) == [
        Breach("a time held for a sign-up is booked by no client", (hold.id, row["id"]))
    ]


@pytest.mark.parametrize(
    ("columns", "invariant"),
    [
        (
            {"status": "missed"},
            "missed consultations, and no others, name a side",
        ),
        (
            {"status": "completed", "missed_by": "client"},
            "missed consultations, and no others, name a side",
        ),
        (
            {"status": "cancelled"},
            "cancelled consultations, and no others, name a side",
        ),
        (
            {"status": "booked", "cancelled_by": "client"},
            "cancelled consultations, and no others, name a side",
        ),
    ],
)
def test_what_contradicts_itself_is_found(
    unguarded: Database, columns: dict[str, Any], invariant: str
) -> None:
    row = a_row(**columns)
    put(unguarded, row)
    assert found(unguarded) == [Breach(invariant, (row["id"],))]


@pytest.mark.parametrize(
    ("place", "lacks"),
    [({}, True), ({"own_link": True}, False), ({"meeting_address": "12 Long Street"}, False)],
)
def test_what_lies_ahead_without_a_place_is_found(
    unguarded: Database, place: dict[str, Any], lacks: bool
) -> None:
    row = a_row(meeting_link=None, **place)
    put(unguarded, row)
    assert found(unguarded) == [Breach("consultations ahead have a place", (row["id"],))] * lacks


def test_who_meets_themselves_is_found(unguarded: Database) -> None:
    row = a_row()
    put(unguarded, {**row, "client_id": row["specialist_id"]})
    assert found(unguarded) == [Breach("client and specialist are two accounts", (row["id"],))]


LIMITS = {
    "most_per_day": "the daily limit is kept",
    "most_per_week": "the weekly limit is kept",
    "monthly_budget": "the monthly budget is kept",
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


@pytest.mark.parametrize("rows_at_once", [1, 2, 3, 10])
def test_in_parts_of_any_size_every_breach_is_found_once(
    unguarded: Database, monkeypatch: pytest.MonkeyPatch, rows_at_once: int
) -> None:
    monkeypatch.setattr(consultations, "ROWS_AT_ONCE", rows_at_once)
    rows = []
    for number in range(5):
        too_long = a_row(status="completed")
        too_long["ends_at"] += A_QUARTER
        rows.append(too_long)
        rows += [later(too_long, each * A_DAY, client_id=new_id()) for each in range(1, number)]
    put(unguarded, *rows)
    assert sorted(each.about for each in found(unguarded)) == sorted((each["id"],) for each in rows)


def test_where_the_parts_can_not_be_found_the_rest_is_checked(
    unguarded: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = a_row()
    put(unguarded, one, later(one, -A_QUARTER, specialist_id=new_id()))

    def fail(*_: object) -> Iterator[None]:
        raise RuntimeError

    monkeypatch.setattr(checking, "parts", fail)
    names = [each.invariant for each in found(unguarded)]
    assert names == [*[NOT_CHECKED] * len(OF_THE_HISTORY), "no overlap for a client"]


def test_a_part_that_can_not_be_checked_is_a_finding_and_the_others_are_checked(
    unguarded: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = a_row(status="missed")
    put(unguarded, row)
    broken = text("SELECT 1 FROM no_such_table")
    monkeypatch.setitem(OF_THE_HISTORY["id"], "client and specialist are two accounts", broken)
    breaches = found(unguarded)
    assert Breach(NOT_CHECKED, ()) in breaches
    assert Breach("missed consultations, and no others, name a side", (row["id"],)) in breaches


def test_the_clock_says_what_is_broken(unguarded_url: str, unguarded: Database) -> None:
    row = a_row(status="missed")
    put(unguarded, row)
    with capture_logs() as logs, serving(BookingService, unguarded_url):
        eventually(partial(_said, logs, "invariants_checked"))
    [broken] = _said(logs, "invariant_broken")
    assert broken["about"] == (row["id"],)


def _said(logs: list[Any], what: str) -> list[Any]:
    return [each for each in logs if each["event"] == what]
