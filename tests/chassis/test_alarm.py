"""A broker that is short of memory reads nothing from whoever publishes."""

from __future__ import annotations

import eventlet
import pytest

from chassis import context, loop
from chassis.errors import Unavailable
from tests import servers
from tests.chassis.bank import Client, Company, Listener, Teller, a_company, count_of
from tests.chassis.test_relay import write
from tests.chassis.test_rpc import within
from tests.servers import ENOUGH_MEMORY, SHORT_OF_MEMORY
from tests.waiting import eventually


def answers(company: Company, word: str) -> bool:
    with context.entered(within(1)):
        try:
            company.teller.tell(word=word)
        except Unavailable:
            return False
    return True


def test_while_the_broker_takes_nothing_no_call_blocks_and_nothing_is_lost(
    rabbitmq_url: str, postgres_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "LONGEST_PAUSE_S", 0.5)
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
