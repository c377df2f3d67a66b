"""A queue of this process alone: it gets every message of some exchanges while it is connected."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from time import monotonic
from typing import Any
from uuid import uuid4

from kombu import Exchange, Queue

from chassis.broker.publishing import CONSUMER_HEARTBEAT, body_of, connected_to

DRAIN_S = 1.0


class TemporaryQueue:
    """Messages are taken unacknowledged; the broker deletes the queue when the process leaves.

    Raises ``BrokerAway`` where the broker can't be reached.
    """

    def __init__(self, url: str, name: str, exchanges: Iterable[Exchange]) -> None:
        self._connection = connected_to(url, CONSUMER_HEARTBEAT)
        self._received: list[bytes] = []
        self._consume(f"{name}.{uuid4().hex}", exchanges)

    def _consume(self, name: str, exchanges: Iterable[Exchange]) -> None:
        channel = self._connection.channel()
        queue = Queue(name, exclusive=True, auto_delete=True, durable=False)(channel)
        queue.declare()
        for exchange in exchanges:
            exchange(channel).declare()
            queue.bind_to(exchange, routing_key="#")
        self._consumer = self._connection.Consumer(
            [queue], on_message=self._receive, channel=channel, no_ack=True
        )
        self._consumer.consume()

    def _receive(self, message: Any) -> None:
        self._received.append(body_of(message))

    def messages(self, timeout: float | None) -> Iterator[bytes]:
        """Each message's body; ends after ``timeout`` seconds (``None``: never)."""
        deadline = None if timeout is None else monotonic() + timeout
        while True:
            while self._received:
                yield self._received.pop(0)
            if deadline is not None and monotonic() > deadline:
                return
            try:
                self._connection.drain_events(timeout=DRAIN_S)
            except TimeoutError:
                self._connection.heartbeat_check()
