"""Stopping: what is in flight is finished and settled, so that nothing runs again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import eventlet
import pytest
from kombu import Connection

from chassis.broker import consumer
from chassis.broker.consumer import QueueConsumer
from chassis.broker.publishing import CONSUMER_HEARTBEAT, connection_to
from chassis.database.transaction import Transaction
from chassis.errors import Unavailable
from chassis.messaging.subscribe import subscribe
from chassis.rpc.server import rpc
from chassis.runtime.process import Process
from chassis.store import Store
from tests.chassis.bank import (
    Company,
    Ears,
    Told,
    Town,
    a_company,
    a_listener,
    an_envelope,
    hear,
)
from tests.support import servers
from tests.support.eventually import eventually
from tests.support.servers import RabbitServer
from tests.support.untyped_client import untyped_client

LONG_S = 0.5
PATIENCE_S = 20
begun: list[str] = []
ended: list[str] = []


class Slow:
    name = "slow"
    store = Store(Ears)

    @rpc
    def work(self) -> str:
        begun.append("call")
        eventlet.sleep(LONG_S)
        ended.append("call")
        return "done"

    @subscribe(Told)
    def note_down(self, event: Told, tx: Transaction) -> None:
        begun.append("event")
        eventlet.sleep(LONG_S)
        hear("note_down")(event, tx)
        ended.append("event")


class Clerk:
    """One that is only called."""

    name = "clerk"

    @rpc
    def work(self) -> str:
        begun.append("call")
        eventlet.sleep(LONG_S)
        ended.append("call")
        return "done"


class Asker:
    name = "asker"
    slow = untyped_client("slow")
    clerk = untyped_client("clerk")


@pytest.fixture(autouse=True)
def _forget() -> None:
    begun.clear()
    ended.clear()


@pytest.fixture
def mortal(sqlite_database: str) -> Iterator[tuple[RabbitServer, Company]]:
    """A broker that may go away, and services on it."""
    with (
        servers.rabbitmq_of_our_own() as server,
        a_company(server.url, sqlite_database, Asker, Slow) as company,
    ):
        yield server, company


def test_a_stop_finishes_an_event_and_a_call_and_neither_runs_again(
    rabbitmq_url: str, sqlite_database: str
) -> None:
    config = {"AMQP_URI": rabbitmq_url, "DATABASE": sqlite_database}
    with a_company(rabbitmq_url, sqlite_database, Asker, Slow) as company:
        call = eventlet.spawn(company.remote("slow", "asker").work)
        Town(rabbitmq_url, (Slow,)).cry(an_envelope("hello").to_json())
        eventually(lambda: sorted(begun) == ["call", "event"])
        company.container("slow").stop()

        assert sorted(ended) == ["call", "event"]
        assert call.wait() == "done"
        assert waiting_in(rabbitmq_url, "slow.note_down") == 0
        assert waiting_in(rabbitmq_url, "rpc-slow") == 0
        with Process([Slow], config, []).running() as again:
            assert list(again.service_names) == ["slow"]
        assert sorted(begun) == ["call", "event"]


def test_a_stop_of_a_service_that_only_answers_lets_the_answer_out(
    rabbitmq_url: str, sqlite_database: str
) -> None:
    config = {"AMQP_URI": rabbitmq_url, "DATABASE": sqlite_database}
    with a_company(rabbitmq_url, sqlite_database, Asker, Clerk) as company:
        call = eventlet.spawn(company.remote("clerk", "asker").work)
        eventually(lambda: begun)
        company.container("clerk").stop()

        assert call.wait() == "done"
        assert waiting_in(rabbitmq_url, "rpc-clerk") == 0
        with Process([Clerk], config, []).running():
            assert begun == ["call"]


def test_a_stop_takes_no_new_work(rabbitmq_url: str, sqlite_database: str) -> None:
    with a_company(rabbitmq_url, sqlite_database, Slow) as company:
        town = Town(rabbitmq_url, (Slow,))
        town.cry(an_envelope("first").to_json())
        eventually(lambda: begun)
        stopping = eventlet.spawn(company.container("slow").stop)
        eventually(lambda: consumers_of(rabbitmq_url, "slow.note_down") == 0)
        town.cry(an_envelope("second").to_json())
        stopping.wait()

        assert begun == ["event"]
        assert waiting_in(rabbitmq_url, "slow.note_down") == 1


def test_messages_without_a_pause_do_not_keep_heartbeats_back(
    rabbitmq_url: str, sqlite_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked, service = list[float](), a_listener(lambda event, tx: None)

    def check(connection: Connection, *_: Any) -> None:
        checked.append(connection.heartbeat)

    monkeypatch.setattr(consumer, "HEARTBEAT_CHECK_EVERY_S", 0.1)
    monkeypatch.setattr(Connection, "heartbeat_check", check)
    with a_company(rabbitmq_url, sqlite_database, service):
        town = Town(rabbitmq_url, (service,))

        def checked_while_messages_come() -> bool:
            town.cry(*(an_envelope("again").to_json() for _ in range(20)))
            return checked.count(CONSUMER_HEARTBEAT) >= 3

        eventually(checked_while_messages_come)


def test_an_idle_service_stops_soon(broker: str, sqlite_database: str) -> None:
    with a_company(broker, sqlite_database, Slow) as company:
        with eventlet.Timeout(PATIENCE_S):
            company.process.stop()


def test_a_consumer_whose_connection_broke_consumes_again(
    rabbitmq_url: str, sqlite_database: str
) -> None:
    with a_company(rabbitmq_url, sqlite_database, Slow) as company:
        town = Town(rabbitmq_url, (Slow,))
        town.cry(an_envelope("first").to_json())
        eventually(lambda: begun)
        _break_connection(company.container("slow"))
        eventually(lambda: company.heard("slow") == ["note_down:first"])
        town.cry(an_envelope("second").to_json())

        eventually(lambda: company.heard("slow") == ["note_down:first", "note_down:second"])


def test_work_that_ends_while_the_broker_is_away_harms_nobody(
    mortal: tuple[RabbitServer, Company],
) -> None:
    server, company = mortal
    call = eventlet.spawn(company.remote("slow", "asker").work)
    Town(server.url, (Slow,)).cry(an_envelope("hello").to_json())
    eventually(lambda: sorted(begun) == ["call", "event"])
    server.stop()
    eventually(lambda: {"call", "event"} <= set(ended))
    with pytest.raises(Unavailable):
        call.wait()
    server.start()

    eventually(lambda: company.remote("slow", "asker").work() == "done")
    assert company.heard("slow") == ["note_down:hello"]
    assert not any(each._died.ready() for each in company.process.containers)


def test_a_stop_does_not_wait_for_a_broker_that_went_away(
    mortal: tuple[RabbitServer, Company],
) -> None:
    server, company = mortal
    server.stop()
    [consumer] = consumers_in(company.container("slow"))
    eventually(lambda: not consumer.connected)
    with eventlet.Timeout(PATIENCE_S):
        company.process.stop()
    server.start()


def test_a_stop_does_not_wait_for_consumers_that_can_not_be_cancelled(
    rabbitmq_url: str, sqlite_database: str
) -> None:
    def fail() -> None:
        raise ConnectionResetError("in the middle of it")

    with a_company(rabbitmq_url, sqlite_database, Asker, Slow) as company:
        [consumer] = consumers_in(company.container("slow"))
        assert len(consumer._consumers) > 1
        for each in consumer._consumers.values():
            each.cancel = fail
        with eventlet.Timeout(PATIENCE_S):
            company.container("slow").stop()


def test_a_stop_does_not_wait_for_a_broker_that_never_came(sqlite_database: str) -> None:
    nowhere = "amqp://guest:guest@127.0.0.1:1"
    process = Process([Slow], {"AMQP_URI": nowhere, "DATABASE": sqlite_database}, [])
    starting = eventlet.spawn(process.start)
    eventlet.sleep(0.3)
    with eventlet.Timeout(PATIENCE_S):
        process.stop()
    starting.wait()


# Looking inside


def consumers_in(container: Any) -> set[QueueConsumer]:
    return {each for each in container.extensions if isinstance(each, QueueConsumer)}


def _break_connection(container: Any) -> None:
    """The socket goes, as when a broker's machine does."""
    [consumer] = consumers_in(container)
    [channel] = {each.channel for each in consumer._consumers.values()}
    channel.connection.transport.sock.shutdown(2)


def consumers_of(broker: str, queue: str) -> int:
    return int(look_at(broker, queue).consumer_count)


def waiting_in(broker: str, queue: str) -> int:
    """How many messages the broker would deliver."""
    return int(look_at(broker, queue).message_count)


def look_at(broker: str, queue: str) -> Any:
    with connection_to(broker) as connection:
        return connection.channel().queue_declare(queue, passive=True)
