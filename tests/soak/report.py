"""What a soak found, for people and for programs."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.soak.fleet import Exit
from tests.soak.ledger import Account, Finding
from tests.soak.load import Answers

DRAINED_WITHIN_S = 30.0
"""10 seconds, and the pause after a handler that failed four times by chance (8 to 16 s)."""


@dataclass
class Report:
    seed: int
    minutes: float
    without: str | None
    flaky: float
    faults: dict[str, int]
    answers: Answers
    account: Account
    recovery_s: float | None
    left_to_do: dict[str, int]
    gone_by_themselves: list[Exit]
    stopped_badly: list[Exit]
    failed_faults: list[str]
    memory_at_start_mb: dict[str, float]
    memory_at_end_mb: dict[str, float]

    @property
    def promises(self) -> list[Finding]:
        """Each with how often it was broken."""
        unexpected = self.answers.unexpected
        return [
            *self.account.findings,
            Finding("wrong: answers not 201, 409 or 503", unexpected.total(), list(unexpected)[:5]),
            Finding("nothing was booked", int(not self.answers.booked)),
            Finding("unanswered", len(self.answers.unanswered)),
            Finding(f"not drained in {DRAINED_WITHIN_S:.0f} s", int(self.recovery_s is None)),
            Finding("exited by itself", *_exits(self.gone_by_themselves)),
            Finding("stopped badly", *_exits(self.stopped_badly)),
            Finding("faults that failed themselves", len(self.failed_faults), self.failed_faults),
        ]

    @property
    def kept(self) -> bool:
        return not any(promise.times for promise in self.promises)

    @property
    def doubled(self) -> bool:
        """What is expected where a safeguard is missing."""
        return any(promise.times for promise in self.promises if promise.name[:7] == "doubled")

    def to_json(self) -> dict[str, Any]:
        return {
            "kept": self.kept,
            "seed": self.seed,
            "minutes": self.minutes,
            "without": self.without,
            "flaky": self.flaky,
            "faults": self.faults,
            "tries": self.answers.tries,
            "acknowledged": len(self.answers.booked),
            "refused": len(self.answers.refused),
            "consultations": self.account.consultations,
            "promises": [asdict(promise) for promise in self.promises],
            "lag_s": self._lag(),
            "recovery_s": self.recovery_s,
            "left_to_do": self.left_to_do,
            "memory_mb": {"start": self.memory_at_start_mb, "end": self.memory_at_end_mb},
        }

    def show(self, console: Console) -> None:
        console.print(self._facts(), self._promises(), self._memory())
        for promise in self.promises:
            for example in promise.examples:
                console.print(f"{promise.name}: {example}", markup=False, soft_wrap=True)

    def _facts(self) -> Table:
        table = Table(title="The soak", show_header=False)
        told = self.answers
        rows = {
            "seed": self.seed,
            "without": self.without or "-",
            "faults": f"{sum(self.faults.values())}: {_listed(self.faults)}",
            "answers": _listed(told.tries),
            "bookings": f"{len(told.booked)} acknowledged, {len(told.refused)} refused",
            "from booking to notice": ", ".join(f"{k} {v} s" for k, v in self._lag().items()),
            "recovered after": "never" if self.recovery_s is None else f"{self.recovery_s:.1f} s",
            "left to do": _listed(self.left_to_do) or "-",
        }
        for name, value in rows.items():
            table.add_row(name, str(value))
        return table

    def _promises(self) -> Table:
        table = Table("promise", "broken", title="kept" if self.kept else "BROKEN")
        for promise in self.promises:
            table.add_row(promise.name, str(promise.times))
        return table

    def _memory(self) -> Table:
        table = Table("process", "RSS at start, MB", "at end", title="memory")
        for name, at_start in self.memory_at_start_mb.items():
            table.add_row(name, f"{at_start:.0f}", f"{self.memory_at_end_mb[name]:.0f}")
        return table

    def _lag(self) -> dict[str, float]:
        lags = self.account.lags_s or [0.0]
        shares = {"p50": 0.5, "p99": 0.99, "max": 1.0}
        return {k: round(lags[int(v * (len(lags) - 1))], 3) for k, v in shares.items()}


def _exits(exits: list[Exit]) -> tuple[int, list[str]]:
    return len(exits), [f"{each.name} with {each.code}:\n{each.said}" for each in exits[:5]]


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {what}" for what, count in counts.items())
