"""The peer with guarantees gives them, and is no measurement where it did not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import kombu
import pytest
from sqlalchemy import text

from benchmarks import measures, peers
from benchmarks.bench import PEER_PYTHON
from benchmarks.effects import Counts, Effects
from benchmarks.load import Answers, Request, Untrue
from benchmarks.platforms import Running
from benchmarks.population import Population
from benchmarks.servers import servers_of_our_own
from tests.support.eventually import eventually

ROWS = {"consultations": 1, "outbox": 1, "replies": 1, "notices": 2, "mails": 2, "inbox": 1}
"""That a booking leaves."""


def test_a_repeated_command_and_a_repeated_event_take_effect_once(tmp_path: Path) -> None:
    with (
        servers_of_our_own() as servers,
        peers.peer(tmp_path, servers, PEER_PYTHON, peers.GUARANTEED) as running,
    ):
        one, another, *_ = running.population.bookings(1)
        booked = _book_twice(running.url, one)
        eventually(lambda: running.effects.guarantees().inbox == 1)
        _publish_again(servers.rabbitmq, running.effects)
        assert _book_twice(running.url, another) != booked
        eventually(lambda: running.effects.guarantees().inbox == 2)
        eventually(lambda: running.effects.guarantees().unsent == 0)
        assert running.effects.counts() == Counts(2, 4, 4)
        running.effects.guarantees().require_for(2)


def _book_twice(url: str, request: Request) -> Any:
    """The answer, which is the same both times."""
    headers = {
        "Authorization": f"Bearer {request.token}",
        "Content-Type": "application/json",
        "Idempotency-Key": str(uuid4()),
    }
    answers = [
        httpx.post(f"{url}{request.path}", content=request.body, headers=headers) for _ in range(2)
    ]
    assert [each.status_code for each in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    return answers[0].json()


def _publish_again(broker: str, effects: Effects) -> None:
    """What the relay sent."""
    with effects._booking.connect() as booking:
        [[id, type_, body]] = booking.execute(text("SELECT id, type, body FROM outbox"))
    connect: Any = kombu.Connection
    with connect(broker) as connection:
        connection.Producer().publish(
            body,
            exchange="peer.guaranteed.events",
            routing_key=type_,
            message_id=str(id),
            content_type="application/json",
        )


@pytest.fixture
def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    """A platform without processes."""
    effects = Effects(f"sqlite:///{tmp_path}/{{service}}.db")
    _execute(
        effects, *(f"CREATE TABLE {each} (id INTEGER PRIMARY KEY, sent_at TEXT)" for each in ROWS)
    )
    monkeypatch.setattr(measures, "QUIET_S", 0)
    yield Running("http://127.0.0.1:1", effects, {}, 0.0, Population(), guaranteed=True)
    effects.close()


def a_load(effects: Effects, *faults: str) -> Callable[..., Answers]:
    """Two bookings, whose rows are there unless one of the faults ends them."""

    def play(*_: object) -> Answers:
        rows = [table for table, rows in ROWS.items() for _ in range(2 * rows)]
        _execute(effects, *(f"INSERT INTO {each} (sent_at) VALUES ('now')" for each in rows))
        _execute(effects, *faults)
        return Answers(2, 0, 0, seconds=1.0, p50_ms=1.0, p99_ms=2.0)

    return play


def test_bookings_that_left_every_row_are_a_measurement(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measures, "play", a_load(running.effects))
    assert measures.bookings(running, 1)["bookings/s"] == 2


@pytest.mark.parametrize(
    ("fault", "found"),
    [
        ("UPDATE outbox SET sent_at = NULL WHERE id = 1", "sent=3, unsent=1, inbox=4, replies=4"),
        ("DELETE FROM outbox WHERE id = 1", "sent=3, unsent=0, inbox=4, replies=4"),
        ("DELETE FROM inbox WHERE id = 1", "sent=4, unsent=0, inbox=3, replies=4"),
        ("DELETE FROM replies WHERE id = 1", "sent=4, unsent=0, inbox=4, replies=3"),
    ],
)
def test_a_missing_guarantee_is_no_measurement(
    running: Running, monkeypatch: pytest.MonkeyPatch, fault: str, found: str
) -> None:
    monkeypatch.setattr(measures, "play", a_load(running.effects, fault))
    with pytest.raises(Untrue, match=re.escape(f"4 bookings left Guarantees({found})")):
        measures.bookings(running, 1)


def _execute(effects: Effects, *statements: str) -> None:
    for statement in statements:
        of_notifications = any(table in statement for table in ("notices", "mails", "inbox"))
        engine = effects._notifications if of_notifications else effects._booking
        with engine.begin() as connection:
            connection.execute(text(statement))
