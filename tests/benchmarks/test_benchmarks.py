"""Every benchmark runs at its smallest size, and fails where what it measures did not happen."""

from __future__ import annotations

import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from benchmarks import measures, search
from benchmarks.effects import Counts
from benchmarks.load import Answers, Request, Untrue
from benchmarks.pages import Load
from benchmarks.population import Population
from benchmarks.stream_clients import Client, StreamClients

ROOT = Path(__file__).parents[2]
SMALLEST = {
    "bench": ["--rounds=1", "--seconds=3"],
    "slots": ["--rounds=1", "--seconds=2", "--processes=1"],
    "cached_reads": ["--rounds=1", "--seconds=2", "--changes=1"],
    "pages": ["--rounds=1", "--seconds=3", "--queries=20"],
    "streams": ["--rounds=1", "--seconds=2", "--streams=20", "--idle=1"],
    "growth": ["--consultations=10000", "--seconds=3"],
    "search": ["--specialists=1000", "--searches=100"],
}
LONGEST_S = 600


@pytest.mark.parametrize("name", SMALLEST)
def test_a_benchmark_runs_at_its_smallest_size(name: str) -> None:
    command = [sys.executable, "-W", "ignore", "-m", f"benchmarks.{name}", *SMALLEST[name]]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=LONGEST_S, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def answers(accepted: int, refused: int = 0, failed: int = 0) -> Answers:
    return Answers(accepted, refused, failed, seconds=1.0, p50_ms=1.0, p99_ms=2.0)


@pytest.mark.parametrize("bad", [answers(0), answers(9, refused=1), answers(9, failed=1)])
def test_a_load_that_was_refused_is_no_measurement(bad: Answers) -> None:
    with pytest.raises(Untrue, match="not every request was accepted"):
        bad.all_accepted()


@pytest.mark.parametrize(
    "wrong",
    [
        {"words": "another page"},
        {"control": "no-store"},
        {"coding": "gzip"},
    ],
)
def test_a_page_that_is_not_the_right_one_is_no_measurement(
    monkeypatch: pytest.MonkeyPatch, wrong: dict[str, Any]
) -> None:
    headers = {"Cache-Control": "public, no-cache"}
    answer = httpx.Response(200, headers=headers, text="a page")
    monkeypatch.setattr(httpx, "get", lambda *_, **__: answer)
    load = Load([Request("GET", "/")], words="a page")
    load.check("http://127.0.0.1:1")
    with pytest.raises(Untrue):
        replace(load, **wrong).check("http://127.0.0.1:1")


class Platform:
    """A platform whose databases hold fewer bookings than it answered."""

    url, population, guaranteed = "http://127.0.0.1:1", Population(), False

    def __init__(self, booked_each_time: int) -> None:
        self.effects: Any = self
        self._each, self._booked = booked_each_time, 0

    def play(self, *_: object) -> Answers:
        self._booked += self._each
        return answers(accepted=100)

    def processor_s(self) -> dict[str, float]:
        return {}

    def counts(self) -> Counts:
        return Counts(self._booked, 2 * self._booked, 2 * self._booked)


def test_bookings_that_left_no_rows_are_no_measurement(monkeypatch: pytest.MonkeyPatch) -> None:
    running: Any = Platform(booked_each_time=99)
    monkeypatch.setattr(measures, "QUIET_S", 0)
    monkeypatch.setattr(measures, "play", running.play)
    with pytest.raises(Untrue, match="100 bookings were accepted, 99 are there"):
        measures.bookings(running, 1)


def test_a_search_that_finds_no_specialist_is_no_measurement(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(search, "in_sql", lambda database: 0)
    database: Any = None
    found: Any = lambda query: type("Found", (), {"total": 0})  # noqa: E731
    with pytest.raises(Untrue, match="finds 0 specialists, 0 in SQL"):
        search.require_same(database, found)


@pytest.mark.parametrize("news", [[], [1, 1], [1, 2]])
def test_a_stream_that_does_not_hear_of_one_notice_once_is_no_measurement(news: list[int]) -> None:
    clients = StreamClients("http://127.0.0.1:1", [])
    with socket.socket() as sock:
        clients._clients = [Client(sock, news=news)]
        with pytest.raises(Untrue, match="not of one notice"):
            clients.delays_after(0.0)
