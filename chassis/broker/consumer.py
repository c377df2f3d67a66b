"""Consume messages: nameko's QueueConsumer with graceful stops and reconnects.

Providers get messages as bytes, so that they park a message that can't be decoded; kombu would drop
it. Messages in flight are acknowledged or requeued before the connection closes. When a connection
breaks, the process goes on and the broker delivers its messages again.

While no message arrives the consumer sleeps: until its next heartbeat, or until ``_look_up`` wakes
it, since a provider is to be removed or the last message in flight was settled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from time import monotonic
from typing import Any

import eventlet
import structlog
from amqp.exceptions import AMQPError
from eventlet.event import Event as GreenEvent
from eventlet.support.greenlets import GreenletExit
from kombu import Connection
from kombu.exceptions import OperationalError
from nameko import messaging
from nameko.extensions import ProviderCollector

from chassis.broker.publishing import CONSUMER_HEARTBEAT, body_of, connection_to
from chassis.concurrency.yielding import yield_now
from chassis.readiness import Checked

HEARTBEAT_CHECK_EVERY_S = 5.0
POLL_STOP_EVERY_S = 0.02
TURN_S = 0.001
RETRY_AFTER_S = 2.0
RECONNECT = {"interval_start": 0.5, "interval_step": 0.5, "interval_max": 5}

log = structlog.get_logger()


class QueueConsumer(messaging.QueueConsumer, Checked):
    """One connection and one channel, shared by all providers of a service.

    A provider has a ``queue`` and ``handle_message(body, message)``, which in the end calls
    ``ack_message`` or ``requeue_message``. Where it raises, the message goes back to the broker,
    which counts a delivery. For a provider with ``no_ack``, the broker regards a message as
    acknowledged once it is sent: ``handle_message`` must not wait then, and where it raises, the
    message is lost.
    """

    needs = "broker"

    def __init__(self) -> None:
        super().__init__()
        self._in_flight: dict[Any, Any] = {}
        self._waits = False
        self._turn_ends = 0.0
        self.connected = False

    def failure(self) -> str:
        return "" if self.connected else "not connected"

    @property
    def connection(self) -> Connection:
        return connection_to(self.amqp_uri, CONSUMER_HEARTBEAT)

    def run(self, _tokens: int = 1, **kwargs: Any) -> None:
        with suppress(GreenletExit):
            super().run(_tokens, **kwargs)

    def unregister_provider(self, provider: Any) -> None:
        """Return when no message of this provider is in flight: nameko stops the store after it."""
        if self.connected:  # the consumer's greenthread alone may cancel
            self._pending_remove_providers[provider] = removed = GreenEvent()
            self._look_up()
            removed.wait()
        else:
            self._consumers.pop(provider, None)
        ProviderCollector.unregister_provider(self, provider)
        while self.connected and provider in self._in_flight.values():
            eventlet.sleep(POLL_STOP_EVERY_S)

    def stop(self) -> None:
        """Return when all providers have unregistered and no message is in flight.

        While the broker is away, no message is.
        """
        self.wait_for_providers()
        if not self._consumers_ready.ready():
            self._consumers_ready.send_exception(messaging.QueueConsumerStopped())
        while self._gt is not None and not self._gt.dead:
            if not self.connected:
                self._gt.kill()
            eventlet.sleep(POLL_STOP_EVERY_S)

    def kill(self) -> None:
        if self._gt is not None and not self.connected:
            self._gt.kill()
        self.should_stop = True
        self._look_up()
        super().kill()

    def _look_up(self) -> None:
        """End the wait for messages, as its timeout would."""
        if self._waits and eventlet.getcurrent() is not self._gt:
            self._waits = False
            eventlet.kill(self._gt, TimeoutError)

    def _cancel_consumers_if_requested(self) -> None:
        while self._pending_remove_providers:
            provider, removed = self._pending_remove_providers.popitem()
            consumer = self._consumers.pop(provider, None)
            try:
                if consumer is not None and self.connected:
                    consumer.cancel()
            finally:  # a connection that breaks has cancelled it as well
                removed.send()

    def get_consumers(self, consumer_cls: Callable[..., Any], channel: Any) -> Iterable[Any]:
        for provider in list(self._providers):  # others may unregister meanwhile
            no_ack = getattr(provider, "no_ack", False)
            handle = self._handle_unacknowledged if no_ack else self._spawn_handler
            consumer = consumer_cls(
                queues=[provider.queue], on_message=partial(handle, provider), no_ack=no_ack
            )
            consumer.qos(prefetch_count=self.prefetch_count)
            if provider in self._providers:
                self._consumers[provider] = consumer
        consumers: Iterable[Any] = self._consumers.values()
        return consumers

    def _handle_unacknowledged(self, provider: Any, message: Any) -> None:
        """Handle it here and now; a flood of them leaves others their turns."""
        try:
            provider.handle_message(body_of(message), message)
        except Exception as error:
            log.error("message_handler_failed", by=type(provider).__name__, exc_info=error)
        if monotonic() >= self._turn_ends:
            self._waits = False  # no wake-up may end this pause
            yield_now()
            self._turn_ends = monotonic() + TURN_S

    def _spawn_handler(self, provider: Any, message: Any) -> None:
        self._in_flight[message] = provider
        self.container.spawn_managed_thread(
            partial(self._handle, provider, body_of(message), message),
            identifier=type(provider).__name__,
        )

    def _handle(self, provider: Any, body: bytes, message: Any) -> None:
        try:
            provider.handle_message(body, message)
        except (Exception, eventlet.Timeout) as error:
            log.error("message_handler_failed", queue=provider.queue.name, exc_info=error)
            eventlet.sleep(RETRY_AFTER_S)
            if message in self._in_flight:
                self.requeue_message(message)

    def ack_message(self, message: Any) -> None:
        self._settle(message, super().ack_message)

    def requeue_message(self, message: Any) -> None:
        self._settle(message, super().requeue_message)

    def retry_later(self, provider: Any, body: bytes, message: Any) -> None:
        """Call the provider again after a pause, without going through the broker.

        The broker does not count that as a delivery, so it may be repeated without limit.
        """

        def again() -> None:
            eventlet.sleep(RETRY_AFTER_S)
            if message not in self._in_flight:
                return  # its connection is lost: the broker redelivers it
            if provider in self._consumers:
                self._handle(provider, body, message)
            else:
                self.requeue_message(message)

        self.container.spawn_managed_thread(again, identifier="retry later")

    def _settle(self, message: Any, settle: Callable[[Any], None]) -> None:
        try:
            settle(message)
        except (OSError, AMQPError, OperationalError):
            log.info(
                "message_not_settled", reason="its connection is lost; the broker redelivers it"
            )
        finally:
            self._in_flight.pop(message, None)
            if not self._consumers and not self._in_flight:
                self._look_up()

    def on_iteration(self) -> None:
        self._cancel_consumers_if_requested()
        if not self._consumers and not self._in_flight:
            self.should_stop = True

    @contextmanager
    def establish_connection(self) -> Iterator[Connection]:
        self.connected = False
        with self.create_connection() as connection:
            connection.ensure_connection(self.on_connection_error, **RECONNECT)
            yield connection

    def on_connection_revived(self) -> None:
        self._in_flight.clear()  # messages of the old channel can't be settled any more

    def on_consume_ready(self, connection: Any, channel: Any, consumers: Any, **_: Any) -> None:
        super().on_consume_ready(connection, channel, consumers)
        self.connected = True
        for provider in self._providers:
            if hasattr(provider, "on_consuming"):
                provider.on_consuming()

    def consume(self, *args: Any, **kwargs: Any) -> Iterator[None]:
        """kombu's loop looks up at an interval, and forgets heartbeats while messages come."""
        try:
            with self.consumer_context() as (connection, _, _):
                check_at = monotonic() + HEARTBEAT_CHECK_EVERY_S
                while True:
                    self.on_iteration()
                    if self.should_stop:
                        return
                    self._drain(connection, check_at - monotonic())
                    if monotonic() >= check_at:
                        connection.heartbeat_check()
                        check_at = monotonic() + HEARTBEAT_CHECK_EVERY_S
                    yield
        finally:  # however it ended
            self.connected = False

    def _drain(self, connection: Connection, timeout: float) -> None:
        """Handle the next message, or wait for one; without a limit where there are no heartbeats
        (the embedded broker)."""
        self._waits = True
        try:
            connection.drain_events(
                timeout=max(timeout, 0.001) if connection.supports_heartbeats else None
            )
        except TimeoutError:
            pass
        except OSError:
            if not self.should_stop:
                raise
        finally:
            self._waits = False

    def on_connection_error(self, exc: Exception, interval: float) -> None:
        self._cancel_consumers_if_requested()
        log.warning("broker_away", error=f"{type(exc).__name__}: {exc}", retry_in_s=interval)
