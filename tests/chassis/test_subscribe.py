"""``@subscribe`` in running services: from the broker into the inbox, on each kind of broker."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import eventlet
import pytest
import structlog

from chassis import context, json
from chassis.broker import consumer
from chassis.broker import publishing as broker_module
from chassis.broker.publishing import connection_to
from chassis.database.transaction import Transaction
from chassis.events import Envelope
from chassis.messaging import retries, retry_limits
from chassis.messaging.inbox import Inbox
from chassis.messaging.redrive import Selection
from chassis.messaging.subscribe import Subscription, queues_of, subscriptions_of
from chassis.runtime.process import Process
from tests.chassis.bank import (
    Client,
    Company,
    Ears,
    Fickle,
    Listener,
    Teller,
    Told,
    Town,
    a_company,
    a_listener,
    an_envelope,
    count_of,
    delete_queues,
    rows_of,
    with_tables,
)
from tests.support import servers
from tests.support.eventually import eventually


@pytest.fixture(autouse=True)
def _quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry_limits, "FIRST_PAUSE", timedelta(0))
    monkeypatch.setattr(retry_limits, "LONGEST_PAUSE", timedelta(0))
    monkeypatch.setattr(retries, "LOOK_EVERY_S", 0.02)
    monkeypatch.setattr(consumer, "RETRY_AFTER_S", 0.02)


def then(service: Company, *effects: str) -> None:
    """In the end these are the listener's effects, and no more."""
    wanted = sorted(effects)
    eventually(lambda: service.heard() == wanted)


def a_cloud_event(**changes: Any) -> bytes:
    wire = {**json.loads(an_envelope("odd").to_json()), **changes}
    return json.dumps({key: value for key, value in wire.items() if value is not None})


def test_an_event_reaches_every_handler_of_every_service_once(broker: str, database: str) -> None:
    with a_company(broker, database, Teller, Listener, Client) as company:
        company.teller.tell(word="hello")
        then(company, "note_down:hello", "pass_on:hello")


def test_an_event_delivered_again_takes_effect_once(broker: str, sqlite_database: str) -> None:
    with a_company(broker, sqlite_database, Listener) as company:
        again, last = an_envelope("again").to_json(), an_envelope("last").to_json()
        Town(broker, (Listener,)).cry(*[again] * 10, last)
        then(company, "note_down:again", "note_down:last", "pass_on:again", "pass_on:last")


def test_a_handler_that_failed_is_tried_again_and_takes_effect_once(
    broker: str, database: str
) -> None:
    fickle = Fickle(failures=3)
    with a_company(broker, database, a_listener(fickle)) as company:
        Town(broker, (a_listener(fickle),)).cry(an_envelope("hello").to_json())
        then(company, "note_down:hello")
        assert fickle.tries == 4


def test_a_handler_that_always_fails_is_tried_ten_times_and_parked_until_replayed(
    broker: str, sqlite_database: str
) -> None:
    fickle = Fickle(failures=10)
    with a_company(broker, sqlite_database, a_listener(fickle)) as company:
        envelope = an_envelope("hello")
        Town(broker, (a_listener(fickle),)).cry(envelope.to_json())
        [parked] = eventually(company.redrive("listener").dead_letters)
        assert (parked.event_id, parked.handler) == (envelope.id, "note_down")
        assert (fickle.tries, parked.attempts) == (10, 10)
        assert company.heard() == []

        assert company.redrive("listener").replay(Selection(envelope.id)) == 1
        then(company, "note_down:hello")


def test_what_came_before_its_handler_failed_is_not_held_up(
    broker: str, sqlite_database: str
) -> None:
    def refuse_bad(event: Told, tx: Transaction) -> None:
        if event.word == "bad":
            raise RuntimeError("bad word")

    service = a_listener(refuse_bad)
    with a_company(broker, sqlite_database, service) as company:
        words = ["one", "bad", "two"]
        Town(broker, (service,)).cry(*(an_envelope(word).to_json() for word in words))
        then(company, "note_down:one", "note_down:two")


POISON = {
    "not JSON": (b"{", "not JSON"),
    "nothing": (b"", "not JSON"),
    "not UTF-8": (b"\xff\xfe\x00", "not JSON"),
    "no object": (b"[1, 2]", "specversion"),
    "another version of CloudEvents": (a_cloud_event(specversion="0.3"), "specversion"),
    "another event": (a_cloud_event(type="Shouted"), "type is 'Shouted', expected 'Told'"),
    "no id": (a_cloud_event(id=None), "id: Missing data"),
    "a bad time": (a_cloud_event(time="yesterday"), "time: Not a time"),
    "no data": (a_cloud_event(data=None), "data"),
    "a missing field": (a_cloud_event(data={"word": "odd"}), "note_id: Missing data"),
    "a field of another type": (
        a_cloud_event(data={"word": 7, "note_id": str(an_envelope().id)}),
        "word: Not a valid string",
    ),
    "a NUL": (
        a_cloud_event(data={"word": "a\x00b", "note_id": str(an_envelope().id)}),
        "word: Must not contain a NUL",
    ),
}


def test_poison_is_parked_with_its_bytes_and_the_next_good_message_is_handled(
    broker: str, database: str
) -> None:
    service = a_listener(lambda event, tx: None)
    bodies = [body for body, _ in POISON.values()]
    with a_company(broker, database, service) as company:
        Town(broker, (service,)).cry(*bodies, an_envelope("good").to_json())

        then(company, "note_down:good")
        box = company.redrive("listener")
        eventually(lambda: len(box.dead_letters()) == len(POISON))
        reasons = {bytes(each.body): each.error for each in box.dead_letters()}
        for body, reason in POISON.values():
            assert reason in reasons[body]
        assert {each.handler for each in box.dead_letters()} == {"note_down"}


def test_a_repaired_service_can_take_what_it_could_not_read(sqlite_database: str) -> None:
    """Replaying what still can't be read parks it again and harms nobody."""
    broker, service = "embedded://unreadable", a_listener(lambda event, tx: None)
    with a_company(broker, sqlite_database, service) as company:
        Town(broker, (service,)).cry(b"{")
        [parked] = eventually(company.redrive("listener").dead_letters)
        company.redrive("listener").replay(Selection(parked.event_id))
        [again] = eventually(company.redrive("listener").dead_letters)

        assert (again.event_id, bytes(again.body)) == (parked.event_id, b"{")
        Town(broker, (service,)).cry(an_envelope("good").to_json())
        then(company, "note_down:good")


def test_fields_that_a_reader_does_not_know_are_ignored(broker: str, sqlite_database: str) -> None:
    service = a_listener(lambda event, tx: None)
    data = {"word": "hello", "note_id": str(an_envelope().id), "mood": "new"}
    with a_company(broker, sqlite_database, service) as company:
        Town(broker, (service,)).cry(a_cloud_event(data=data, traceparent="00-1-2-3"))
        then(company, "note_down:hello")


def test_the_correlation_id_reaches_the_handler_its_log_lines_and_what_it_emits(
    broker: str, sqlite_database: str
) -> None:
    seen: list[Any] = []

    def remember(event: Told, tx: Transaction) -> None:
        bound = structlog.contextvars.get_contextvars()
        seen.append((context.current().correlation_id, bound["correlation_id"]))

    service = a_listener(remember)
    with a_company(broker, sqlite_database, Teller, service, Client) as company:
        with context.entered(context.CallContext(correlation_id="c-77")):
            company.teller.tell(word="hello")
        then(company, "note_down:hello")

    assert seen == [("c-77", "c-77")]


def test_an_event_told_before_its_listener_first_started_reaches_it_later(
    broker: str, sqlite_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broker_module, "CONFIRM_TIMEOUT", 0.2)  # what nobody hears in process
    topology, everybody = queues_of(Listener), (Teller, Listener, Client)
    with a_company(broker, sqlite_database, Teller, Client, topology=topology) as company:
        company.teller.tell(word="early")
        if broker.startswith("amqp"):
            eventually(partial(_all_sent, company))

    with a_company(broker, sqlite_database, *everybody, topology=topology) as company:
        then(company, "note_down:early", "pass_on:early")


def _all_sent(company: Company) -> bool:
    store = company.store("teller")
    outbox = store.table("outbox")
    with store.reading() as session:
        return all(row.sent_at for row in session.execute(outbox.select()))


def test_a_database_that_went_away_loses_nothing_and_consumes_no_attempt(
    rabbitmq_url: str,
) -> None:
    """For longer than the broker would have delivered the message again and again."""
    tries = Fickle(0)
    service = a_listener(tries)
    with servers.postgres_of_our_own() as server:
        with a_company(rabbitmq_url, f"{server.url}/{{service}}", service) as company:
            envelope = an_envelope("hello")
            server.stop()
            waits = _count_waits(company)
            Town(rabbitmq_url, (service,)).cry(envelope.to_json(), b"poison")
            eventually(lambda: len(waits) > 2 * retry_limits.DELIVERY_LIMIT)
            assert tries.tries == 0
            server.start()

            then(company, "note_down:hello")
            [parked] = eventually(company.redrive("listener").dead_letters)
            assert bytes(parked.body) == b"poison"
            assert tries.tries == 1
            assert count_of(company.store("listener"), "inbox") == 2


def test_one_that_can_not_be_brought_back_keeps_no_other_waiting(
    broker: str, sqlite_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And one whose bytes can't be read, for whatever reason, is parked in the end."""
    monkeypatch.setattr(retry_limits, "ATTEMPTS", 100_000)
    unreadable: list[bytes] = []
    tries, read = Fickle(1), Envelope.from_json
    park_again, parking = Inbox.park_again, Fickle(2)

    def from_json(body: bytes, event_type: Any) -> Any:
        if unreadable and unreadable[0] in body:
            raise MemoryError
        return read(body, event_type)

    def park_in_the_end(self: Inbox, waiting: Any, reason: str) -> None:
        parking()
        park_again(self, waiting, reason)

    monkeypatch.setattr(Envelope, "from_json", from_json)
    monkeypatch.setattr(Inbox, "park_again", park_in_the_end)
    service = a_listener(lambda event, tx: tries() if event.word == "good" else failing())
    with a_company(broker, sqlite_database, Teller, service, Client) as company:
        company.teller.tell(word="poison")
        eventually(lambda: [row.status for row in rows_of(company.store("listener"), "inbox")])
        unreadable.append(b"poison")
        company.teller.tell(word="good")
        then(company, "note_down:good")
        [parked] = eventually(company.redrive("listener").dead_letters)
        assert b"poison" in bytes(parked.body)
        assert parked.error == "MemoryError: "


def failing() -> None:
    raise RuntimeError("the line is dead")


@pytest.mark.parametrize("error", [RuntimeError(), MemoryError(), eventlet.Timeout(None)])
def test_a_message_whose_provider_fails_keeps_no_other_waiting(
    broker: str, sqlite_database: str, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    monkeypatch.setattr(consumer, "RETRY_AFTER_S", 0.1)
    handle, failures = Subscription.handle_message, Fickle(2)

    def fail_at_poison(self: Any, body: bytes, message: Any) -> None:
        if b"poison" in body:
            try:
                failures()
            except RuntimeError:
                raise error from None
        handle(self, body, message)

    monkeypatch.setattr(Subscription, "handle_message", fail_at_poison)
    service = a_listener(lambda event, tx: None)
    with a_company(broker, sqlite_database, Teller, service, Client) as company:
        company.teller.tell(word="poison")
        company.teller.tell(word="good")
        eventually(lambda: len(company.heard()) == 2)
        assert failures.tries == 3
        assert not any(container._died.ready() for container in company.process.containers)


def _count_waits(company: Company) -> list[bytes]:
    """Each time that a message is put off, from here on."""
    waits: list[bytes] = []
    [queues] = {
        each
        for each in company.container("listener").extensions
        if isinstance(each, consumer.QueueConsumer)
    }
    put_off = queues.retry_later

    def count(provider: Any, body: bytes, message: Any) -> None:
        waits.append(body)
        put_off(provider, body, message)

    queues.retry_later = count  # type: ignore[method-assign]
    return waits


def test_what_the_broker_gave_up_is_parked(rabbitmq_url: str, sqlite_database: str) -> None:
    """A dead letter, as RabbitMQ makes one of a message that its queue does not want any more."""
    service = a_listener(lambda event, tx: None, "orphan")
    with_tables(sqlite_database, "orphan", Ears)
    body = an_envelope("hello").to_json()
    try:
        Town(rabbitmq_url, (service,)).cry(body)
        _refuse_one(rabbitmq_url, "orphan.note_down")
        with a_company(rabbitmq_url, sqlite_database, service) as company:
            [parked] = eventually(company.redrive("orphan").dead_letters)
            assert (parked.handler, parked.type) == ("note_down", "Told")
            assert bytes(parked.body) == body

            company.redrive("orphan").replay(Selection(parked.event_id))
            eventually(lambda: company.heard("orphan") == ["note_down:hello"])
    finally:
        delete_queues(rabbitmq_url, service)


def _refuse_one(broker: str, queue: str) -> None:
    with connection_to(broker) as connection:
        channel = connection.channel()
        message = eventually(partial(channel.basic_get, queue))
        channel.basic_reject(message.delivery_tag, requeue=False)
        eventually(lambda: channel.queue_declare("orphan.dead", passive=True).message_count)


def test_every_subscription_is_in_the_topology() -> None:
    names = [name for name, _ in subscriptions_of(Listener)]
    assert names == ["note_down", "pass_on"]
    assert [queue.name for queue in queues_of(Listener, Teller)] == [
        "listener.note_down",
        "listener.pass_on",
        "listener.dead",
    ]


def test_a_queue_takes_only_the_events_of_its_handler(broker: str, sqlite_database: str) -> None:
    service = a_listener(lambda event, tx: None)
    with a_company(broker, sqlite_database, service) as company:
        Town(broker, (service,)).cry(an_envelope("other").to_json(), routing_key="Shouted")
        Town(broker, (service,)).cry(an_envelope("mine").to_json())
        then(company, "note_down:mine")


def test_two_instances_of_a_service_share_its_events(
    rabbitmq_url: str, postgres_database: str
) -> None:
    service = a_listener(lambda event, tx: None)
    words = [f"word-{number:02}" for number in range(20)]
    with a_company(rabbitmq_url, postgres_database, service) as company:
        config = {"AMQP_URI": rabbitmq_url, "DATABASE": postgres_database}
        with Process([service], config, []).running():
            bodies = [an_envelope(word).to_json() for word in words]
            Town(rabbitmq_url, (service,)).cry(*bodies, *bodies)
            then(company, *(f"note_down:{word}" for word in words))
