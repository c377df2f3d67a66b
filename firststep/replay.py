"""Past public events once more, onto one queue: for a listener that came late or was away.

They go out byte for byte as they did the first time, so whoever drops repetitions by their ids
may be given as many as anybody likes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from amqp.exceptions import NotFound

from chassis.broker.publishing import BrokerAway, ConfirmedPublisher, Outgoing, connected_to
from chassis.config import BadSettings, Settings
from chassis.database.database import Database
from chassis.database.event_log import EventLog, logged_types
from chassis.messaging.redrive import Redrive
from firststep import platform

BATCH = 200


@dataclass(frozen=True)
class Past:
    """Events of one type from ``since`` on, before ``until``."""

    event_type: str
    since: datetime
    until: datetime | None = None


def kept_types() -> dict[str, str]:
    """Every type of event that can be replayed, with the service that keeps it."""
    return {
        event_type: name
        for name, service in platform.SERVICES.items()
        for event_type in sorted(logged_types(service.store.base.metadata))
    }


def look(settings: Settings, past: Past) -> list[dict[str, Any]]:
    """What a replay would publish."""
    with platform.database_of(kept_types()[past.event_type], settings) as database:
        return [
            {"event_id": row.event_id, "type": row.type, "subject": row.subject, "time": row.time}
            for rows in _batches(database, past)
            for row in rows
        ]


def publish(settings: Settings, past: Past, queue: str, by: str) -> int:
    """How many were published and confirmed; raises ``BrokerAway`` where one was not."""
    _require(queue, settings)
    published = 0
    publisher = ConfirmedPublisher(settings.broker, [], [])
    try:
        with platform.database_of(kept_types()[past.event_type], settings) as database:
            redrive = Redrive(database, by)
            for rows in _batches(database, past):
                confirmed = publisher.publish(
                    Outgoing(row.seq, bytes(row.body), "", queue, str(row.event_id)) for row in rows
                )
                done = [row.event_id for row in rows if row.seq in set(confirmed)]
                redrive.record("replay", f"onto {queue}", done)
                published += len(done)
                if len(done) < len(rows):
                    raise BrokerAway(
                        f"{published} published, then {len(rows) - len(done)} not confirmed: "
                        "repeat it, repetitions are known by their ids"
                    )
    finally:
        publisher.drop()
    return published


def _require(queue: str, settings: Settings) -> None:
    """The queue must be there: a broker drops, and confirms, what has nowhere to go."""
    if settings.embedded:
        raise BadSettings(
            "--onto: the embedded platform's queues live in its own process; "
            "GET /api/v1/events/featured tells the same"
        )
    with connected_to(settings.broker) as connection:
        try:
            connection.default_channel.queue_declare(queue, passive=True)
        except NotFound:
            raise BadSettings(f"--onto: there is no queue {queue!r}") from None


def _batches(database: Database, past: Past) -> Iterator[list[Any]]:
    last = 0
    while True:
        with database.reading() as session:
            event_log = EventLog(session, database.base.metadata)
            rows = event_log.between(past.event_type, past.since, past.until, last, BATCH)
        if not rows:
            return
        yield rows
        last = rows[-1].seq
