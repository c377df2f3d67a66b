"""How fast, beside a peer: ``python -m benchmarks.bench``, or ``make bench``.

Rounds alternate between the sides, so that whatever else the machine does falls on all alike;
each starts its processes anew, on databases of its own.
"""

from __future__ import annotations

import os
import platform
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from benchmarks import measures, platforms
from benchmarks.load import CONNECTIONS
from benchmarks.measures import Figures
from benchmarks.platforms import Running
from benchmarks.report import Report
from benchmarks.servers import Servers, servers_of_our_own
from tests.system.processes import ROOT

PEER_PYTHON = ROOT / ".venv-bench/bin/python"

Rounds = Annotated[int, typer.Option(min=1, help="How often each side is measured.")]
Seconds = Annotated[int, typer.Option(min=1, max=40, help="How long each load lasts.")]
Json = Annotated[Path | None, typer.Option("--json", help="Also write every figure here.")]
Python = Annotated[Path, typer.Option(exists=True, help="The Python that has the peer's packages.")]


app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    rounds: Rounds = 3,
    seconds: Seconds = 5,
    json: Json = None,
    peer_python: Python = PEER_PYTHON,
) -> None:
    """Measure the platform, the peer, and the platform embedded in one process."""
    console = Console()
    with servers_of_our_own() as servers:
        report = Report(_settings(servers, rounds, seconds))
        for number in range(1, rounds + 1):
            console.print(f"round {number} of {rounds}")
            for side, figures in _round(servers, seconds, peer_python):
                report.rounds[side].append(figures)
    report.show(console)
    if json is not None:
        report.write(json)


def _round(servers: Servers, seconds: int, peer_python: Path) -> list[tuple[str, Figures]]:
    measured = []
    with _folder() as folder, platforms.ours(folder, servers) as running:
        measured.append(("ours", _distributed(running, seconds)))
    with _folder() as folder, platforms.ours(folder, servers, booking_processes=2) as running:
        measured.append(("two booking processes", measures.bookings(running, seconds)))
    with _folder() as folder, platforms.peer(folder, servers, peer_python) as running:
        measured.append(("peer", _distributed(running, seconds)))
    with _folder() as folder, platforms.embedded(folder) as running:
        measured.append(("embedded", _embedded(running, seconds)))
    with _folder() as folder, platforms.bare(folder) as url:
        measured.append(("bare", measures.bare_answers(url, seconds)))
    return measured


def _distributed(running: Running, seconds: int) -> Figures:
    figures = measures.bookings(running, seconds) | measures.reads(running, seconds)
    figures |= measures.event_lag(running, seconds, figures["bookings/s"] / 2)
    figures["memory of the booking process, MiB"] = running.mib("booking")
    figures["memory of all processes, MiB"] = sum(map(running.mib, running.pids))
    figures["processes"] = len(running.pids)
    figures["ready after, s"] = running.seconds_to_start
    return figures


def _embedded(running: Running, seconds: int) -> Figures:
    figures = measures.bookings(running, seconds) | measures.reads(running, seconds)
    figures["memory of the whole platform, MiB"] = running.mib("platform")
    figures["ready after, s"] = running.seconds_to_start
    return figures


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
