"""``@every``: each tick runs on one instance, and a failure stops no clock."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import eventlet
import pytest
from eventlet.event import Event as GreenEvent
from sqlalchemy import update

from chassis.database import lease as lease_module
from chassis.database.lease import Lease
from chassis.runtime.process import Process
from chassis.scheduling.every import every
from chassis.scheduling.for_each import for_each
from chassis.store import Store
from chassis.times import utc_now
from tests.chassis.bank import Base, a_company, a_store, rows_of
from tests.support.eventually import eventually

HOUR = timedelta(hours=1)
INTERVAL = timedelta(seconds=0.2)
LONG_AGO = timedelta(days=1)


def a_teller_with_a_clock(tick: Callable[[], object], seconds: float) -> Any:
    class Teller:
        name = "teller"
        store = Store(Base)

        @every(seconds=seconds)
        def look_round(self) -> None:
            tick()

    return Teller


def make_due(store: Store, **values: Any) -> None:
    clocks = store.table("clocks")
    with store.transaction() as tx:
        tx.execute(update(clocks).values(due_at=utc_now() - LONG_AGO, **values))


@pytest.fixture
def pair(store: Store) -> tuple[Lease, Lease]:
    """The same clock in two instances."""
    return Lease(store, "look_round", HOUR), Lease(store, "look_round", HOUR)


def test_a_due_tick_is_claimed_by_one(pair: tuple[Lease, Lease]) -> None:
    one, other = pair
    assert [one.claim(), other.claim()] == [True, False]


def test_a_release_that_got_lost_holds_up_only_the_others(
    store: Store, pair: tuple[Lease, Lease]
) -> None:
    one, other = pair
    assert one.claim()
    make_due(store)
    assert [other.claim(), one.claim()] == [False, True]


def test_of_many_who_claim_a_tick_at_once_one_gets_it(store: Store) -> None:
    instances = [Lease(store, "look_round", HOUR) for _ in range(8)]
    claims = [eventlet.spawn(each.claim) for each in instances]
    assert sorted(claim.wait() for claim in claims) == [False] * 7 + [True]


def test_the_next_tick_is_not_due_before_the_interval_is_over(
    store: Store, pair: tuple[Lease, Lease]
) -> None:
    one, other = pair
    one.claim()
    one.release()
    assert not other.claim()

    make_due(store)
    assert other.claim()


def test_a_tick_that_still_runs_holds_the_next_one_back(
    store: Store, pair: tuple[Lease, Lease]
) -> None:
    one, other = pair
    one.claim()
    make_due(store)
    assert not other.claim()


def test_a_dead_holders_tick_is_taken_over_when_its_claim_has_run_out(
    store: Store, pair: tuple[Lease, Lease]
) -> None:
    one, other = pair
    one.claim()
    make_due(store, held_until=utc_now() - LONG_AGO)
    assert other.claim()


def test_who_was_overtaken_does_not_release_the_others_claim(
    store: Store, pair: tuple[Lease, Lease]
) -> None:
    one, other = pair
    one.claim()
    make_due(store, held_until=utc_now() - LONG_AGO)
    other.claim()
    one.release()

    [row] = rows_of(store, "clocks")
    assert row.holder is not None
    assert row.held_until > utc_now()


def test_clocks_of_different_names_tick_independently(store: Store) -> None:
    assert Lease(store, "one", HOUR).claim()
    assert Lease(store, "two", HOUR).claim()


def test_two_instances_share_the_ticks(rabbitmq_url: str, database: str) -> None:
    due: list[datetime] = []

    def tick() -> None:
        due.extend(row.due_at for row in rows_of(looking, "clocks") if row.name == "look_round")

    looking = a_store(database, "teller", Base)
    service = a_teller_with_a_clock(tick, INTERVAL.total_seconds())
    config = {"AMQP_URI": rabbitmq_url, "DATABASE": database}
    with a_company(rabbitmq_url, database, service), ExitStack() as stack:
        for _ in range(2):
            stack.enter_context(Process([service], config, []).running())
        eventually(lambda: len(due) >= 5)
    looking.dispose()

    assert all(later - earlier >= INTERVAL for earlier, later in pairwise(due))


def test_a_failing_tick_does_not_stop_the_clock(sqlite_database: str) -> None:
    ticks: list[int] = []

    def fail() -> None:
        ticks.append(1)
        raise RuntimeError("not today")

    service = a_teller_with_a_clock(fail, 0.05)
    with a_company("embedded://clock", sqlite_database, service):
        eventually(lambda: len(ticks) >= 3)


def test_a_tick_that_ends_in_a_timeout_does_not_stop_the_clock(sqlite_database: str) -> None:
    """Which is no ``Exception``: nameko would neither tell of its end nor release the tick."""
    ticks: list[int] = []

    def give_up() -> None:
        ticks.append(1)
        raise eventlet.Timeout(None)

    service = a_teller_with_a_clock(give_up, 0.05)
    with a_company("embedded://clock", sqlite_database, service):
        eventually(lambda: len(ticks) >= 3)


def test_a_stop_in_the_middle_of_a_round_begins_no_other_item(sqlite_database: str) -> None:
    begun: list[int] = []
    stopping = GreenEvent()

    def work(number: int) -> None:
        begun.append(number)
        if not stopping.ready():
            stopping.send(None)
        eventlet.sleep(0.2)

    service = a_teller_with_a_clock(lambda: for_each(range(1000), work), 60)
    with a_company("embedded://clock", sqlite_database, service):
        stopping.wait()
    assert len(begun) < 5


def test_a_stop_in_the_middle_of_a_tick_lets_it_end_and_releases_it(database: str) -> None:
    ended: list[str] = []

    def work() -> None:
        ended.append("begun")
        eventlet.sleep(0.3)
        ended.append("ended")

    with a_company("embedded://clock", database, a_teller_with_a_clock(work, 60)):
        eventually(lambda: ended)
    store = a_store(database, "teller", Base)
    clocks = {row.name: row for row in rows_of(store, "clocks")}
    store.dispose()

    assert ended == ["begun", "ended"]
    assert clocks["look_round"].holder is None


def test_a_claim_outlasts_any_tick_that_is_expected() -> None:
    assert timedelta(minutes=1) <= lease_module.LEASE_LASTS <= timedelta(hours=1)


def test_a_schedule_that_waits_for_commits_runs_soon_after_one(sqlite_database: str) -> None:
    runs: list[int] = []

    class Quiet:
        name = "quiet"
        store = Store(Base)

        @every(seconds=0.2, quiet_s=60)
        def look_round(self) -> None:
            runs.append(1)

    with a_company("embedded://quiet", sqlite_database, Quiet) as company:
        [container] = company.process.containers
        store = next(each for each in container.dependencies if isinstance(each, Store))
        eventually(lambda: runs)
        eventlet.sleep(0.6)
        before = len(runs)
        eventlet.sleep(0.6)
        assert len(runs) == before <= 2

        for _ in range(20):  # many commits within one interval make one run
            with store.transaction():
                pass
        eventlet.sleep(0.6)
        assert len(runs) == before + 1
