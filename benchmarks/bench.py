"""How fast, beside two peers: ``python -m benchmarks.bench``, or ``make bench``.

Rounds alternate between the sides, so that whatever else the machine does falls on all alike;
each starts its processes anew, on databases of its own.
"""

from __future__ import annotations

import os
import platform
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from benchmarks import measures, peers, platforms
from benchmarks.load import CONNECTIONS
from benchmarks.measures import Figures
from benchmarks.platforms import Running
from benchmarks.report import Report
from benchmarks.servers import Servers, servers_of_our_own
from tests.system.processes import ROOT

PEER_PYTHON = ROOT / ".venv-bench/bin/python"
WIDTH = 100
"""Of the table where it is not printed to a terminal."""

Rounds = Annotated[int, typer.Option(min=1, help="How often each side is measured.")]
Seconds = Annotated[int, typer.Option(min=1, max=40, help="How long each load, and idling, lasts.")]
Json = Annotated[Path | None, typer.Option("--json", help="Also write every figure here.")]
Python = Annotated[Path, typer.Option(exists=True, help="The Python that has the peer's packages.")]


app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    rounds: Rounds = 2,
    seconds: Seconds = 3,
    json: Json = None,
    peer_python: Python = PEER_PYTHON,
) -> None:
    """Measure the platform, the peers, and the platform embedded in one process."""
    console, began = Console(width=None if sys.stdout.isatty() else WIDTH), time.perf_counter()
    with servers_of_our_own() as servers:
        report = Report(_settings(servers, rounds, seconds))
        for number in range(1, rounds + 1):
            console.print(f"round {number} of {rounds}")
            for side, figures in _round(servers, seconds, peer_python):
                report.rounds[side].append(figures)
    report.show(console)
    console.print(f"took {time.perf_counter() - began:.0f} s")
    if json is not None:
        report.write(json)


def _round(servers: Servers, seconds: int, peer_python: Path) -> list[tuple[str, Figures]]:
    measured = []
    with _folder() as folder, platforms.ours(folder, servers) as running:
        measured.append(("ours", _distributed(running, seconds)))
    for side, which in (("peer", peers.BARE), ("guaranteed", peers.GUARANTEED)):
        with _folder() as folder, peers.peer(folder, servers, peer_python, which) as running:
            measured.append((side, _distributed(running, seconds)))
    with _folder() as folder, platforms.embedded(folder) as running:
        measured.append(("embedded", _embedded(running, seconds)))
    with _folder() as folder, peers.bare(folder) as url:
        measured.append(("bare", measures.bare_answers(url, seconds)))
    return measured


def _distributed(running: Running, seconds: int) -> Figures:
    figures = measures.bookings(running, seconds) | measures.reads(running, seconds)
    figures |= measures.event_lag(running, seconds, figures["bookings/s"] / 2)
    return figures | measures.processes(running)


def _embedded(running: Running, seconds: int) -> Figures:
    idle = measures.idle(running, seconds)
    figures = measures.bookings(running, seconds) | measures.reads(running, seconds)
    return figures | measures.processes(running) | idle


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="firststep-bench-") as name:
        yield Path(name)


def _settings(servers: Servers, rounds: int, seconds: int) -> dict[str, str]:
    return {
        "rounds": f"{rounds}, of {seconds} s for each load, {CONNECTIONS} connections",
        "processors": str(os.cpu_count()),
        "python": platform.python_version(),
        **servers.settings(),
    }


if __name__ == "__main__":
    app()
