"""A person's consultations in order of their start, filtered, page by page, on each database."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from chassis.context import Caller
from chassis.cursors import BadCursor
from chassis.database.database import Database
from chassis.ids import new_id
from contracts.booking.consultations import ConsultationsQuery, ConsultationStatus
from contracts.booking.slots import BadPeriod
from services.booking.consultations.consultations import Consultation
from services.booking.consultations.listing import _statement, page_of_consultations
from tests.booking.builders import HALF_AN_HOUR
from tests.support.databases import Databases, connected_database
from tests.support.service_client import Talking, somebody

STATUSES = list(ConsultationStatus)
NEW_YEAR = datetime(2027, 1, 1, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
BOOKED, CANCELLED = ConsultationStatus.BOOKED, ConsultationStatus.CANCELLED
COMPLETED, MISSED = ConsultationStatus.COMPLETED, ConsultationStatus.MISSED


def a_row(person: Caller, day: int, side: str = "client", **columns: Any) -> dict[str, Any]:
    starts_at = NEW_YEAR + day * DAY
    return {
        "id": new_id(),
        "client_id": new_id(),
        "specialist_id": new_id(),
        f"{side}_id": person.known(),
        "version": 1,
        "starts_at": starts_at,
        "ends_at": starts_at + HALF_AN_HOUR,
        "time_zone": "UTC",
        "status": COMPLETED,
        "booked_at": NEW_YEAR,
        "notice_hours": 12,
        "attendance_corrected": False,
    } | columns


def put(store: Database, *rows: dict[str, Any]) -> None:
    with store.transaction() as tx:
        tx.execute(insert(Consultation), list(rows))


def with_days(booking: Talking, days: dict[int, ConsultationStatus]) -> tuple[Caller, Finding]:
    """Somebody who is a client on even days and a specialist on odd ones."""
    person = somebody("client", "specialist")
    sides = ("client", "specialist")
    put(
        booking.store,
        *(a_row(person, day, sides[day % 2], status=status) for day, status in days.items()),
    )

    def found(**query: Any) -> list[int]:
        answer = booking.asked_by(person).list_consultations(query=ConsultationsQuery(**query))
        starts = [datetime.fromisoformat(each["starts_at"]) for each in answer["items"]]
        return [(each - NEW_YEAR).days for each in starts]

    return person, found


Finding = Callable[..., list[int]]
FOUR = {0: COMPLETED, 1: CANCELLED, 2: MISSED, 3: BOOKED}


def test_who_looks_back_sees_the_latest_first_and_who_looks_ahead_the_soonest(
    booking: Talking,
) -> None:
    _, found = with_days(booking, FOUR)
    assert found() == [3, 2, 1, 0]
    assert found(until=NEW_YEAR + 3 * DAY) == [2, 1, 0]
    assert found(starting_from=NEW_YEAR + 2 * DAY) == [2, 3]
    assert found(starting_from=NEW_YEAR, until=NEW_YEAR + 2 * DAY) == [0, 1]


@pytest.mark.parametrize(
    ("statuses", "days"),
    [([BOOKED], [3]), ([COMPLETED, MISSED], [2, 0]), ([], [3, 2, 1, 0]), ([BOOKED] * 3, [3])],
)
def test_they_are_filtered_by_any_of_the_statuses(
    booking: Talking, statuses: list[ConsultationStatus], days: list[int]
) -> None:
    _, found = with_days(booking, FOUR)
    assert found(status=statuses) == days


@pytest.mark.parametrize("soonest_first", [True, False])
def test_pages_neither_skip_nor_repeat_though_some_start_at_one_time(
    booking: Talking, soonest_first: bool
) -> None:
    person = somebody("specialist")
    rows = [
        a_row(person, day // 3, "specialist", status=status)
        for day, status in enumerate([CANCELLED, COMPLETED, MISSED] * 4)
    ]
    put(booking.store, *rows)
    query = {"starting_from": NEW_YEAR} if soonest_first else {}
    found: list[UUID] = []
    for page in pages(booking, person, limit=5, **query):
        found += page
        put(booking.store, a_row(person, -1 if soonest_first else 9, "specialist"))
    expected = sorted(rows, key=lambda row: (row["starts_at"], row["id"]))
    ids = [row["id"] for row in expected]
    assert found == (ids if soonest_first else ids[::-1])


def pages(booking: Talking, person: Caller, **query: Any) -> Iterator[list[UUID]]:
    cursor = None
    while True:
        asked = ConsultationsQuery(cursor=cursor, **query)
        answer = booking.asked_by(person).list_consultations(query=asked)
        yield [UUID(each["id"]) for each in answer["items"]]
        cursor = answer["next"]
        if cursor is None:
            return


def test_a_cursor_of_another_list_is_refused_and_named(booking: Talking) -> None:
    _, found = with_days(booking, FOUR)
    for cursor in ("AAAA", "Z" * 22, "-" * 32, "ü" * 32, "_" * 64):
        with pytest.raises(BadCursor) as refusal:
            found(cursor=cursor)
        assert [each.field for each in refusal.value.errors] == ["cursor"]


@pytest.mark.parametrize("after", [timedelta(0), -DAY])
def test_a_period_that_ends_before_it_begins_is_refused_with_its_limit(
    booking: Talking, after: timedelta
) -> None:
    _, found = with_days(booking, FOUR)
    with pytest.raises(BadPeriod) as refusal:
        found(starting_from=NEW_YEAR, until=NEW_YEAR + after)
    [error] = refusal.value.errors
    assert (error.field, error.value) == ("to", (NEW_YEAR + after).isoformat())
    assert NEW_YEAR.isoformat() in error.detail


# However long a history is


@pytest.fixture(scope="module")
def long_history(postgres_databases: Databases) -> Iterator[tuple[Database, Caller]]:
    store = connected_database(postgres_databases.fresh("booking"), "booking")
    person = somebody("specialist")
    rows = [a_row(person, day, "specialist", status=STATUSES[day % 4]) for day in range(4_000)]
    put(store, *rows)
    with store.writer.begin() as connection:
        connection.execute(text("ANALYZE consultations"))
    yield store, person
    store.dispose()


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"status": [BOOKED]},
        {"status": [MISSED, COMPLETED]},
        {"starting_from": NEW_YEAR + 2_000 * DAY},
        {"until": NEW_YEAR + 3_000 * DAY, "status": [CANCELLED]},
    ],
    ids=str,
)
def test_no_more_of_a_long_history_is_read_than_is_shown(
    long_history: tuple[Database, Caller], query: dict[str, Any]
) -> None:
    store, person = long_history
    asked = ConsultationsQuery(limit=5, **query)
    with store.reading() as session:
        page = page_of_consultations(
            session, person.known(), asked, lambda each: each.to_resource(person.known())
        )
        assert len(page.items) == 5
        plan = explained(session, person, asked)
    read = [int(number) for number in re.findall(r"actual rows=(\d+)", plan)]
    assert max(read) <= (asked.limit + 1) * len(STATUSES), plan
    assert "Rows Removed by Filter" not in plan
    assert "Seq Scan" not in plan


def explained(session: Session, person: Caller, query: ConsultationsQuery) -> str:
    """What PostgreSQL does for it, and how many rows it meets on the way."""
    given = {"account_id": person.known(), "limit": query.limit + 1}
    given |= {"starting_from": query.starting_from, "until": query.until}
    named = {name: value for name, value in given.items() if value is not None}
    statement = _statement(frozenset(query.status or STATUSES), frozenset(named))
    connection = session.connection()
    compiled = statement.compile(connection.engine)
    values = {
        name: str(value) if isinstance(value, UUID) else value
        for name, value in compiled.construct_params(named).items()
    }
    lines = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, TIMING OFF) {compiled}", values)
    return "\n".join(row[0] for row in lines)
