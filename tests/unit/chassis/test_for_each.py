"""Process items one by one: a failing item is logged and retried later; the rest continue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from itertools import pairwise

import eventlet
import pytest
from eventlet.event import Event as GreenEvent
from eventlet.support.greenlets import GreenletExit
from hypothesis import given
from hypothesis import strategies as st

from chassis.concurrency.backoff import backoff
from chassis.context import CallContext, current, entered
from chassis.database.refusals import DatabaseAway
from chassis.errors import NotFound
from chassis.scheduling import for_each as rounds
from chassis.scheduling.for_each import for_each, until

SECOND = timedelta(seconds=1)


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The monotonic clock, to be put on; what fails is tried again at its latest."""
    now = [1000.0]
    monkeypatch.setattr(rounds, "monotonic", lambda: now[0])
    monkeypatch.setattr("random.random", lambda: 1.0)
    return now


def test_what_fails_for_one_keeps_no_other_waiting(caplog: pytest.LogCaptureFixture) -> None:
    done = []

    def halve(number: int) -> None:
        done.append(6 // number)

    for_each([0, 1, 0, 3], halve)
    assert done == [6, 2]
    assert caplog.text.count("item_failed") == 2


def test_a_database_that_is_away_ends_the_round() -> None:
    tried = []

    def write(number: int) -> None:
        tried.append(number)
        raise DatabaseAway

    with pytest.raises(DatabaseAway):
        for_each([1, 2], write)
    assert tried == [1]


def test_what_is_gone_meanwhile_is_no_failure(caplog: pytest.LogCaptureFixture) -> None:
    done = []

    def take(number: int) -> None:
        if number == 1:
            raise NotFound("there is no 1")
        done.append(number)

    for_each([1, 2], take)
    assert done == [2]
    assert "item_failed" not in caplog.text


def raising(error: BaseException) -> Callable[[], None]:
    def fail() -> None:
        raise error

    return fail


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("a NUL \x00 and half a pair \ud800"),
        MemoryError(),
        RecursionError(),
        eventlet.Timeout(None),
    ],
    ids=lambda error: type(error).__name__,
)
@pytest.mark.parametrize("at_once", [1, 4])
def test_whatever_is_raised_is_that_items_failure(error: BaseException, at_once: int) -> None:
    done, failed = [], []

    def work(number: int) -> None:
        if number == 1:
            raise error
        done.append(number)

    for_each([1, 2, 3], work, on_failure=lambda *each: failed.append(each), at_once=at_once)
    assert (done, failed) == ([2, 3], [(1, error)])


class Unspeakable(Exception):
    def __str__(self) -> str:
        raise RuntimeError("not even its text")


def test_an_error_or_an_item_without_a_text_ends_no_round() -> None:
    done = []

    class Item:
        __str__ = Unspeakable.__str__

    def work(item: object) -> None:
        if isinstance(item, Item):
            raise Unspeakable
        done.append(item)

    for_each([Item(), 2], work)
    assert done == [2]


@pytest.mark.parametrize("at_once", [1, 2])
def test_what_hangs_is_ended_at_its_deadline(at_once: int) -> None:
    done, failed, over = [], [], GreenEvent()

    def work(number: int) -> None:
        if number == 1:
            over.wait()
        done.append(number)

    def note(number: int, error: BaseException) -> None:
        failed.append((number, type(error)))

    for_each([1, 2], work, on_failure=note, deadline_s=0.2, at_once=at_once)
    assert (done, failed) == ([2], [(1, eventlet.Timeout)])


@pytest.mark.parametrize("fail", [raising(MemoryError()), GreenEvent().wait])
def test_a_failure_that_can_not_be_noted_ends_no_round(fail: Callable[[], None]) -> None:
    done = []

    def work(number: int) -> None:
        if number == 1:
            raise RuntimeError
        done.append(number)

    for_each([1, 2], work, on_failure=lambda *_: fail(), deadline_s=0.2)
    assert done == [2]


def test_a_round_that_is_killed_ends_with_all_that_it_runs() -> None:
    begun, done, over = [], [], GreenEvent()

    def work(number: int) -> None:
        begun.append(number)
        over.wait()
        done.append(number)

    for at_once in (1, 2):
        begun.clear()
        running = eventlet.spawn(for_each, [1, 2, 3], work, at_once=at_once)
        while len(begun) < at_once:
            eventlet.sleep(0)
        running.kill()
        with pytest.raises(GreenletExit):
            raise running.wait() or GreenletExit
        assert len(begun) == at_once
    over.send(None)
    eventlet.sleep(0)
    assert done == []


def test_once_its_process_stops_a_round_begins_no_item() -> None:
    done: list[int] = []
    with until(lambda: len(done) == 2):
        for_each([1, 2, 3], done.append)
    assert done == [1, 2]
    for_each([3], done.append)
    assert done == [1, 2, 3]


def test_a_round_that_is_over_leaves_the_rest_to_the_next(now: list[float]) -> None:
    done = []

    def work(number: int) -> None:
        now[0] += 4
        done.append(number)

    for_each([1, 2, 3, 4], work, within_s=10)
    assert done == [1, 2, 3]


@pytest.mark.parametrize("at_once", [1, 4])
def test_each_item_belongs_to_the_call_that_goes_through_them(at_once: int) -> None:
    seen: list[str] = []

    def work(_: int) -> None:
        seen.append(current().correlation_id)

    with entered(CallContext()):
        for_each([1, 2], work, at_once=at_once)
        assert seen == [current().correlation_id] * 2


def test_what_fails_every_time_is_tried_ever_more_rarely(now: list[float]) -> None:
    tried = []

    def work(item: str) -> None:
        tried.append(now[0])
        raise RuntimeError

    for _ in range(4 * 60 * 60):
        for_each(["poison"], work)
        now[0] += 1
    pauses = [later - earlier for earlier, later in pairwise(tried)]
    assert pauses[:8] == [1, 5, 10, 20, 40, 80, 160, 300]
    assert set(pauses[8:]) == {300}


def test_what_failed_once_is_tried_again_in_the_next_round(now: list[float]) -> None:
    tried: Counter[int] = Counter()

    def work(number: int) -> None:
        tried[number] += 1
        if tried[number] == 1:
            raise RuntimeError

    for _ in range(2):
        for_each([1], work)
    assert tried[1] == 2
    for_each([1], raising_for(1))
    assert rounds._failing


def raising_for(*poison: int) -> Callable[[int], None]:
    def work(number: int) -> None:
        if number in poison:
            raise RuntimeError

    return work


def test_what_succeeds_or_is_found_no_more_is_not_remembered(now: list[float]) -> None:
    poison = [1, 2]

    def work(number: int) -> None:
        if number in poison:
            raise RuntimeError

    for_each([1, 2, 3], work)
    [remembered] = rounds._failing.values()
    assert remembered.keys() == {1, 2}
    poison.clear()
    for_each([1], work)
    assert remembered == {}


def test_what_failed_comes_after_what_did_not() -> None:
    tried = []

    def work(number: int) -> None:
        tried.append(number)
        if number == 1:
            raise RuntimeError

    for _ in range(2):
        for_each([1, 2], work)
    assert tried == [1, 2, 2, 1]


def test_an_item_at_which_the_database_goes_away_each_time_does_not_come_first_again() -> None:
    done = []

    def work(number: int) -> None:
        if number == 1:
            raise DatabaseAway
        done.append(number)

    for _ in range(2):
        with pytest.raises(DatabaseAway):
            for_each([1, 2, 3], work)
    assert done == [2, 3]


def test_a_database_that_is_away_ends_a_round_of_many_at_once() -> None:
    tried = []

    def write(number: int) -> None:
        tried.append(number)
        eventlet.sleep(0)
        raise DatabaseAway

    with pytest.raises(DatabaseAway):
        for_each(range(100), write, at_once=4)
    assert len(tried) <= 8


def test_the_same_item_of_different_works_fails_apart(now: list[float]) -> None:
    done: list[str] = []
    for _ in range(3):
        for_each([1], raising_for(1), work="erasures of one")
    for_each([1], lambda _: done.append("done"), work="erasures of another")
    assert done == ["done"]


def test_the_log_names_the_work_the_item_and_for_how_long_it_fails(
    now: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    for_each(["this"], partial(raise_for, "that"))
    now[0] += 7
    for_each(["this"], partial(raise_for, "that"))
    said = str(caplog.records[-1].msg)
    for part in ("item_failed", f"{__name__}.raise_for", "'this'", "'failures': 2"):
        assert part in said
    assert "'failing_for_s': 7" in said


def raise_for(that: str, this: str) -> None:
    raise RuntimeError(f"{that} {this}")


@given(failures=st.integers(1, 10_000), chance=st.floats(0, 1))
def test_a_pause_doubles_up_to_the_longest_however_often_it_failed(
    failures: int, chance: float
) -> None:
    pause = backoff(failures, SECOND, 300 * SECOND, chance)
    full = min(SECOND * 2 ** min(failures - 1, 20), 300 * SECOND)
    assert full / 2 <= pause <= full
