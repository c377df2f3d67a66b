"""Contention: 200 attempts at once at 20 overlapping times of one calendar; and, in the same
minute, as many attempts in calendars of their own."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import NamedTuple
from uuid import UUID, uuid4

import httpx

from benchmarks.load import CONNECTIONS, Request, Untrue
from benchmarks.measures import Figures
from benchmarks.platforms import Running
from benchmarks.population import SPECIALISTS, Population
from services.booking.availability.opening_hours import SLOT

ATTEMPTS, TIMES = SPECIALISTS, 20
ANSWERED_WITHIN_S = 30
QUARTER = timedelta(minutes=15)
MOST_BOOKED = TIMES // 2
"""Of times of which each meets the next."""
ANSWERS = {HTTPStatus.CREATED, HTTPStatus.CONFLICT}


class Attempt(NamedTuple):
    specialist: UUID
    starts_at: datetime


def attempts(running: Running, round_: int) -> Figures:
    """Attempts answered a second, each way; raises ``Untrue`` where one was not."""
    population, first = running.population, running.population.first_slot + SLOT
    wanted, *others = population.specialists
    day = first + timedelta(days=round_)
    alone = [Attempt(each, day) for each in others]
    together = [Attempt(wanted, day + n % TIMES * QUARTER) for n in range(ATTEMPTS)]
    limits = httpx.Limits(max_connections=None)
    with httpx.Client(base_url=running.url, limits=limits, timeout=ANSWERED_WITHIN_S) as http:
        apart_per_second, apart = _played(http, population, alone)
        per_second, booked = _played(http, population, together)
    if apart != len(alone) or not 0 < booked <= MOST_BOOKED:
        raise Untrue(f"{apart} of {len(alone)} were booked apart, {booked} together")
    return {
        "attempts/s, apart": apart_per_second,
        "attempts/s, contending": per_second,
        "contending beside apart": per_second / apart_per_second,
        "booked, contending": booked,
    }


def a_population() -> Population:
    """One specialist that every attempt wants, and as many others as there are attempts."""
    return Population([uuid4() for _ in range(1 + ATTEMPTS)], grid_minutes=15)


def _played(
    http: httpx.Client, population: Population, wished: Sequence[Attempt]
) -> tuple[float, int]:
    """How many were answered a second, and how many booked."""
    requests = [population.booking(*each) for each in wished]

    def sent(request: Request) -> int:
        headers = {"Authorization": f"Bearer {request.token}", "Content-Type": "application/json"}
        return http.post(request.path, content=request.body, headers=headers).status_code

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        began = time.perf_counter()
        statuses = Counter(pool.map(sent, requests))
        took = time.perf_counter() - began
    if not ANSWERS.issuperset(statuses):
        raise Untrue(f"answered otherwise than booked or refused: {dict(statuses)}")
    return len(requests) / took, statuses[HTTPStatus.CREATED]
