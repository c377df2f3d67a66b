"""An idle service sleeps: it wakes for what is due, and otherwise seldom."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import eventlet
import pytest
from sqlalchemy import Engine, event

from chassis.broker.consumer import QueueConsumer
from chassis.messaging import retries, retry_limits
from chassis.messaging.inbox import Status
from tests.chassis.bank import (
    Client,
    Ears,
    Fickle,
    Listener,
    Teller,
    Town,
    a_company,
    a_listener,
    a_store,
    an_envelope,
)
from tests.support.eventually import eventually

WINDOW_S = 3.0
STATEMENTS = 10
"""Of two services in the window, BEGIN not counted: a sweep of each outbox every 2 seconds, and a
look at each inbox every 5."""


@contextmanager
def statements_counted() -> Iterator[list[str]]:
    sent: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith("BEGIN"):
            sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def test_an_idle_service_asks_its_database_seldom(sqlite_database: str) -> None:
    with a_company("embedded://idle", sqlite_database, Teller, Listener):
        eventlet.sleep(1)  # the first looks
        with statements_counted() as sent:
            eventlet.sleep(WINDOW_S)
    assert len(sent) <= STATEMENTS, sent


def test_an_idle_consumer_sleeps(
    broker: str, sqlite_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    drain = QueueConsumer._drain

    def counted(self: QueueConsumer, connection: Any, timeout: float) -> None:
        waits.append(timeout)
        drain(self, connection, timeout)

    monkeypatch.setattr(QueueConsumer, "_drain", counted)
    with a_company(broker, sqlite_database, Teller, Listener, Client):
        eventlet.sleep(0.5)
        before = len(waits)
        eventlet.sleep(WINDOW_S)
        assert len(waits) - before <= 3, "one heartbeat of each service at most"


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first retry is due soon; nobody looks for one before the test is over."""
    monkeypatch.setattr(retry_limits, "FIRST_PAUSE", timedelta(seconds=0.2))
    monkeypatch.setattr(retries, "LOOK_EVERY_S", 600)


@pytest.mark.usefixtures("soon")
def test_a_failure_wakes_the_retries_when_its_next_attempt_is_due(
    broker: str, database: str
) -> None:
    service = a_listener(Fickle(failures=3))
    with a_company(broker, database, service) as company:
        eventlet.sleep(0.2)
        Town(broker, (service,)).cry(an_envelope("hello").to_json())
        eventually(lambda: company.heard() == ["note_down:hello"])


def test_what_another_instance_left_is_found(
    broker: str, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retries, "LOOK_EVERY_S", 0.5)
    service = a_listener(Fickle(failures=0))
    with a_company(broker, database, service) as company:
        eventlet.sleep(0.2)
        left = an_envelope("hello")
        store = a_store(database, "listener", Ears)
        with store.transaction() as tx:
            tx.execute(
                store.table("inbox")
                .insert()
                .values(
                    event_id=left.id,
                    handler="note_down",
                    type=left.type,
                    status=Status.RETRY,
                    attempts=1,
                    received_at=left.time,
                    next_attempt_at=left.time,
                    body=left.to_json(),
                )
            )
        store.dispose()
        eventually(lambda: company.heard() == ["note_down:hello"])
