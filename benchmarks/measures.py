"""One round of measuring one platform: figures by name."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from statistics import quantiles

from benchmarks.load import CONNECTIONS, Answers, Request, Untrue, play
from benchmarks.platforms import Running
from benchmarks.population import Population
from tests.support.eventually import eventually

WARM_UP_S = 2
SETTLED_WITHIN_S = 120
QUIET_S = 1
READ = 1000

Figures = dict[str, float]


def bookings(running: Running, seconds: int) -> Figures:
    """Bookings accepted a second at full load, and how long their last effects took after it."""
    _booked(running, min(WARM_UP_S, seconds))
    answers, settled_s = _booked(running, seconds)
    return {
        "bookings/s": answers.per_second,
        "bookings/s, with their effects": answers.accepted / (answers.seconds + settled_s),
        "booking p50, ms": answers.p50_ms,
        "booking p99, ms": answers.p99_ms,
        "effects complete after the load, s": settled_s,
    }


def reads(running: Running, seconds: int) -> Figures:
    """Consultations read a second."""
    found = list(running.population.reads(running.effects.booked(READ)))
    play(running.url, found, min(WARM_UP_S, seconds))
    answers = play(running.url, found, seconds).all_accepted()
    return {
        "reads/s": answers.per_second,
        "read p50, ms": answers.p50_ms,
        "read p99, ms": answers.p99_ms,
    }


def event_lag(running: Running, seconds: int, per_second: float) -> Figures:
    """From commit to committed effect, at about so many bookings a second."""
    since = datetime.now(UTC)
    answers, _ = _booked(running, seconds, pause_ms=1000 * CONNECTIONS / per_second)
    lags = running.effects.lags_ms(since)
    hundredths = quantiles(lags, n=100)
    return {
        "event lag p50, ms": hundredths[49],
        "event lag p99, ms": hundredths[98],
        "bookings/s while lag was measured": answers.per_second,
    }


def bare_answers(url: str, seconds: int) -> Figures:
    """Answers a second of a server that does nothing, to the same requests."""
    requests: list[Request] = list(Population().bookings(1))
    play(url, requests, min(WARM_UP_S, seconds))
    return {"answers/s": play(url, requests, seconds).all_accepted().per_second}


def _booked(running: Running, seconds: int, pause_ms: float = 0) -> tuple[Answers, float]:
    """The answers, and how many seconds after the load all effects were there.

    Raises ``Untrue`` where a booking was refused, or the databases disagree with the answers.
    """
    before = running.effects.counts()
    requests = running.population.bookings(seconds)
    answers = play(running.url, requests, seconds, pause_ms).all_accepted()
    ended = time.perf_counter()
    settled_s = _settled_at(running) - ended
    booked = running.effects.counts().consultations - before.consultations
    # what was still under way when the load ended was booked, but its answer is not counted
    if not answers.accepted <= booked <= answers.accepted + CONNECTIONS:
        raise Untrue(f"{answers.accepted} bookings were accepted, {booked} are there")
    return answers, settled_s


def _settled_at(running: Running) -> float:
    """When all effects were there, on ``time.perf_counter``'s clock.

    Requests still under way book on after the load: it counts once nothing follows for a while.
    """
    while True:
        eventually(lambda: running.effects.counts().settled, within=SETTLED_WITHIN_S)
        settled_at, counts = time.perf_counter(), running.effects.counts()
        time.sleep(QUIET_S)
        if running.effects.counts() == counts and counts.settled:
            return settled_at
