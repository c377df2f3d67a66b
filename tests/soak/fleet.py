"""The processes: two of each service, started again whenever one has ended."""

from __future__ import annotations

import random
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.support.eventually import eventually
from tests.system.processes import ROOT, Serving, Settings, clean_environment

SERVICES = (*("gateway", "profiles", "booking", "notifications") * 2, "content")
STOPS_WITHIN_S = 40.0
READY_WITHIN_S = 60.0

# Below those which servers and clients are given, so that nobody takes one between two starts.
_ports = iter(random.SystemRandom().sample(range(10_000, 20_000), 10_000))


@dataclass(frozen=True)
class Exit:
    """A process that ended as it should not have."""

    name: str
    code: int | None
    said: str


class Member:
    """One place in the fleet, held by one process after another."""

    def __init__(self, name: str, command: list[str], folder: Path, settings: Settings) -> None:
        self.name = name
        self.busy = False
        self._command = [sys.executable, *command, self.service]
        self._output = folder / f"{name}.log"
        self._settings = settings
        self.start()

    @property
    def service(self) -> str:
        return self.name.partition("-")[0]

    def start(self) -> None:
        port = _a_free_port()
        settings = {**self._settings, "http": f"127.0.0.1:{port}"}
        with self._output.open("a") as log:
            self._said_before = log.tell()
            process = subprocess.Popen(
                self._command,
                env=clean_environment(settings),
                cwd=ROOT,
                stdout=log,
                stderr=subprocess.STDOUT,
                text=True,
            )
        self.serving = Serving(process, f"http://127.0.0.1:{port}", self._output)

    def end(self, number: signal.Signals) -> int | None:
        """Send the signal; the exit code, ``None`` where it had to be killed."""
        process = self.serving.process
        process.send_signal(number)
        try:
            return process.wait(STOPS_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            return None
        finally:
            self.serving.http.close()

    def said(self) -> str:
        """The last words of the process that is, or was the last one here."""
        with self._output.open(errors="replace") as log:
            log.seek(self._said_before)
            return log.read()[-2000:]

    def memory_mb(self) -> float:
        status = Path(f"/proc/{self.serving.process.pid}/status").read_text()
        [line] = [each for each in status.splitlines() if each.startswith("VmRSS:")]
        return int(line.split()[1]) / 1024


class Fleet:
    def __init__(self, command: list[str], folder: Path, settings: Settings) -> None:
        self.members = [
            Member(f"{service}-{number}", command, folder, settings)
            for number, service in enumerate(SERVICES)
        ]
        self.gone_by_themselves: list[Exit] = []
        self.stopped_badly: list[Exit] = []

    def gateways(self) -> list[str]:
        return [each.serving.url for each in self.members if each.service == "gateway"]

    def idle(self) -> list[Member]:
        """Those that are not being restarted."""
        return [each for each in self.members if not each.busy]

    def restart(self, member: Member, number: signal.Signals) -> None:
        member.busy = True
        code = member.end(number)
        # before Python has come to install a handler, SIGTERM ends it as it would any process
        if code not in (0, -number):
            self.stopped_badly.append(Exit(member.name, code, member.said()))
        member.start()
        member.busy = False

    def look(self) -> None:
        """Note who has gone, and put another one there."""
        for member in self.idle():
            code = member.serving.process.poll()
            if code is not None:
                self.gone_by_themselves.append(Exit(member.name, code, member.said()))
                member.serving.http.close()
                member.start()

    def wait_until_ready(self) -> None:
        eventually(self.ready, within=READY_WITHIN_S)

    def ready(self) -> bool:
        return all(_ready(each) for each in self.members)

    def memory_mb(self) -> dict[str, float]:
        return {each.name: round(each.memory_mb(), 1) for each in self.members}

    def close(self) -> None:
        for member in self.members:
            member.serving.process.kill()
        for member in self.members:
            member.serving.process.wait()
            member.serving.http.close()


@contextmanager
def a_fleet(command: list[str], folder: Path, settings: Settings) -> Iterator[Fleet]:
    """All of them ready; ended with the block."""
    fleet = Fleet(command, folder, settings)
    try:
        fleet.wait_until_ready()
        yield fleet
    finally:
        fleet.close()


def _ready(member: Member) -> bool:
    try:
        return member.serving.ready()
    except httpx.TransportError:
        return False


def _a_free_port() -> int:
    for port in _ports:
        with socket.socket() as candidate:
            try:
                candidate.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("no free port between 10000 and 20000")
