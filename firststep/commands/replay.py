"""Publish past public events again, onto one queue: for a listener that is new or was away.

They are published byte for byte as the first time, ids included: a consumer that drops repetitions
by id may get them any number of times.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chassis.broker.inspection import message_count
from chassis.broker.publishing import BrokerAway, ConfirmedPublisher, Outgoing, connected_to
from chassis.database.database import Database
from chassis.database.event_log import EventLog, logged_types
from chassis.messaging.redrive import Redrive
from chassis.settings import BadSettings, Settings
from firststep import platform

BATCH = 200


@dataclass(frozen=True)
class PastEvents:
    """The events of one type from ``since`` on and before ``until``."""

    event_type: str
    since: datetime
    until: datetime | None = None


def replayable_types() -> dict[str, str]:
    """The types of events that can be published again, with the service that logs them."""
    return {
        event_type: name
        for name, service in platform.SERVICES.items()
        for event_type in sorted(logged_types(service.store.base.metadata))
    }


def preview(settings: Settings, past: PastEvents) -> list[dict[str, Any]]:
    """The events that ``publish`` would publish."""
    with platform.database_of(replayable_types()[past.event_type], settings) as database:
        return [
            {"event_id": row.event_id, "type": row.type, "subject": row.subject, "time": row.time}
            for rows in _batches(database, past)
            for row in rows
        ]


def publish(settings: Settings, past: PastEvents, queue: str, by: str) -> int:
    """Returns how many were published; raises ``BrokerAway`` where one was not confirmed.

    ``by``: the operator, for the record.
    """
    _require_queue(queue, settings)
    published = 0
    publisher = ConfirmedPublisher(settings.broker, [], [])
    try:
        with platform.database_of(replayable_types()[past.event_type], settings) as database:
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
                        f"{published} events were published, then {len(rows) - len(done)} were "
                        "not confirmed. Run the command again: consumers know repetitions by id."
                    )
    finally:
        publisher.drop()
    return published


def _require_queue(queue: str, settings: Settings) -> None:
    """A broker confirms a message for a queue that does not exist, and drops it."""
    if settings.embedded:
        raise BadSettings(
            "--onto: the embedded platform's queues can't be reached from another process. "
            "GET /api/v1/events/featured has the same events."
        )
    with connected_to(settings.broker) as connection:
        if message_count(connection, queue) is None:
            raise BadSettings(f"--onto: there is no queue {queue!r}")


def _batches(database: Database, past: PastEvents) -> Iterator[list[Any]]:
    last = 0
    while True:
        with database.reading() as session:
            event_log = EventLog(session, database.base.metadata)
            rows = event_log.between(past.event_type, past.since, past.until, last, BATCH)
        if not rows:
            return
        yield rows
        last = rows[-1].seq
