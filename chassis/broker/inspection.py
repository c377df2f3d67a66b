"""Look at queues without consuming: whether one exists, and how many messages wait in it."""

from __future__ import annotations

from amqp.exceptions import NotFound
from kombu import Connection


def message_count(connection: Connection, queue: str) -> int | None:
    """How many messages wait in the queue; ``None`` where there is no such queue."""
    with connection.channel() as channel:
        try:
            return int(channel.queue_declare(queue, passive=True).message_count)
        except NotFound:
            return None
