"""A broker that is short of memory reads nothing from whoever publishes."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import eventlet
import pytest

from chassis import context
from chassis.broker import publishing
from chassis.broker.publishing import BrokerAway
from chassis.concurrency import loop
from chassis.errors import Unavailable
from chassis.messaging.outbox_relay import OutboxRelay
from tests.chassis.bank import (
    Base,
    Client,
    Company,
    Listener,
    Teller,
    a_company,
    a_store,
    count_of,
    within,
)
from tests.chassis.relays import a_relay, all_sent, everything_published, words_of, write
from tests.support import servers
from tests.support.eventually import eventually
from tests.support.servers import ENOUGH_MEMORY, SHORT_OF_MEMORY


def answers(company: Company, word: str) -> bool:
    with context.entered(within(1)):
        try:
            company.teller.tell(word=word)
        except Unavailable:
            return False
    return True


def sends_all(relay: OutboxRelay) -> bool:
    try:
        relay.sweep()
    except BrokerAway:
        return False
    return all_sent(relay.database)


def test_while_the_broker_takes_nothing_no_call_blocks_and_nothing_is_lost(
    rabbitmq_url: str, postgres_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "LONGEST_PAUSE", timedelta(seconds=0.5))
    with (
        servers.rabbitmq_of_our_own() as server,
        a_company(server.url, postgres_database, Teller, Listener, Client) as company,
    ):
        assert answers(company, "before")
        eventually(lambda: len(company.heard()) == 2)

        assert server.control(*SHORT_OF_MEMORY).returncode == 0
        eventually(lambda: not answers(company, "blocked"))
        with context.entered(within(60)), eventlet.Timeout(5):
            with pytest.raises(Unavailable):
                company.teller.tell(word="not even tried")
            write(company.store("teller"), "meanwhile")
        assert len(company.heard()) == 2

        assert server.control(*ENOUGH_MEMORY).returncode == 0
        eventually(lambda: answers(company, "after"), within=20)
        told = count_of(company.store("teller"), "outbox")
        assert told >= 3
        eventually(lambda: len(company.heard()) == 2 * told, within=20)


def test_while_the_broker_takes_nothing_a_batch_is_not_put_before_it_again_and_again(
    postgres_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those who listen from elsewhere have no inbox to forget repetitions."""
    monkeypatch.setattr(publishing, "CONFIRM_TIMEOUT", 0.5)
    store = a_store(postgres_database, "teller", Base)
    with (
        servers.rabbitmq_of_our_own() as server,
        everything_published(server.url) as messages,
    ):
        relay = a_relay(store, server.url)
        write(store, "before")
        relay.sweep()
        assert server.control(*SHORT_OF_MEMORY).returncode == 0
        write(store, "meanwhile")
        for _ in range(5):
            with pytest.raises(BrokerAway):
                relay.sweep()

        assert server.control(*ENOUGH_MEMORY).returncode == 0
        eventually(partial(sends_all, relay))
        write(store, "after")
        relay.sweep()
        eventually(lambda: "after" in words_of(messages))
        relay._publisher.drop()
    store.dispose()

    # before it was known that the broker takes nothing, and after that was over
    assert 1 <= words_of(messages).count("meanwhile") <= 2
