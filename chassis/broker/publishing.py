"""Publish to the broker: events with publisher confirms, RPC messages without.

Each publisher has a connection of its own, and greenthreads never share a channel. A connection
that failed is dropped, not closed: closing waits for an answer, which a broker under alarm does not
give. Such a broker is short of memory or disk, reads nothing from publishers, and tells them so.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from time import monotonic
from typing import Any
from uuid import uuid4

import eventlet
from amqp.exceptions import AMQPError
from eventlet.semaphore import Semaphore
from kombu import Connection, Exchange, Queue
from kombu.exceptions import OperationalError

import chassis.broker.embedded  # noqa: F401  # registers the transport
from chassis.concurrency.sockets import is_readable
from chassis.json import JSON

TRANSIENT, PERSISTENT = 1, 2
PUBLISHER_HEARTBEAT = 10
CONSUMER_HEARTBEAT = 30
CONFIRM_TIMEOUT = 5.0
CONNECT_TIMEOUT = 5.0
BLOCKED = "it takes no messages for now: it is short of memory or disk"


def connection_to(url: str, heartbeat: int = PUBLISHER_HEARTBEAT, **options: Any) -> Connection:
    """A connection that is not made yet. Reconnecting backs off to 5 seconds, not kombu's 30."""
    return Connection(
        url,
        heartbeat=heartbeat,
        connect_timeout=CONNECT_TIMEOUT,
        transport_options={
            "max_retries": 1,
            "interval_start": 0.2,
            "interval_step": 0.5,
            "interval_max": 5,
            "read_timeout": 2 * heartbeat,
            "write_timeout": 2 * heartbeat,
            **options,
        },
    )


def body_of(message: Any) -> bytes:
    """A message's bytes. py-amqp decodes a body that is declared as UTF-8."""
    return message.body.encode() if isinstance(message.body, str) else bytes(message.body)


class BrokerAway(Exception):
    """The broker can't be reached, or takes no messages."""


def connected_to(url: str, heartbeat: int = PUBLISHER_HEARTBEAT) -> Connection:
    """A connection that is made; raises ``BrokerAway``."""
    connection = connection_to(url, heartbeat)
    try:
        connection.connect()
    except (OperationalError, OSError, AMQPError) as error:
        raise BrokerAway(f"the broker is away: {error}") from error
    return connection


class _Connection:
    """One connection with one channel: made at first use, dropped when it fails."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: Connection | None = None
        self._channel: Any = None
        self.blocked = False

    @contextlib.contextmanager
    def channel(self, timeout: float) -> Iterator[Any]:
        """The channel, for ``timeout`` seconds; raises ``BrokerAway`` for every failure."""
        try:
            with eventlet.Timeout(timeout, BrokerAway(f"no answer in {timeout:.1f} s")):
                if self._channel is None:
                    self._connect()
                yield self._channel
        except BrokerAway:
            self.drop()
            raise
        except (OperationalError, OSError, AMQPError) as error:
            self.drop()
            raise BrokerAway(f"{type(error).__name__}: {error}") from error
        except BaseException:
            self.drop()
            raise

    def _connect(self) -> None:
        self._on_unblocked()
        self._connection = connection_to(
            self._url, on_blocked=self._on_blocked, on_unblocked=self._on_unblocked
        )
        self._connection.connect()
        self._channel = self._connection.channel()
        self.on_connected(self._channel)

    @property
    def connected(self) -> bool:
        return self._channel is not None

    def on_connected(self, channel: Any) -> None:
        """Prepare a new channel before it is used."""

    def _on_blocked(self, reason: str) -> None:
        self.blocked = True

    def _on_unblocked(self) -> None:
        self.blocked = False

    def drain_pending(self) -> None:
        """Process frames that the broker has sent already, without waiting for more."""
        assert self._connection is not None
        if not self._connection.supports_heartbeats:
            return  # the embedded broker, which sends none
        if is_readable(self._connection.connection.sock.fileno()):
            with contextlib.suppress(TimeoutError):
                while True:
                    self.drain(0.001)

    def drain(self, timeout: float) -> None:
        """Wait for frames and process them: confirms, heartbeats, alarms, a close."""
        assert self._connection is not None
        self._connection.drain_events(timeout=timeout)

    def keep_alive(self) -> None:
        """Send a heartbeat where one is due. To be called on idle connections."""
        if self._connection is None or not self._connection.supports_heartbeats:
            return
        with contextlib.suppress(BrokerAway), self.channel(CONFIRM_TIMEOUT):
            self.drain_pending()
            self._connection.heartbeat_check()

    def drop(self) -> None:
        connection, self._connection, self._channel = self._connection, None, None
        if connection is not None:
            with contextlib.suppress(Exception):
                connection.collect()


@dataclass(frozen=True)
class Outgoing:
    """A message to publish. ``key`` is chosen by the caller, who gets the confirmed keys back."""

    key: int
    body: bytes
    exchange: str
    routing_key: str
    message_id: str


class ConfirmedPublisher(_Connection):
    """Publishes in batches and returns which messages the broker confirmed.

    ``topology``: the queues of all consumers. They are declared before the first message is
    published, so that a consumer that has never started yet misses none.
    """

    def __init__(self, url: str, exchanges: Iterable[Exchange], topology: Iterable[Queue]) -> None:
        super().__init__(url)
        self._exchanges = list(exchanges)
        self._topology = list(topology)
        self._published = 0
        self._waiting: dict[int, int] = {}
        self._confirmed: list[int] = []

    def on_connected(self, channel: Any) -> None:
        for entity in (*self._exchanges, *self._topology):
            entity(channel).declare()
        channel.confirm_select()
        channel.events["basic_ack"].add(self._on_ack)
        channel.events["basic_nack"].add(self._on_nack)
        self._published = 0

    def publish(self, batch: Iterable[Outgoing]) -> list[int]:
        """Returns the keys of messages confirmed within 5 seconds; raises ``BrokerAway``."""
        self._waiting, self._confirmed = {}, []
        with self.channel(CONNECT_TIMEOUT + CONFIRM_TIMEOUT) as channel:
            self.drain_pending()
            for message in () if self.blocked else batch:
                self._published += 1
                self._waiting[self._published] = message.key
                properties = {"delivery_mode": PERSISTENT, "message_id": message.message_id}
                prepared = channel.prepare_message(message.body, 0, JSON, "utf-8", {}, properties)
                channel.basic_publish(
                    prepared, exchange=message.exchange, routing_key=message.routing_key
                )
            self._await_confirms()
        return self._confirmed

    def reach(self) -> None:
        """Raises ``BrokerAway`` unless the broker can be reached and takes messages."""
        with self.channel(CONNECT_TIMEOUT):
            self.drain_pending()
        if self.blocked:
            raise BrokerAway(BLOCKED)

    def _await_confirms(self) -> None:
        end = monotonic() + CONFIRM_TIMEOUT
        while self._waiting:
            left = end - monotonic()
            if left <= 0:
                return
            with contextlib.suppress(TimeoutError):
                self.drain(left)

    def _on_ack(self, delivery_tag: int, multiple: bool) -> None:
        self._confirmed += self._settled(delivery_tag, multiple)

    def _on_nack(self, delivery_tag: int, multiple: bool, *_: Any) -> None:
        self._settled(delivery_tag, multiple)

    def _settled(self, delivery_tag: int, multiple: bool) -> list[int]:
        tags = [tag for tag in self._waiting if tag <= delivery_tag] if multiple else [delivery_tag]
        return [self._waiting.pop(tag) for tag in tags if tag in self._waiting]


class TransientSender(_Connection):
    """Sends RPC requests and replies: not persistent, not confirmed. The caller's deadline makes up
    for both. One greenthread sends at a time.
    """

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._turn = Semaphore(1)

    def send(
        self, body: bytes, *, exchange: str, routing_key: str, timeout: float, **properties: Any
    ) -> None:
        """Raises ``BrokerAway`` where it could not be sent within ``timeout`` seconds."""
        headers = properties.pop("headers", {})
        properties |= {"delivery_mode": TRANSIENT, "message_id": uuid4().hex}
        with eventlet.Timeout(
            timeout, BrokerAway(f"other messages were not sent within {timeout:.1f} s")
        ):
            self._turn.acquire()
        try:
            for last in (not self.connected, True):
                try:
                    with self.channel(timeout) as channel:
                        self.drain_pending()
                        if not self.blocked:
                            channel.basic_publish(
                                channel.prepare_message(
                                    body, 0, JSON, "utf-8", headers, properties
                                ),
                                exchange=exchange,
                                routing_key=routing_key,
                            )
                            return
                    # raised outside of channel(), so that the connection stays: the broker
                    # tells on it when the alarm is over
                    raise BrokerAway(BLOCKED)
                except BrokerAway:
                    if last:  # the connection was stale: try a new one
                        raise
        finally:
            self._turn.release()
