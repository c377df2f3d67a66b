"""Load: requests that wrk plays from a process of its own."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile

CONNECTIONS = 32
SCRIPT = Path(__file__).with_name("load.lua")
GRACE_S = 30


class Untrue(Exception):
    """What a benchmark measures did not happen."""


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    token: str = ""
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def to_line(self) -> str:
        """A line of the file that ``load.lua`` reads."""
        bearer = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        headers = {"Content-Type": "application/json", **bearer, **self.headers}
        head = "|".join(f"{name}: {value}" for name, value in headers.items())
        return f"{self.method}\t{self.path}\t{head}\t{self.body}\n"


@dataclass(frozen=True)
class Answers:
    """``accepted`` had a status below 300, ``refused`` another one, ``failed`` none.

    ``p50_ms`` and ``p99_ms`` are what a request took, whatever its answer.
    """

    accepted: int
    refused: int
    failed: int
    seconds: float
    p50_ms: float
    p99_ms: float

    @property
    def per_second(self) -> float:
        return self.accepted / self.seconds

    def all_accepted(self) -> Answers:
        """These answers; raises ``Untrue`` unless every request was accepted, and at least one."""
        if self.refused or self.failed or not self.accepted:
            raise Untrue(f"not every request was accepted: {self}")
        return self


def play(url: str, requests: Iterable[Request], seconds: int, pause_ms: float = 0) -> Answers:
    """Send these, beginning anew after the last, over ``CONNECTIONS`` for so many seconds.

    Each connection waits for its answer, then pauses ``pause_ms`` on average.
    """
    with NamedTemporaryFile("w", suffix=".requests") as file:
        file.writelines(each.to_line() for each in requests)
        file.flush()
        command = ["wrk", "--threads=1", f"--connections={CONNECTIONS}", f"--duration={seconds}s"]
        command += ["--timeout=10s", f"--script={SCRIPT}", url, "--", file.name, str(pause_ms)]
        done = subprocess.run(
            command, capture_output=True, text=True, check=True, timeout=seconds + GRACE_S
        )
    return Answers(**json.loads(done.stdout.splitlines()[-1]))
