"""An outbox relay that a test drives, and what it published."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import eventlet
from kombu import Queue

from chassis import json
from chassis.broker import publishing as broker_module
from chassis.broker.publishing import ConfirmedPublisher, connection_to
from chassis.database.database import Database
from chassis.events import exchange_of
from chassis.messaging.outbox_relay import OutboxRelay
from tests.chassis.bank import Note, rows_of

EXCHANGE = exchange_of("teller")
EVERYTHING = Queue("relay-test", EXCHANGE, routing_key="#", auto_delete=True)
SILENT_FOR_S = 600
"""The listener below sends no heartbeats; the broker closes its connection after twice this."""


def all_sent(store: Database) -> bool:
    return all(row.sent_at is not None for row in rows_of(store, "outbox"))


def write(store: Database, *words: str) -> None:
    with store.transaction() as tx:
        for word in words:
            tx.emit(Note.of(word).told())


def a_relay(store: Database, broker: str, *queues: Queue) -> OutboxRelay:
    """One that sweeps when it is told to."""
    made = OutboxRelay()
    made.database = store
    made._publisher = ConfirmedPublisher(broker, [EXCHANGE], queues)
    return made


@contextmanager
def everything_published(broker: str) -> Iterator[list[Any]]:
    """Each event that reaches the exchange, with its AMQP message, in the order of arrival."""
    messages: list[Any] = []

    def take(message: Any) -> None:
        messages.append((json.loads(broker_module.body_of(message)), message))
        message.ack()

    with connection_to(broker, heartbeat=SILENT_FOR_S) as connection:
        with connection.Consumer([EVERYTHING], on_message=take):
            draining = eventlet.spawn(_drain, connection)
            try:
                yield messages
            finally:
                draining.kill()


def _drain(connection: Any) -> None:
    while True:
        connection.drain_events()


def words_of(messages: list[Any]) -> list[str]:
    return [event["data"]["word"] for event, _ in messages]
