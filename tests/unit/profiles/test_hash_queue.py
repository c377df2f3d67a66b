"""Which networks wait for a password hash, for how long, and in which order."""

from __future__ import annotations

import eventlet
import pytest

from chassis.context import CallContext, entered
from chassis.errors import Unavailable
from chassis.runtime.process import WORKERS
from contracts.profiles.accounts import TooManyTries
from services.profiles.accounts import hash_queue
from services.profiles.accounts.hash_queue import AT_ONCE, MOST_OF_ONE, MOST_WAITING, HashQueue
from tests.support.eventually import eventually
from tests.support.hash_queue_flood import flooding

HOME, ELSEWHERE = "203.0.113.1", "198.51.100.1"
ALL = AT_ONCE + MOST_WAITING


def is_empty(queue: HashQueue) -> bool:
    return (queue._free, dict(queue._waiting), dict(queue._of_one)) == (AT_ONCE, {}, {})


def test_so_many_wait_and_the_next_one_is_refused_at_once() -> None:
    with flooding(HashQueue()) as flood:
        for number in range(ALL):
            flood.ask(f"192.0.2.{number}")
        with pytest.raises(Unavailable) as refusal:
            flood.take(ELSEWHERE)
        assert refusal.value.detail.startswith("Many people are signing in")
        assert len(flood.begun) == AT_ONCE
    eventually(lambda: len(flood.begun) == ALL)
    assert is_empty(flood.queue)


def test_who_waits_leaves_workers_for_other_calls() -> None:
    assert ALL < WORKERS


def test_a_place_that_fills_the_queue_gives_way_to_others() -> None:
    with flooding(HashQueue()) as flood:
        for _ in range(ALL + 3):
            flood.ask(HOME)
        assert flood.refused == [HOME] * 3
        for number in range(3):
            flood.ask(f"192.0.2.{number}")
        eventually(lambda: flood.refused == [HOME] * 6)
    eventually(lambda: len(flood.begun) == ALL)
    assert {"192.0.2.0", "192.0.2.1", "192.0.2.2"} < set(flood.begun)
    assert is_empty(flood.queue)


def test_an_ipv6_network_is_one_place() -> None:
    with flooding(HashQueue()) as flood:
        for number in range(ALL):
            flood.ask(f"2001:db8::{number + 1:x}")
        flood.ask("2001:db8::ffff")
        assert flood.refused == ["2001:db8::ffff"]
        flood.ask("2001:db8:0:1::1")
        eventually(lambda: len(flood.refused) == 2)
    eventually(lambda: "2001:db8:0:1::1" in flood.begun)


def test_one_account_is_tried_a_few_times_at_once_from_one_place() -> None:
    with flooding(HashQueue()) as flood:
        for _ in range(MOST_OF_ONE):
            flood.ask(HOME, "sam at home")
        with pytest.raises(TooManyTries) as refusal:
            flood.take(HOME, "sam at home")
        assert refusal.value.retry_after_s > 0
        flood.ask(ELSEWHERE, "sam elsewhere")
        assert flood.refused == []


def test_places_take_turns_and_within_a_place_who_came_first_is_next() -> None:
    order: list[str] = []
    queue = HashQueue()

    def take(name: str, address: str) -> None:
        with entered(CallContext(address=address)), queue.turn():
            order.append(name)
            eventlet.sleep(0)

    with flooding(queue) as flood:
        for _ in range(AT_ONCE):
            flood.ask(HOME)
        waiting = [("h1", HOME), ("h2", HOME), ("h3", HOME), ("e1", ELSEWHERE), ("e2", ELSEWHERE)]
        turns = [eventlet.spawn(take, name, address) for name, address in waiting]
        eventlet.sleep(0)
    for turn in turns:
        turn.wait()
    assert order == ["h1", "e1", "h2", "e2", "h3"]


def test_who_is_ended_while_they_wait_leaves_their_turn_to_the_next() -> None:
    with flooding(HashQueue()) as flood:
        for _ in range(AT_ONCE):
            flood.ask(HOME)
        ended = [eventlet.spawn(flood.take, place, None) for place in (HOME, ELSEWHERE)]
        eventlet.sleep(0)
        flood.ask("192.0.2.1")
        for turn in ended:
            turn.kill()
        assert is_empty(flood.queue) is False
    eventually(lambda: flood.begun == [HOME] * AT_ONCE + ["192.0.2.1"])
    eventually(lambda: is_empty(flood.queue))


def test_turns_are_given_back_by_what_fails() -> None:
    queue = HashQueue()
    with pytest.raises(ZeroDivisionError), queue.turn("sam") as run:
        run(lambda: 1 / 0)
    assert is_empty(queue)


def test_who_waits_too_long_is_refused_while_their_caller_still_listens(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hash_queue, "LONGEST_WAIT_S", 0.01)
    with flooding(HashQueue()) as flood:
        for _ in range(AT_ONCE):
            flood.ask(HOME)
        with pytest.raises(Unavailable):
            flood.take(ELSEWHERE)
