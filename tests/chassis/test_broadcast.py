"""Broadcast: every instance hears every event while it is connected, and knows when it was not."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import count
from time import monotonic
from typing import Any

import eventlet
import pytest
from kombu import Message
from nameko.extensions import DependencyProvider

from chassis.broker.consumer import TURN_S, QueueConsumer
from chassis.events import Event
from chassis.messaging.broadcast import Broadcast
from chassis.runtime.process import Process
from tests.chassis.bank import Client, Teller, Told, Town, a_company, an_envelope
from tests.support.eventually import eventually
from tests.support.platform import an_embedded_broker

POISON = "poison"
"""A word that the memory below can't bear."""


class Memory(DependencyProvider):
    """Notes what it heard, and when it may have missed something."""

    broadcast = Broadcast()

    def setup(self) -> None:
        self.heard: list[Event] = []
        self.gaps = 0
        self.broadcast.listen([Told], self._hear, self._gap)

    def _hear(self, event: Event) -> None:
        assert isinstance(event, Told)
        if event.word == POISON:
            raise RuntimeError("can't bear it")
        self.heard.append(event)

    def _gap(self) -> None:
        self.gaps += 1

    def get_dependency(self, worker_ctx: Any) -> Memory:
        return self


class Second(Memory):
    """Listens beside the first, in the same service."""


class Keeper:
    name = "keeper"
    memory = Memory()


class KeeperOfTwo(Keeper):
    second = Second()


@pytest.fixture(params=["embedded", "rabbitmq"])
def broker(request: pytest.FixtureRequest) -> str:
    if request.param == "embedded":
        return an_embedded_broker()
    url: str = request.getfixturevalue("rabbitmq_url")
    return url


@contextmanager
def instances(broker: str, number: int) -> Iterator[list[Memory]]:
    with ExitStack() as stack:
        found = []
        for _ in range(number):
            config = {"AMQP_URI": broker}
            process = stack.enter_context(Process([Keeper], config, []).running())
            container: Any = process.service_map["keeper"]
            [memory] = container.dependencies
            found.append(memory)
        yield found


def cry(broker: str, number: int = 1) -> list[Event]:
    """Events that the teller tells, and that the broker confirms."""
    envelopes = [an_envelope() for _ in range(number)]
    assert Town(broker, ()).cry(*(each.to_json() for each in envelopes)) == number
    return [each.data for each in envelopes]


def has_heard(memory: Memory, number: int) -> bool:
    return len(memory.heard) == number


def test_every_instance_hears_every_event_once(broker: str) -> None:
    with instances(broker, 3) as memories:
        told = cry(broker, 20)
        for memory in memories:
            eventually(partial(has_heard, memory, 20))
            assert sorted(memory.heard, key=str) == sorted(told, key=str)
            assert memory.gaps == 1


def test_what_can_not_be_taken_is_let_go_and_the_next_is_heard(broker: str) -> None:
    with instances(broker, 1) as [memory]:
        Town(broker, ()).cry(b"not json", b"[]", b'{"type": "Another"}')
        Town(broker, ()).cry(an_envelope(POISON).to_json())
        told = cry(broker)
        eventually(lambda: memory.heard == told)
        assert memory.gaps == 5, "what could not be taken was missed, and that is known"


def test_several_listeners_of_one_service_hear_the_same(broker: str) -> None:
    with Process([KeeperOfTwo], {"AMQP_URI": broker}, []).running() as process:
        container: Any = process.service_map["keeper"]
        memories: list[Memory] = sorted(container.dependencies, key=lambda each: each.attr_name)
        told = cry(broker, 3)
        for memory in memories:
            eventually(partial(has_heard, memory, 3))
            assert sorted(memory.heard, key=str) == sorted(told, key=str)
            assert memory.gaps == 1


def test_nothing_is_left_of_an_instance_that_is_gone(broker: str) -> None:
    """Above all, no confirm waits for it: the embedded broker confirms what all have taken."""
    with instances(broker, 2):
        cry(broker)
    cry(broker)


def test_what_a_service_tells_is_confirmed_though_others_hear_it(
    broker: str, sqlite_database: str
) -> None:
    with a_company(broker, sqlite_database, Teller, Client) as company:
        with instances(broker, 2) as memories:
            id = company.teller.tell(word="hello")
            for memory in memories:
                eventually(partial(has_heard, memory, 1))
                assert [each.subject() for each in memory.heard] == [id]
            eventually(lambda: not unsent(company))
        company.teller.tell(word="again")
        eventually(lambda: not unsent(company))


def unsent(company: Any) -> list[Any]:
    store = company.store("teller")
    outbox = store.table("outbox")
    with store.reading() as session:
        return list(session.execute(outbox.select().where(outbox.c.sent_at.is_(None))))


def test_a_flood_leaves_others_their_turns() -> None:
    """One message after another, without a moment in which the consumer would wait."""
    turns = count()

    def take_turns() -> None:
        while True:
            next(turns)
            eventlet.sleep(0)

    other, consumer = eventlet.spawn(take_turns), QueueConsumer()
    for _ in range(10):
        consumer._handle_unacknowledged(Busy(), Message(b"{}"))
    other.kill()
    assert next(turns) >= 10


class Busy:
    """Takes its whole turn for each message."""

    def handle_message(self, body: bytes, message: Any) -> None:
        end = monotonic() + TURN_S
        while monotonic() < end:
            pass


@pytest.mark.parametrize("cut", ["queue", "connection"])
def test_who_was_cut_off_knows_it_and_hears_again(rabbitmq_url: str, cut: str) -> None:
    with instances(rabbitmq_url, 1) as [memory]:
        consumer: Any = memory.broadcast.queue_consumer
        [consuming] = consumer._consumers.values()
        if cut == "queue":
            # exclusive: nobody but its own connection may delete it
            consuming.channel.queue_delete(consuming.queues[0].name, nowait=True)
        else:
            consuming.channel.connection.sock.shutdown(socket.SHUT_RDWR)
        eventually(lambda: memory.gaps == 2)
        assert memory.broadcast.connected
        told = cry(rabbitmq_url)
        eventually(lambda: memory.heard == told)
