"""What is printed: the median of all rounds, ours beside the peers'."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from benchmarks.measures import Figures

SIDES = ("ours", "peer", "guaranteed", "embedded", "bare")
PEERS = ("peer", "guaranteed")
LEGEND = """\
peer: FastAPI, FastStream, asyncpg; an event is lost or repeated where a process or a server fails
guaranteed: the same with outbox, relay, inbox and idempotency keys, as ours has
embedded: ours in one process, on SQLite; bare: eventlet's HTTP server with nothing behind it"""


@dataclass
class Report:
    """``rounds`` holds every round's figures by side; ``settings`` is what they depend on."""

    settings: dict[str, str]
    rounds: dict[str, list[Figures]] = field(default_factory=lambda: {side: [] for side in SIDES})

    def medians(self) -> dict[str, Figures]:
        """By side."""
        medians = {side: _medians(rounds) for side, rounds in self.rounds.items()}
        embedded, bare = medians["embedded"], medians["bare"]
        part = embedded["bookings/s"] / bare["answers/s"]
        embedded["bookings/s, % of bare answers/s"] = 100 * part
        return medians

    def write(self, path: Path) -> None:
        path.write_text(json.dumps({**asdict(self), "medians": self.medians()}, indent=2) + "\n")

    def show(self, console: Console) -> None:
        console.print(_table(self.medians()))
        console.print(LEGEND, highlight=False)
        for name, value in self.settings.items():
            console.print(f"{name}: {value}", highlight=False, soft_wrap=True)


def _medians(rounds: list[Figures]) -> Figures:
    return {name: median(each[name] for each in rounds) for name in rounds[0]}


def _table(medians: dict[str, Figures]) -> Table:
    table = Table("median", box=None, padding=(0, 1, 0, 0), pad_edge=False)
    for heading in (*SIDES, *(f"ours /\n{peer}" for peer in PEERS)):
        table.add_column(heading, justify="right")
    for name in dict.fromkeys(name for side in SIDES for name in medians[side]):
        figures = {side: medians[side].get(name) for side in SIDES}
        ratios = [_ratio(figures["ours"], figures[peer]) for peer in PEERS]
        shown = [*map(_rounded, figures.values()), *(_rounded(each, 2) for each in ratios)]
        table.add_row(name, *shown)
    return table


def _ratio(one: float | None, other: float | None) -> float | None:
    return one / other if one is not None and other and round(other, 2) else None


def _rounded(value: float | None, digits: int | None = None) -> str:
    if value is None:
        return "–"
    if digits is None:
        digits = 0 if value >= 100 or value == int(value) else 1 if value >= 10 else 2
    return f"{value:,.{digits}f}"
