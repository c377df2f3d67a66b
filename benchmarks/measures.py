"""One round of measuring one platform: figures by name."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import quantiles

from benchmarks.effects import Counts
from benchmarks.load import CONNECTIONS, Answers, Request, Untrue, play
from benchmarks.platforms import Running
from benchmarks.population import Population
from tests.support.eventually import eventually

WARM_UP_S = 1
SETTLED_WITHIN_S = 120
QUIET_S = 1
READ = 1000

Figures = dict[str, float]
Seconds = dict[str, float]
"""Of processor time, by process."""


@dataclass(frozen=True)
class Booked:
    """A load of bookings: how many are there, how many seconds after the load all their effects
    were there, and what processor time they took until then."""

    answers: Answers
    bookings: int
    settled_s: float
    processor_s: Seconds


def bookings(running: Running, seconds: int) -> Figures:
    """Bookings accepted a second at full load, and what processor time one took, effects included.

    Without the bookings before, which warm the processes up.
    """
    eventually(lambda: _warmed_up(running))
    _settled(running)
    booked = _booked(running, seconds)
    answers, settled_s = booked.answers, booked.settled_s
    return {
        "bookings/s": answers.per_second,
        "bookings/s, with their effects": answers.accepted / (answers.seconds + settled_s),
        "booking p50, ms": answers.p50_ms,
        "booking p99, ms": answers.p99_ms,
        "effects complete after the load, s": settled_s,
        **_processor_ms("a booking", booked.processor_s, booked.bookings),
    }


def reads(running: Running, seconds: int) -> Figures:
    """Consultations read a second, and what processor time one took."""
    found = list(running.population.reads(running.effects.booked(READ)))
    play(running.url, found, WARM_UP_S)
    before = running.processor_s()
    answers = play(running.url, found, seconds).all_accepted()
    took = _since(before, running.processor_s())
    return {
        "reads/s": answers.per_second,
        "read p50, ms": answers.p50_ms,
        "read p99, ms": answers.p99_ms,
        **_processor_ms("a read", took, answers.accepted),
    }


def event_lag(running: Running, seconds: int, per_second: float) -> Figures:
    """From commit to committed effect, at about so many bookings a second."""
    since = datetime.now(UTC)
    booked = _booked(running, seconds, pause_ms=1000 * CONNECTIONS / per_second)
    lags = running.effects.lags_ms(since)
    hundredths = quantiles(lags, n=100)
    return {
        "event lag p50, ms": hundredths[49],
        "event lag p99, ms": hundredths[98],
        "bookings/s while lag was measured": booked.answers.per_second,
    }


def idle(running: Running, seconds: int) -> Figures:
    """What part of one processor is taken while nothing is asked."""
    time.sleep(QUIET_S)
    before, began = running.processor_s(), time.perf_counter()
    time.sleep(seconds)
    took = sum(_since(before, running.processor_s()).values())
    return {"processor while idle, % of one": 100 * took / (time.perf_counter() - began)}


def processes(running: Running) -> Figures:
    """Memory, and how soon all were ready."""
    mib = running.mib()
    return {
        **_by_process("memory, MiB", mib),
        "ready after, s": running.seconds_to_start,
    }


def bare_answers(url: str, seconds: int) -> Figures:
    """Answers a second of a server that does nothing, to the same requests."""
    requests: list[Request] = list(Population().bookings(1))
    play(url, requests, WARM_UP_S)
    return {"answers/s": play(url, requests, seconds).all_accepted().per_second}


def _booked(running: Running, seconds: int, pause_ms: float = 0) -> Booked:
    """Book, and wait for all effects.

    Raises ``Untrue`` where a booking was refused, or the databases disagree with the answers.
    """
    earlier = running.effects.counts().consultations
    requests = list(running.population.bookings(seconds))
    before = running.processor_s()
    answers = play(running.url, requests, seconds, pause_ms).all_accepted()
    ended = time.perf_counter()
    settled_at, counts, after = _settled(running)
    booked = counts.consultations - earlier
    # what was still under way when the load ended was booked, but its answer is not counted
    if not answers.accepted <= booked <= answers.accepted + CONNECTIONS:
        raise Untrue(f"{answers.accepted} bookings were accepted, {booked} are there")
    if running.guaranteed:
        running.effects.guarantees().require_for(counts.consultations)
    return Booked(answers, booked, settled_at - ended, _since(before, after))


def _warmed_up(running: Running) -> bool:
    """Whether any request was answered; a busy machine may need several loads."""
    answers = play(running.url, running.population.bookings(WARM_UP_S), WARM_UP_S)
    return answers.accepted + answers.refused + answers.failed > 0


def _settled(running: Running) -> tuple[float, Counts, Seconds]:
    """When all effects were there, on ``time.perf_counter``'s clock; what there was then, and the
    processor time taken until then.

    Requests still under way book on after the load: it counts once nothing follows for a while.
    """
    while True:
        eventually(lambda: running.effects.counts().settled, within=SETTLED_WITHIN_S)
        settled_at, counts = time.perf_counter(), running.effects.counts()
        took = running.processor_s()
        time.sleep(QUIET_S)
        if running.effects.counts() == counts and counts.settled:
            return settled_at, counts, took


def _since(before: Seconds, after: Seconds) -> Seconds:
    return {process: after[process] - before[process] for process in before}


def _processor_ms(each: str, took: Seconds, number: int) -> Figures:
    ms = {process: 1000 * seconds / number for process, seconds in took.items()}
    return _by_process(f"processor ms {each}", ms)


def _by_process(what: str, figures: Mapping[str, float]) -> Figures:
    """A figure for each process where there are several, and their sum."""
    all_ = {f"{what}: all": sum(figures.values())}
    if len(figures) == 1:
        return all_
    return {f"{what}: {process}": figure for process, figure in figures.items()} | all_
