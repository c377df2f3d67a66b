"""What is printed: the median of all rounds, ours beside the peer's."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from benchmarks.measures import Figures

SIDES = ("ours", "two booking processes", "peer", "embedded", "bare")


@dataclass
class Report:
    """``rounds`` holds every round's figures by side; ``settings`` is what they depend on."""

    settings: dict[str, str]
    rounds: dict[str, list[Figures]] = field(default_factory=lambda: {side: [] for side in SIDES})

    def medians(self, side: str) -> Figures:
        rounds = self.rounds[side]
        names = rounds[0] if rounds else ()
        return {name: median(each[name] for each in rounds) for name in names}

    def write(self, path: Path) -> None:
        medians = {side: self.medians(side) for side in SIDES}
        path.write_text(json.dumps({**asdict(self), "medians": medians}, indent=2) + "\n")

    def show(self, console: Console) -> None:
        ours, peer = self.medians("ours"), self.medians("peer")
        console.print(_compared("On PostgreSQL and RabbitMQ", ("ours", ours), ("peer", peer)))
        two = self.medians("two booking processes")
        alone = {name: ours[name] for name in two}
        console.print(_compared("Two booking processes", ("two", two), ("one", alone)))
        embedded, bare = self.medians("embedded"), self.medians("bare")
        embedded["part of the bare server's answers/s"] = embedded["bookings/s"] / bare["answers/s"]
        console.print(
            _compared(
                "Embedded, and eventlet's bare HTTP server", ("embedded", embedded), ("bare", bare)
            )
        )
        for name, value in self.settings.items():
            console.print(f"{name}: {value}", highlight=False, soft_wrap=True)


def _compared(title: str, left: tuple[str, Figures], right: tuple[str, Figures]) -> Table:
    table = Table("median", title=title)
    for heading in (left[0], right[0], f"{left[0]} / {right[0]}"):
        table.add_column(heading, justify="right")
    for name in dict.fromkeys([*left[1], *right[1]]):
        one, other = left[1].get(name), right[1].get(name)
        ratio = one / other if one is not None and other else None
        table.add_row(name, _rounded(one), _rounded(other), _rounded(ratio, 2))
    return table


def _rounded(value: float | None, digits: int | None = None) -> str:
    if value is None:
        return "–"
    if digits is None:
        digits = 0 if value >= 100 or value == int(value) else 1 if value >= 10 else 2
    return f"{value:,.{digits}f}"
