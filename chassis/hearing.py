"""Hearing: every instance of a service hears every event, at once and at most once.

    class Cache(SharedExtension):
        hearing = Hearing()

        def setup(self):
            self.hearing.listen([SpecialistChanged], self.forget, self.clear)

For what an instance keeps in memory. Unlike ``@subscribe`` there is no inbox: what comes while
an instance is away is never heard, and a handler that fails is not called again. Each connection
begins with a call of ``on_gap``: whatever was said before may have been missed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from uuid import uuid4

import structlog
from kombu import Queue, binding
from nameko.extensions import SharedExtension

from chassis.consumer import QueueConsumer
from chassis.events import Event, as_mapping, exchange_of

Heard = Callable[[type[Event], str], None]

log = structlog.get_logger()


class Hearing(SharedExtension):
    """One queue for each instance and connection, which goes with it."""

    queue_consumer = QueueConsumer()

    def __init__(self) -> None:
        super().__init__()
        self._types: dict[str, type[Event]] = {}

    def listen(
        self, types: Iterable[type[Event]], heard: Heard, on_gap: Callable[[], None]
    ) -> None:
        """Call ``heard`` with the type of each of these events and its subject.

        Both are called where events come in, and must not wait for anything.
        """
        self._types = {each.type(): each for each in types}
        self._heard, self._on_gap = heard, on_gap
        self.queue_consumer.register_provider(self)

    @property
    def connected(self) -> bool:
        """Whether what is said is heard."""
        return bool(self.queue_consumer.connected)

    @property
    def queue(self) -> Queue:
        """Another one each time: the broker may hold the last one for a connection that it does
        not know to be dead."""
        bindings = [
            binding(exchange_of(each.producer), routing_key=each.type())
            for each in self._types.values()
        ]
        name = f"{self.container.service_name}.hearing.{uuid4().hex}"
        return Queue(name, bindings=bindings, exclusive=True, auto_delete=True, durable=False)

    def on_consuming(self) -> None:
        self._on_gap()

    def handle_message(self, body: bytes, message: Any) -> None:
        try:
            event = as_mapping(body)
            self._heard(self._types[event["type"]], str(event["subject"]))
        except Exception as error:
            log.error("event_not_heard", error=f"{type(error).__name__}: {error}")
        finally:
            self.queue_consumer.ack_message(message)

    def stop(self) -> None:
        if self._types:
            self.queue_consumer.unregister_provider(self)
