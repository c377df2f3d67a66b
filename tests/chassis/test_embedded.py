"""The embedded broker: what its confirms mean, and that it neither polls nor blocks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import eventlet
import pytest
from kombu import Connection, Queue

from chassis.broker import publishing as broker_module
from chassis.broker.embedded import Transport
from chassis.broker.publishing import ConfirmedPublisher, Outgoing, body_of, connection_to
from chassis.events import exchange_of
from tests.chassis.bank import Listener, Teller, a_company
from tests.support.eventually import eventually

EXCHANGE = exchange_of("teller")


def a_queue(name: str, key: str = "Told") -> Queue:
    return Queue(name, EXCHANGE, routing_key=key)


class Consumer:
    """Takes from queues and settles nothing until it is told to."""

    def __init__(self, url: str, *queues: Queue, prefetch: int = 0) -> None:
        self.messages: list[Any] = []
        self._connection: Connection = connection_to(url)
        self._consumer = self._connection.Consumer(list(queues), on_message=self.messages.append)
        self._consumer.qos(prefetch_count=prefetch)
        self._consumer.consume()
        self._draining = eventlet.spawn(self._drain)

    def _drain(self) -> None:
        while True:
            self._connection.drain_events()

    def bodies(self) -> list[bytes]:
        return [body_of(message) for message in self.messages]

    def close(self) -> None:
        self._draining.kill()
        self._connection.release()


@pytest.fixture
def url() -> str:
    return f"embedded://{uuid4().hex}"


@pytest.fixture
def one(url: str) -> Iterator[Consumer]:
    consumer = Consumer(url, a_queue("one"))
    yield consumer
    consumer.close()


@pytest.fixture
def two(url: str) -> Iterator[Consumer]:
    consumer = Consumer(url, a_queue("two"))
    yield consumer
    consumer.close()


def outgoing(*bodies: bytes, key: str = "Told") -> list[Outgoing]:
    return [Outgoing(n, body, EXCHANGE.name, key, str(n)) for n, body in enumerate(bodies)]


def publishing(url: str, *bodies: bytes, key: str = "Told") -> Any:
    """A publisher at work; its result is the keys of what was confirmed."""
    publisher = ConfirmedPublisher(url, [EXCHANGE], [])
    return eventlet.spawn(publisher.publish, outgoing(*bodies, key=key))


def test_a_message_is_confirmed_when_every_queue_has_acknowledged_it(
    url: str, one: Consumer, two: Consumer
) -> None:
    confirmed = publishing(url, b"hello")
    eventually(lambda: one.messages and two.messages)
    one.messages[0].ack()
    eventlet.sleep(0.05)
    assert not confirmed.dead

    two.messages[0].ack()
    assert confirmed.wait() == [0]


def test_what_is_not_acknowledged_is_not_confirmed(
    url: str, one: Consumer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broker_module, "CONFIRM_TIMEOUT", 0.2)
    confirmed = publishing(url, b"first", b"second")
    eventually(lambda: len(one.messages) == 2)
    one.messages[1].ack()

    assert confirmed.wait() == [1]


def test_a_message_that_no_queue_wants_is_confirmed_at_once(url: str, one: Consumer) -> None:
    assert publishing(url, b"hello", key="Shouted").wait() == [0]
    assert one.messages == []


def test_a_rejected_message_goes_back_to_its_own_queue_alone(
    url: str, one: Consumer, two: Consumer
) -> None:
    confirmed = publishing(url, b"hello")
    eventually(lambda: one.messages and two.messages)
    two.messages[0].ack()
    one.messages[0].requeue()
    eventually(lambda: len(one.messages) == 2)
    assert not confirmed.dead
    one.messages[1].ack()

    assert confirmed.wait() == [0]
    assert len(two.messages) == 1


def test_a_message_that_was_given_up_is_settled(url: str, one: Consumer) -> None:
    confirmed = publishing(url, b"hello")
    eventually(lambda: one.messages)
    one.messages[0].reject()

    assert confirmed.wait() == [0]


def test_messages_arrive_in_order_byte_for_byte(url: str, one: Consumer) -> None:
    bodies = [b"\xff\x00", b"", "žluť".encode(), b"{}"]
    confirmed = publishing(url, *bodies)
    eventually(lambda: len(one.messages) == len(bodies))
    assert one.bodies() == bodies
    for message in one.messages:
        message.ack()
    assert sorted(confirmed.wait()) == [0, 1, 2, 3]


def test_a_message_waits_for_a_consumer_that_comes_later(url: str) -> None:
    with connection_to(url) as connection:
        a_queue("one")(connection.channel()).declare()
    confirmed = publishing(url, b"early")
    eventlet.sleep(0)
    late = Consumer(url, a_queue("one"))
    eventually(lambda: late.messages)
    late.messages[0].ack()

    assert confirmed.wait() == [0]
    late.close()


def test_a_consumer_has_no_more_in_hand_than_its_prefetch(url: str) -> None:
    consumer = Consumer(url, a_queue("one"), prefetch=2)
    confirmed = publishing(url, b"1", b"2", b"3")
    eventually(lambda: len(consumer.messages) == 2)
    eventlet.sleep(0.05)
    assert consumer.bodies() == [b"1", b"2"]

    consumer.messages[0].ack()
    eventually(lambda: len(consumer.messages) == 3)
    consumer.messages[1].ack()
    consumer.messages[2].ack()
    assert sorted(confirmed.wait()) == [0, 1, 2]
    consumer.close()


def test_a_full_queue_does_not_hold_back_another_one_of_the_same_consumer(url: str) -> None:
    """Else workers that wait for answers would keep these answers out."""
    consumer = Consumer(url, a_queue("one"), a_queue("other", "Answered"), prefetch=1)
    publishing(url, b"1", b"2")
    eventually(lambda: consumer.messages)
    publishing(url, b"answer", key="Answered")

    eventually(lambda: b"answer" in consumer.bodies())
    assert b"2" not in consumer.bodies()
    consumer.close()


def test_brokers_of_different_names_share_nothing(url: str, one: Consumer) -> None:
    publishing(f"embedded://{uuid4().hex}", b"elsewhere").wait()
    assert one.messages == []


def test_consumers_that_have_nothing_to_do_do_not_poll(url: str) -> None:
    looks = 0
    transport: Any = connection_to(url).transport
    get = transport.cycle.get

    def count(*args: Any, **kwargs: Any) -> Any:
        nonlocal looks
        looks += 1
        return get(*args, **kwargs)

    transport.cycle.get = count
    waiting = eventlet.spawn(transport.drain_events, None)
    eventlet.sleep(0.3)
    waiting.kill()

    assert isinstance(transport, Transport)
    assert looks == 1


def test_a_quiet_connection_times_out_as_kombu_expects(url: str) -> None:
    with connection_to(url) as connection, pytest.raises(TimeoutError):
        connection.drain_events(timeout=0.01)


def test_a_company_stops_soon_and_starts_again_on_the_same_broker(sqlite_database: str) -> None:
    for _ in range(2):
        with a_company("embedded://again", sqlite_database, Teller, Listener) as company:
            assert company.heard() == []
