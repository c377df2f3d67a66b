"""Dead letters: messages that no handler can take, parked in the inbox for an operator."""

from __future__ import annotations

from typing import Any

import eventlet
import structlog
from nameko.extensions import SharedExtension

from chassis.broker.consumer import QueueConsumer
from chassis.database.database import database_of
from chassis.error_text import error_text
from chassis.messaging.inbox import Inbox
from chassis.messaging.retry_limits import DELIVERY_LIMIT
from chassis.messaging.topology import dead_letter_queue

log = structlog.get_logger()


class DeadLetters(SharedExtension):
    """Consumes the service's dead-letter queue and parks what is in it."""

    queue_consumer = QueueConsumer()

    def setup(self) -> None:
        self.queue = dead_letter_queue(self.container.service_name)
        self.queue_consumer.register_provider(self)

    def stop(self) -> None:
        self.queue_consumer.unregister_provider(self)

    def handle_message(self, body: bytes, message: Any) -> None:
        death = (message.headers.get("x-death") or [{}])[0]
        handler = str(death.get("queue", "")).partition(".")[2]
        event_type = str((death.get("routing-keys") or [""])[0])
        reason = f"its consumer crashed {DELIVERY_LIMIT} times while handling it"
        park(self, body, message, handler, event_type, reason)


def park(
    provider: Any, body: bytes, message: Any, handler: str, event_type: str, reason: str
) -> None:
    """Store a message that no handler can take, then acknowledge it. While the database is away
    the message waits for another try."""
    try:
        Inbox(database_of(provider.container)).park(body, handler, event_type, reason)
    except (Exception, eventlet.Timeout) as error:
        log.warning("event_requeued", error=error_text(error))
        provider.queue_consumer.retry_later(provider, body, message)
    else:
        provider.queue_consumer.ack_message(message)
