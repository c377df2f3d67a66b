"""The embedded broker: a kombu transport with its queues in this process (``embedded://``).

It has no disk, so its confirms mean more than RabbitMQ's: a message is confirmed when every queue
that got it has acknowledged it. The relay marks only confirmed events as sent, so a crash loses
none: events that an inbox had not committed are sent again.

kombu's memory transport polls, requeues a message to all queues of its exchange and has no
confirms; hence these subclasses.
"""

from __future__ import annotations

import socket
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, Queue
from time import monotonic
from typing import Any, ClassVar

from kombu.transport import TRANSPORT_ALIASES, memory, virtual

from chassis.concurrency.wakeup import Wakeup

SCHEME = "embedded"


class Broker:
    """Exchanges, bindings and queues. There is one for each host in ``embedded://host``."""

    by_host: ClassVar[dict[str, Broker]] = {}

    def __init__(self) -> None:
        self.state = virtual.BrokerState()
        self.queues: dict[str, Queue[Any]] = {}
        self.consumers: dict[str, set[Transport]] = defaultdict(set)
        self.temporary: set[str] = set()


@dataclass
class Settlement:
    """Calls ``confirm`` when all queues that got a message have acknowledged or rejected it, or
    have handed it to a consumer that acknowledges nothing."""

    outstanding: int
    confirm: Callable[[], None]

    def settle(self) -> None:
        self.outstanding -= 1
        if self.outstanding == 0:
            self.confirm()


class QoS(virtual.QoS):
    """Counts the prefetch for each queue, as RabbitMQ does for each consumer: while all workers
    wait for a reply, replies still arrive."""

    def __init__(self, channel: Any, prefetch_count: int = 0) -> None:
        super().__init__(channel, prefetch_count)
        self._unacknowledged: Counter[str] = Counter()

    def can_consume(self) -> bool:
        return True

    def has_room(self, queue: str) -> bool:
        return not self.prefetch_count or self._unacknowledged[queue] < self.prefetch_count

    def append(self, message: Any, delivery_tag: str) -> None:
        self._unacknowledged[message.properties["queue"]] += 1
        super().append(message, delivery_tag)

    def ack(self, delivery_tag: str) -> None:
        self._unacknowledged[self.get(delivery_tag).properties["queue"]] -= 1
        super().ack(delivery_tag)


class Channel(memory.Channel):
    """Wakes its consumers, requeues to the queue that a message came from, and confirms."""

    QoS = QoS
    body_encoding = None

    def __init__(self, connection: Transport, **kwargs: Any) -> None:
        super().__init__(connection, **kwargs)
        self.queues = connection.broker.queues
        self.events: dict[str, set[Callable[[int, bool], None]]] = defaultdict(set)
        self._published: int | None = None

    def confirm_select(self) -> None:
        self._published = 0

    def queue_declare(self, queue: str, passive: bool = False, **kwargs: Any) -> Any:
        if kwargs.get("auto_delete"):
            self.connection.broker.temporary.add(queue)
        return super().queue_declare(queue, passive, **kwargs)

    def basic_publish(self, message: Any, exchange: str, routing_key: str, **kwargs: Any) -> None:
        if self._published is not None:
            self._published += 1
            self._expect_settlement(message, exchange, routing_key, self._published)
        super().basic_publish(message, exchange, routing_key, **kwargs)

    def _expect_settlement(
        self, message: Any, exchange: str, routing_key: str, delivery_tag: int
    ) -> None:
        queues = self._lookup(exchange, routing_key)
        settlement = Settlement(len(queues), lambda: self._confirm(delivery_tag))
        message["properties"]["settlement"] = settlement
        if not queues:
            settlement.confirm()

    def _confirm(self, delivery_tag: int) -> None:
        for acknowledged in self.events["basic_ack"]:
            acknowledged(delivery_tag, False)
        if self.connection is not None:
            self.connection.confirmed()

    def _put(self, queue: str, message: Any, **kwargs: Any) -> None:
        own = {"queue": queue, "delivery_tag": self._next_delivery_tag()}
        copy = {**message, "properties": {**message["properties"], **own}}
        super()._put(queue, copy, **kwargs)
        for transport in self.connection.broker.consumers[queue]:
            transport.wakeup.wake()

    def _get_and_deliver(self, queue: str, callback: Callable[..., None]) -> None:
        if not self.qos.has_room(queue):
            raise Empty
        super()._get_and_deliver(queue, callback)

    def basic_consume(
        self, queue: str, no_ack: bool, callback: Callable[[Any], None], *args: Any, **kwargs: Any
    ) -> None:
        def settle_and_handle(message: Any) -> None:
            self._settle(message)
            callback(message)

        handle = settle_and_handle if no_ack else callback
        super().basic_consume(queue, no_ack, handle, *args, **kwargs)
        self.connection.broker.consumers[queue].add(self.connection)
        self.connection.wakeup.wake()

    def basic_cancel(self, consumer_tag: str) -> None:
        queue = self._tag_to_queue.get(consumer_tag)
        super().basic_cancel(consumer_tag)
        if queue is not None:
            broker = self.connection.broker
            broker.consumers[queue].discard(self.connection)
            if queue in broker.temporary and not broker.consumers[queue]:
                self._remove(queue)

    def _remove(self, queue: str) -> None:
        """Messages left in the queue count as settled: no consumer will get them."""
        self.connection.broker.temporary.discard(queue)
        for exchange, routing_key, arguments in list(self.state.queue_bindings(queue)):
            self.queue_unbind(queue, exchange, routing_key, arguments)
        waiting = self.queues.pop(queue, None)
        while waiting is not None and not waiting.empty():
            settlement = waiting.get_nowait()["properties"].get("settlement")
            if settlement is not None:
                settlement.settle()

    def basic_ack(self, delivery_tag: str, multiple: bool = False) -> None:
        self._settle(self.qos.get(delivery_tag))
        super().basic_ack(delivery_tag, multiple)

    def basic_reject(self, delivery_tag: str, requeue: bool = False) -> None:
        if requeue:
            message = self.qos.get(delivery_tag)
            self._put(message.properties["queue"], message.serializable())
        else:
            self._settle(self.qos.get(delivery_tag))
        self.qos.ack(delivery_tag)
        self.connection.wakeup.wake()

    def _settle(self, message: Any) -> None:
        settlement = message.properties.get("settlement")
        if settlement is not None:
            settlement.settle()
        self.connection.wakeup.wake()  # a freed prefetch slot lets the next message in


class Transport(memory.Transport):
    """Blocks until a message or a confirm arrives, instead of polling every second."""

    Channel = Channel
    driver_type = SCHEME
    driver_name = SCHEME

    def __init__(self, client: Any, **kwargs: Any) -> None:
        super().__init__(client, **kwargs)
        self.broker = Broker.by_host.setdefault(client.hostname or "localhost", Broker())
        self.state = self.broker.state
        self.wakeup = Wakeup()
        self._confirmed = False

    def confirmed(self) -> None:
        self._confirmed = True
        self.wakeup.wake()

    def drain_events(self, connection: Any, timeout: float | None = None) -> None:
        end = None if timeout is None else monotonic() + timeout
        while True:
            if self._confirmed:
                self._confirmed = False
                return
            try:
                self.cycle.get(self._deliver)
                return
            except Empty:
                left = None if end is None else max(0.0, end - monotonic())
                if not self.wakeup.wait(left):
                    raise TimeoutError from None


assert TimeoutError is socket.timeout  # what kombu's loops expect of a quiet connection

TRANSPORT_ALIASES[SCHEME] = "chassis.broker.embedded:Transport"
