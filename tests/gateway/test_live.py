"""Live streams: each new notice is heard of once, on whatever gateway, whatever befalls it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from typing import Any
from uuid import UUID

import eventlet
import httpx
import pytest

from chassis.errors import Unavailable
from chassis.http.connection import CONNECTION
from contracts.notifications import AddedNotice, AddedNotices, NoticeAdded, NoticeKind
from gateway.live import live, streams
from gateway.live.live import Live
from gateway.live.streams import Stream
from gateway.service import Gateway
from tests.gateway.cutting_off import cut_off
from tests.gateway.description import errors_by_field, expect_problem
from tests.gateway.listening import STREAM, Listening, listening, notified, stalled
from tests.support.eventually import eventually
from tests.support.factories import Person, a_client
from tests.support.platform import House, another_gateway

SHORT_S = 0.05


@pytest.fixture(autouse=True)
def _streams_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "LIFETIME_S", (300.0, 300.0))
    monkeypatch.setattr(live, "HEARTBEAT_S", 300.0)  # what has to happen happens without one


@pytest.fixture
def house(each_house: House) -> House:
    """Tests share it, and bring people of their own."""
    return each_house


@pytest.fixture
def other(house: House) -> Iterator[House]:
    with another_gateway(house) as running:
        yield running


@pytest.fixture
def person(house: House) -> Person:
    return a_client(house.http)


def open_at(gateway: House, person: Person) -> int:
    return len(list(gateway.part(Live).streams.of(UUID(person.id))))


def has_heard(client: Listening, number: int) -> bool:
    return len(client.news) >= number


# What a stream says


def test_a_stream_says_what_is_unread_then_each_new_notice(house: House, person: Person) -> None:
    with listening(house, person) as client:
        headers = client.response.headers
        assert headers["Content-Type"] == "text/event-stream"
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Accel-Buffering"] == "no"
        assert headers["X-Correlation-Id"]
        assert client.events == [(0, {"unread": 0, "kind": None})]
        assert 2000 <= client.retry_ms <= 10_000
        notified(house, person, 2)
        eventually(partial(has_heard, client, 2))
        assert client.events[1:] == [
            (1, {"unread": 1, "kind": "password_changed"}),
            (2, {"unread": 2, "kind": "signed_out"}),
        ]


def test_a_stream_says_nothing_of_others(house: House, person: Person) -> None:
    bystander = a_client(house.http)
    with listening(house, person) as client, listening(house, bystander) as theirs:
        notified(house, person)
        eventually(partial(has_heard, client, 1))
        assert theirs.news == []


def test_a_new_stream_begins_with_the_present(house: House, person: Person) -> None:
    notified(house, person, 3)
    eventually(lambda: person.get("/notifications").json()["unread"] == 3)
    with listening(house, person) as client:
        assert client.events == [(3, {"unread": 3, "kind": None})]


# Nothing is lost, and nothing comes twice


def test_any_gateway_goes_on_after_the_last_event(house: House, person: Person) -> None:
    with another_gateway(house) as first, listening(first, person) as client:
        notified(house, person)
        eventually(partial(has_heard, client, 1))
    notified(house, person, 4)  # while no stream is open
    eventually(lambda: person.get("/notifications").json()["unread"] == 5)
    with another_gateway(house) as second:
        with listening(second, person, client.last_id) as resumed:
            eventually(partial(has_heard, resumed, 4))
            notified(house, person)
            eventually(partial(has_heard, resumed, 5))
            assert [id for id, _ in resumed.news] == [2, 3, 4, 5, 6]
            assert [kind for _, kind in resumed.news[:2]] == ["password_changed", "signed_out"]
            assert resumed.events[0][1]["unread"] == 5


def test_a_gateway_that_was_cut_off_makes_up_for_it(
    house: House, other: House, person: Person
) -> None:
    with listening(house, person) as here, listening(other, person) as there:
        notified(house, person)
        for client in (here, there):
            eventually(partial(has_heard, client, 1))
        with cut_off(other):
            eventually(lambda: not other.part(Live).broadcast.connected)
            notified(house, person, 3)
            eventually(partial(has_heard, here, 4))
        eventually(partial(has_heard, there, 4))
        notified(house, person, 2)
        for client in (here, there):
            eventually(partial(has_heard, client, 6))
            assert [id for id, _ in client.news] == [1, 2, 3, 4, 5, 6]


def test_an_event_that_got_lost_unnoticed_is_made_up_for_by_the_next(
    house: House, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = house.part(Live)
    [listener] = [each for each in found.broadcast._listeners if each.on_gap == found._missed]
    with listening(house, person) as client:
        with monkeypatch.context() as patched:
            patched.setitem(listener.types, "NoticeAdded", None)
            notified(house, person, 2)
            eventually(lambda: person.get("/notifications").json()["unread"] == 2)
            assert client.news == []
        notified(house, person)
        eventually(partial(has_heard, client, 3))
        assert [id for id, _ in client.news] == [1, 2, 3]


def test_more_than_one_answer_of_what_was_missed(house: House, person: Person) -> None:
    notified(house, person, 110)
    eventually(lambda: person.get("/notifications").json()["unread"] == 110)
    with listening(house, person, last_event_id=0) as client:
        eventually(partial(has_heard, client, 110))
        assert [id for id, _ in client.news] == list(range(1, 111))


def test_a_client_that_does_not_read_delays_no_other_and_loses_nothing(
    house: House, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor does it take memory: what it has not read is asked for when it reads on."""
    found, account_id = house.part(Live), UUID(person.id)
    told: list[NoticeAdded] = []
    monkeypatch.setattr(found, "added_after", partial(added_after, told))
    with stalled(house, person) as unread:
        [slow] = found.streams.of(account_id)
        let_little_wait_in_the_kernel(slow)
        with listening(house, person) as reading:
            for position in range(1, 2001):
                told.append(a_notice(account_id, position))
                found._heard(told[-1])
                eventlet.sleep(0)
            eventually(partial(has_heard, reading, len(told)))
        assert slow.behind
        assert len(slow._waiting) <= streams.MOST_WAITING
        client = Listening()
        reader = eventlet.spawn(client.read, unread)
        eventually(partial(has_heard, client, len(told)))
        reader.kill()
    for each in (reading, client):
        assert [id for id, _ in each.news] == [each.position for each in told]


def let_little_wait_in_the_kernel(stream: Stream) -> None:
    """And give up on the client late: the machine may be busy."""
    connection = stream.hung_up.args[0][CONNECTION]  # type: ignore[attr-defined]  # a partial
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1)
    connection.settimeout(120)


def a_notice(account_id: UUID, position: int) -> NoticeAdded:
    return NoticeAdded(
        account_id=account_id, position=position, kind=NoticeKind.SIGNED_OUT, unread=position
    )


def added_after(told: list[NoticeAdded], position: int | None, _: object) -> AddedNotices:
    """As notifications would answer."""
    newest = len(told)
    after = told[newest if position is None else position :][:100]
    items = [AddedNotice(position=each.position, kind=each.kind) for each in after]
    last = items[-1].position if items else newest
    return AddedNotices(items=items, position=last, more=len(items) == 100, unread=1)


# A stream ends


def test_a_stream_ends_with_its_session_and_no_other_does(
    house: House, other: House, person: Person
) -> None:
    bystander = a_client(house.http)
    with (
        listening(house, person) as here,
        listening(other, person) as there,
        listening(other, bystander) as theirs,
    ):
        assert person.call("DELETE", "/sessions/current").is_success
        eventually(lambda: here.ended and there.ended)
        notified(house, bystander)
        eventually(partial(has_heard, theirs, 1))
        assert not theirs.ended
    with listening(other, person) as refused:
        expect_problem(refused.response, 401, "token_revoked")


def test_a_session_that_ends_while_a_gateway_is_cut_off_ends_its_streams_after_that(
    house: House, other: House, person: Person
) -> None:
    with listening(other, person) as client:
        with cut_off(other):
            eventually(lambda: not other.part(Live).broadcast.connected)
            assert person.call("DELETE", "/sessions").is_success
        eventually(lambda: client.ended)
        assert client.news == []


def test_a_stream_ends_after_some_minutes(
    house: House, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "LIFETIME_S", (SHORT_S, SHORT_S))
    with listening(house, person) as client:
        eventually(lambda: client.ended)
    eventually(lambda: open_at(house, person) == 0)


def test_a_gateway_that_stops_ends_its_streams_at_once(house: House, person: Person) -> None:
    with another_gateway(house) as stopping, ExitStack() as stack:
        clients = [stack.enter_context(listening(stopping, person)) for _ in range(3)]
        stopping.process.stop()
        eventually(lambda: all(each.ended for each in clients))


def test_a_quiet_stream_has_heartbeats(
    house: House, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "HEARTBEAT_S", SHORT_S)
    with listening(house, person) as client:
        eventually(lambda: client.heartbeats > 2)
        notified(house, person)
        eventually(partial(has_heard, client, 1))
        assert len(client.events) == 2


def test_a_client_that_hung_up_is_noticed_at_the_next_heartbeat(
    house: House, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "HEARTBEAT_S", SHORT_S)
    with listening(house, person):
        assert open_at(house, person) == 1
    eventually(lambda: open_at(house, person) == 0)


# Limits


def test_an_account_has_ten_streams_and_one_that_hung_up_does_not_count(
    house: House, person: Person
) -> None:
    with ExitStack() as stack:
        first = stack.enter_context(ExitStack())
        first.enter_context(listening(house, person))
        for _ in range(9):
            stack.enter_context(listening(house, person))
        with listening(house, person) as refused:
            problem = expect_problem(refused.response, 429, "too_many_streams")
            assert problem["detail"].startswith("You have too many live streams open.")
            assert refused.response.headers["Retry-After"] == "30"
        stack.enter_context(listening(house, a_client(house.http)))
        first.close()
        stack.enter_context(listening(house, person))
        assert open_at(house, person) == 10
    # their clients have hung up, so the same number may be opened at once
    with ExitStack() as stack:
        for _ in range(10):
            stack.enter_context(listening(house, person))


def test_a_process_has_a_limited_number_of_streams(
    house: House, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    with another_gateway(house) as small, ExitStack() as stack:
        monkeypatch.setattr(streams, "MOST", 2)
        for _ in range(2):
            stack.enter_context(listening(small, a_client(house.http)))
        with listening(small, person) as refused:
            expect_problem(refused.response, 503, "streams_full")
            assert refused.response.headers["Retry-After"] == "30"


def test_streams_take_no_worker(
    house: House, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Gateway, "max_workers", 2)
    with another_gateway(house) as small, ExitStack() as stack:
        for _ in range(4):
            stack.enter_context(listening(small, person))
        answer = small.http.get("/api/v1/me", headers={"Authorization": f"Bearer {person.token}"})
        assert answer.is_success


# What is refused


def test_a_last_event_id_that_is_no_id_is_refused(house: House, person: Person) -> None:
    for given in ("x", "-1", "1.5", "9" * 19, "1;2"):
        answer = person.get("/notifications/stream", headers={"Last-Event-ID": given})
        problem = expect_problem(answer, 422, "bad_last_event_id")
        assert errors_by_field(problem)["Last-Event-ID"]["value"] == given


def test_an_id_beyond_the_newest_counts_as_none(house: House, person: Person) -> None:
    notified(house, person)
    eventually(lambda: person.get("/notifications").json()["unread"] == 1)
    with listening(house, person, last_event_id=10**17) as client:
        assert client.events == [(1, {"unread": 1, "kind": None})]
        notified(house, person)
        eventually(partial(has_heard, client, 1))
        assert client.last_id == 2


def test_a_stream_needs_a_token(house: House) -> None:
    http = httpx.Client(base_url=house.http.base_url)
    expect_problem(http.get(STREAM), 401, "unauthenticated")
    http.cookies.set("__Host-access", "x")
    expect_problem(http.get(STREAM), 401, "unauthenticated")


def test_while_notifications_is_away_a_stream_waits(
    house: House, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "HEARTBEAT_S", SHORT_S)
    asked: list[object] = []

    def away(*_: Any) -> Any:
        asked.append(None)
        raise Unavailable

    notified(house, person)
    eventually(lambda: person.get("/notifications").json()["unread"] == 1)
    with monkeypatch.context() as patched, listening(house, person, 0, wait=False) as client:
        patched.setattr(house.part(Live), "added_after", away)
        house.part(Live)._missed()
        eventually(lambda: len(asked) > 2)
        seen = len(client.events)
        notified(house, person)
        eventually(lambda: person.get("/notifications").json()["unread"] == 2)
        patched.undo()
        eventually(partial(has_heard, client, 2))
        assert seen < len(client.events)
        assert [id for id, _ in client.news] == [1, 2]
