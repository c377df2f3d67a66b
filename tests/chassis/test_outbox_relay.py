"""The relay: what transactions left in the outbox goes to the broker, at least once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import eventlet
import pytest
from kombu import Queue
from sqlalchemy import insert, select, text

from chassis.broker.publishing import BrokerAway, ConfirmedPublisher, Outgoing
from chassis.concurrency import loop
from chassis.database.database import Database
from chassis.messaging import outbox_relay
from chassis.messaging.outbox_relay import OutboxRelay
from tests.chassis.bank import (
    Base,
    Client,
    Company,
    Listener,
    Teller,
    a_company,
    a_store,
    an_envelope,
    rows_of,
)
from tests.chassis.relays import (
    EXCHANGE,
    a_relay,
    all_sent,
    everything_published,
    words_of,
    write,
)
from tests.support import servers
from tests.support.eventually import eventually
from tests.support.platform import an_embedded_broker
from tests.support.servers import RabbitServer


def a_leftover(store: Database, word: str) -> None:
    """What a process that crashed after its commit leaves behind: a row, and no wake-up."""
    envelope = an_envelope(word)
    with store.writer.begin() as connection:
        connection.execute(
            insert(store.table("outbox")).values(
                event_id=envelope.id,
                type=envelope.type,
                body=envelope.to_json(),
                emitted_at=envelope.time,
            )
        )


def test_an_event_is_published_when_its_transaction_commits(broker: str, database: str) -> None:
    with a_company(broker, database, Teller, Listener, Client) as company:
        company.teller.tell(word="hello")
        eventually(lambda: all_sent(company.store("teller")))
        assert company.heard() == ["note_down:hello", "pass_on:hello"] or eventually(company.heard)


def test_a_commit_does_not_wait_for_the_next_sweep(
    broker: str, sqlite_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox_relay, "SWEEP_EVERY_S", 60)
    with a_company(broker, sqlite_database, Teller, Listener, Client) as company:
        company.teller.tell(word="hello")
        eventually(company.heard)


def test_many_confirmed_events_are_marked_by_one_statement(
    broker: str, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    marked, mark = [], OutboxRelay._mark_sent

    def counting(relay: OutboxRelay, session: Any, seqs: list[int]) -> None:
        marked.append(len(seqs))
        mark(relay, session, seqs)

    monkeypatch.setattr(OutboxRelay, "_mark_sent", counting)
    monkeypatch.setattr(outbox_relay, "MARK_EVERY_S", 60)
    monkeypatch.setattr(outbox_relay, "SWEEP_EVERY_S", 60)
    with a_company(broker, database, Teller, Listener, Client) as company:
        for number in range(5):
            company.teller.tell(word=f"word-{number}")
        eventually(lambda: len(company.heard()) == 10)
    assert sum(marked) == 5
    assert len(marked) <= 2  # the first at once, the others at the end


def test_what_another_process_has_just_committed_is_not_swept(
    rabbitmq_url: str, database: str
) -> None:
    store = a_store(database, "teller", Base)
    write(store, "hello")
    made = a_relay(store, rabbitmq_url)
    assert made.sweep(outbox_relay.LEFT_AFTER) == 0
    assert made.sweep() == 1
    made._publisher.drop()
    store.dispose()


def test_what_a_crashed_process_left_behind_is_published(broker: str, database: str) -> None:
    with a_company(broker, database, Teller, Listener) as company:
        a_leftover(company.store("teller"), "left")
        eventually(company.heard)
        eventually(lambda: all_sent(company.store("teller")))


def test_what_is_left_at_the_stop_goes_out_before_it(broker: str, sqlite_database: str) -> None:
    """On the embedded broker that also needs a listener who is still there."""
    with a_company(broker, sqlite_database, Teller, topology=[]) as company:
        store = company.store("teller")
        for number in range(20):
            a_leftover(store, f"word-{number}")
    store = a_store(sqlite_database, "teller", Base)
    assert all_sent(store)
    store.dispose()


def test_a_published_event_is_what_any_amqp_client_can_read(
    rabbitmq_url: str, sqlite_database: str
) -> None:
    store = a_store(sqlite_database, "teller", Base)
    with everything_published(rabbitmq_url) as messages:
        write(store, "hello")
        relay_ = a_relay(store, rabbitmq_url)
        assert relay_.sweep() == 1
        [(event, message)] = eventually(lambda: messages)
        relay_._publisher.drop()
    store.dispose()

    assert message.delivery_info["routing_key"] == "Told"
    assert message.delivery_info["exchange"] == "teller.events"
    assert message.content_type == "application/json"
    assert message.properties["message_id"] == event["id"]
    assert message.properties["delivery_mode"] == 2


def test_events_go_out_in_the_order_in_which_they_were_written(
    rabbitmq_url: str, sqlite_database: str
) -> None:
    store = a_store(sqlite_database, "teller", Base)
    words = [f"word-{number}" for number in range(2 * outbox_relay.BATCH + 3)]
    write(store, *words)
    with everything_published(rabbitmq_url) as messages:
        made = a_relay(store, rabbitmq_url)
        assert [made.sweep(), made.sweep(), made.sweep(), made.sweep()] == [200, 200, 3, 0]
        eventually(lambda: len(messages) == len(words))
        made._publisher.drop()
    store.dispose()

    assert words_of(messages) == words


class Hesitant(ConfirmedPublisher):
    """Lets others look into the outbox between its reading and its publishing."""

    def publish(self, batch: Iterable[Outgoing]) -> list[int]:
        taken = list(batch)
        eventlet.sleep(0.05)
        return super().publish(taken)


def test_two_relays_on_one_outbox_publish_each_event_once(
    rabbitmq_url: str, postgres_database: str
) -> None:
    store = a_store(postgres_database, "teller", Base)
    words = [f"word-{number:04}" for number in range(3 * outbox_relay.BATCH)]
    with everything_published(rabbitmq_url) as messages:
        write(store, *words)
        relays = [a_relay(store, rabbitmq_url) for _ in range(2)]
        for each in relays:
            each._publisher = Hesitant(rabbitmq_url, [EXCHANGE], [])
        for sweeping in [eventlet.spawn(_sweep_all, each) for each in relays]:
            sweeping.wait()
        write(store, "last")
        _sweep_all(relays[0])
        eventually(lambda: "last" in words_of(messages))
    store.dispose()

    assert sorted(words_of(messages)) == ["last", *words]


def _sweep_all(sweeping: OutboxRelay) -> None:
    while not all_sent(sweeping.database):
        sweeping.sweep()
        eventlet.sleep(0)
    sweeping._publisher.drop()


def test_only_what_was_confirmed_is_marked_as_sent(store: Database) -> None:
    class HalfConfirmed(ConfirmedPublisher):
        """A broker that took the first of each batch, and said nothing of the rest."""

        def publish(self, batch: Any) -> list[int]:
            return [message.key for message in batch][:1]

    write(store, "one", "two", "three")
    made = a_relay(store, "embedded://unused")
    made._publisher = HalfConfirmed("embedded://unused", [], [])

    with pytest.raises(BrokerAway, match="2 of 3 events not confirmed"):
        made.sweep()

    rows = sorted(rows_of(store, "outbox"))
    assert [row.sent_at is not None for row in rows] == [True, False, False]


# Events that can't be published

LONGER_THAN_A_ROUTING_KEY = "€" * 100
DAMAGED = {"type": LONGER_THAN_A_ROUTING_KEY}
DAMAGED_ON_SQLITE = [
    DAMAGED,
    {"type": b"\xff"},
    {"event_id": "no id"},
    {"body": "text"},
    {"body": 7},
]


def a_damaged_leftover(store: Database, **damage: Any) -> None:
    a_leftover(store, "poison")
    columns = ", ".join(f"{column} = :{column}" for column in damage)
    last = "(SELECT max(seq) FROM outbox)"
    with store.writer.begin() as connection:
        connection.execute(text(f"UPDATE outbox SET {columns} WHERE seq = {last}"), damage)


def unsent(store: Database) -> list[int]:
    sent = select(text("seq"), text("sent_at")).select_from(store.table("outbox"))
    with store.reading() as session:
        return [seq for seq, sent_at in session.execute(sent) if sent_at is None]


def poison_and_good_ones(store: Database, *damages: dict[str, Any]) -> list[int]:
    """The numbers of the poisonous ones, which come first, last and in between."""
    for damage in damages:
        a_damaged_leftover(store, **damage)
        write(store, "good")
    a_damaged_leftover(store, **damages[-1])
    return [1 + 2 * number for number in range(len(damages) + 1)]


def test_an_event_that_can_not_be_published_keeps_no_other_waiting(
    rabbitmq_url: str, database: str
) -> None:
    store = a_store(database, "teller", Base)
    on_sqlite = database.startswith("sqlite")
    poison = poison_and_good_ones(store, *(DAMAGED_ON_SQLITE if on_sqlite else [DAMAGED]))
    with everything_published(rabbitmq_url) as messages:
        made = a_relay(store, rabbitmq_url)
        found = made.sweep()
        good = found - len(poison)
        assert unsent(store) == poison
        eventually(lambda: words_of(messages) == ["good"] * good)

        write(store, "later")
        assert made.sweep() == 1  # what failed waits
        eventually(lambda: words_of(messages) == [*["good"] * good, "later"])
        made._publisher.drop()
    store.dispose()


def test_of_a_damaged_row_the_embedded_platform_publishes_the_others(sqlite_database: str) -> None:
    store = a_store(sqlite_database, "teller", Base)
    poison = poison_and_good_ones(store, {"event_id": "no id"}, {"body": "text"})
    made = a_relay(store, an_embedded_broker())
    made.sweep()
    assert unsent(store) == poison
    store.dispose()


def test_an_event_that_is_too_large_for_the_broker_keeps_no_other_waiting(
    own_broker: RabbitServer, database: str
) -> None:
    store = a_store(database, "teller", Base)
    limited = own_broker.control("eval", "application:set_env(rabbit, max_message_size, 100000).")
    assert limited.returncode == 0, limited.stderr
    write(store, "good", "x" * 200_000, "good")
    made = a_relay(store, own_broker.url)
    made.sweep()
    assert unsent(store) == [2]

    for _ in range(3):  # it is tried again, alone
        made._failing[2] = made._failing[2]._replace(not_before=0.0)
        write(store, "later")
        assert made.sweep() == 2
        assert unsent(store) == [2]
    assert made._failing[2].times == 4
    made._publisher.drop()
    store.dispose()


def test_what_could_not_be_published_once_is_when_it_can_be(store: Database) -> None:
    class Picky(ConfirmedPublisher):
        """Refuses what it is told to."""

        refused = "poison"

        def publish(self, batch: Any) -> list[int]:
            taken = list(batch)
            if any(self.refused.encode() in each.body for each in taken):
                raise BrokerAway("PreconditionFailed")
            return [each.key for each in taken]

        def reach(self) -> None: ...

    write(store, "good", "poison", "good")
    made = a_relay(store, "embedded://unused")
    made._publisher = picky = Picky("embedded://unused", [], [])
    made.sweep()
    assert unsent(store) == [2]
    assert made.sweep() == 0

    picky.refused = "nothing"
    made._failing[2] = made._failing[2]._replace(not_before=0.0)
    assert made.sweep() == 1
    assert unsent(store) == []
    assert made._failing == {}


def test_while_the_broker_is_away_no_event_is_at_fault(sqlite_database: str) -> None:
    store = a_store(sqlite_database, "teller", Base)
    write(store, "one", "two")
    made = a_relay(store, "amqp://guest:guest@127.0.0.1:1")
    for _ in range(3):
        with pytest.raises(BrokerAway):
            made.sweep()
    assert made._failing == {}
    store.dispose()


def test_a_broker_that_is_away_leaves_all_unsent(sqlite_database: str) -> None:
    store = a_store(sqlite_database, "teller", Base)
    write(store, "one")
    made = a_relay(store, "amqp://guest:guest@127.0.0.1:1")

    with pytest.raises(BrokerAway):
        made.sweep()

    assert not any(row.sent_at for row in rows_of(store, "outbox"))
    store.dispose()


def test_a_message_that_the_broker_refused_is_not_confirmed(rabbitmq_url: str) -> None:
    """A full queue that rejects: the broker answers with basic.nack."""
    full = Queue(
        f"relay-full-{id(object())}",
        EXCHANGE,
        routing_key="full",
        auto_delete=True,
        expires=30,
        queue_arguments={"x-max-length": 1, "x-overflow": "reject-publish"},
    )
    publisher = ConfirmedPublisher(rabbitmq_url, [EXCHANGE], [full])
    batch = [Outgoing(key, b"{}", EXCHANGE.name, "full", str(key)) for key in range(20)]

    confirmed = publisher.publish(batch)
    publisher.drop()

    assert 0 in confirmed
    assert len(confirmed) < len(batch)


def test_while_the_broker_is_away_events_wait_and_are_sent_when_it_returns(
    postgres_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "LONGEST_PAUSE", timedelta(seconds=0.5))
    with servers.rabbitmq_of_our_own() as server:
        with a_company(server.url, postgres_database, Teller, Listener, Client) as company:
            company.teller.tell(word="before")
            eventually(lambda: len(company.heard()) == 2)
            server.stop()
            write(company.store("teller"), "meanwhile")
            server.start()

            eventually(lambda: len(company.heard()) == 4, within=20)
            company.teller.tell(word="after")
            eventually(lambda: len(company.heard()) == 6, within=20)
            assert alive(company)


def alive(company: Company) -> bool:
    return not any(container._died.ready() for container in company.process.containers)
