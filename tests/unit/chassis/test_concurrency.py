"""Limits, pools, futures and offloading to threads."""

from __future__ import annotations

import threading
from time import monotonic

import eventlet
import pytest
from eventlet.patcher import original

from chassis.concurrency.futures import Future
from chassis.concurrency.limits import Pool, time_limit
from chassis.concurrency.offload import ThreadLock, offload
from chassis.concurrency.yielding import yield_now

REAL_TIME = original("time")


def test_a_block_that_takes_too_long_raises_the_error() -> None:
    with (
        pytest.raises(ConnectionError, match="too slow"),
        time_limit(0.01, ConnectionError("too slow")),
    ):
        eventlet.sleep(5)


def test_a_block_without_an_error_is_left_silently() -> None:
    begun = monotonic()
    with time_limit(0.01):
        eventlet.sleep(5)
    assert monotonic() - begun < 5


def test_an_offloaded_function_blocks_no_greenthread() -> None:
    ticks: list[float] = []

    def tick() -> None:
        while True:
            ticks.append(monotonic())
            eventlet.sleep(0.01)

    ticking = eventlet.spawn(tick)
    offload(REAL_TIME.sleep, 0.3)
    ticking.kill()
    assert ticks


def test_what_an_offloaded_function_returns_or_raises_reaches_its_caller() -> None:
    assert offload(divmod, 7, 2) == (3, 1)
    with pytest.raises(ZeroDivisionError):
        offload(divmod, 7, 0)
    assert offload(sorted, [1, 2], reverse=True) == [2, 1]


def test_a_thread_lock_is_one_of_threads() -> None:
    assert type(ThreadLock()) is not type(threading.Lock())


def test_a_pool_has_room_again_when_a_function_has_ended() -> None:
    pool, end = Pool(2), eventlet.event.Event()
    pool.spawn(end.wait)
    pool.spawn(end.wait)
    yield_now()
    assert pool.free() == 0
    end.send()
    yield_now()
    assert pool.free() == 2


def test_a_future_gives_its_result_to_all_who_wait() -> None:
    future: Future[int] = Future()
    waiting = [eventlet.spawn(future.result) for _ in range(2)]
    yield_now()
    assert not future.has_result()
    future.set_result(7)
    assert [each.wait() for each in waiting] == [7, 7]
    assert future.has_result()


def test_an_exception_in_a_future_is_raised_and_is_no_result() -> None:
    future: Future[int] = Future()
    future.set_exception(ConnectionError())
    with pytest.raises(ConnectionError):
        future.result()
    assert not future.has_result()
