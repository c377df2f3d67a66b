"""The platform as operators run it: real processes of the ``firststep`` command."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from tests.support.databases import Databases
from tests.support.eventually import eventually
from tests.support.mailbox import reachable
from tests.support.platform import a_files_folder
from tests.support.tokens import SEAL_KEYS
from tests.system.forked import Forked

Settings = dict[str, str]
Running = Forked | subprocess.Popen[str]

ROOT = Path(__file__).parents[2]
COMMAND = "firststep.main"
SABOTEUR = "tests.system.saboteur"
READY_WITHIN_S = 120
"""Generous: other work may keep the machine busy."""
ENDS_WITHIN_S = 120


def a_free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


def clean_environment(settings: Settings) -> dict[str, str]:
    """This environment with these ``FIRSTSTEP_*`` settings and no others."""
    rest = {key: value for key, value in os.environ.items() if not key.startswith("FIRSTSTEP_")}
    return {**rest, **{f"FIRSTSTEP_{key.upper()}": value for key, value in settings.items()}}


def started(
    module: str,
    *arguments: str,
    settings: Settings,
    stdout: Path,
    stderr: Path,
    umask: int | None = None,
    user: int | None = None,
) -> Forked:
    """A process that writes to the end of these files."""
    return Forked(
        {
            "module": module,
            "arguments": list(arguments),
            "environment": clean_environment(settings),
            "stdout": str(stdout),
            "stderr": str(stderr),
            "umask": umask,
            "user": user,
        }
    )


def firststep(
    settings: Settings, *arguments: str, umask: int | None = None, user: int | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; where it serves, on a free port."""
    settings = {"http": f"127.0.0.1:{a_free_port()}", **settings}
    with tempfile.TemporaryDirectory(prefix="firststep-said-") as folder:
        stdout, stderr = Path(folder) / "stdout", Path(folder) / "stderr"
        process = started(
            COMMAND,
            *arguments,
            settings=settings,
            stdout=stdout,
            stderr=stderr,
            umask=umask,
            user=user,
        )
        try:
            code = process.wait(ENDS_WITHIN_S)
        finally:
            _end(process)
        return subprocess.CompletedProcess(
            process.args, code, stdout.read_text(), stderr.read_text()
        )


@dataclass
class Serving:
    """A process that serves."""

    process: Running
    url: str
    output: Path
    http: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.http = httpx.Client(base_url=self.url, timeout=20)

    def ready(self) -> bool:
        return self.http.get("/readyz").status_code == 200

    def wait_until_ready(self) -> Serving:
        eventually(self._ready_or_over, within=READY_WITHIN_S)
        return self

    def _ready_or_over(self) -> bool:
        if self.process.poll() is not None:
            raise RuntimeError(f"it ended with {self.process.returncode}: {self.said()}")
        try:
            return self.ready()
        except httpx.TransportError:
            return False

    def said(self) -> str:
        return self.output.read_text()

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def ends_with(self) -> int:
        """The exit code."""
        return self.process.wait(ENDS_WITHIN_S)

    def stop(self) -> int:
        self.send(signal.SIGTERM)
        return self.ends_with()


@contextmanager
def serving(
    folder: Path,
    settings: Settings,
    *services: str,
    saboteur: str = "",
    umask: int | None = None,
) -> Iterator[Serving]:
    """A serving process, ended with the block at the latest; see ``saboteur.py``."""
    settings = {"http": f"127.0.0.1:{a_free_port()}", "proxies": "1", **settings}
    url = f"http://{settings['http']}"
    output = folder / f"output-{settings['http'].rpartition(':')[2]}.log"
    module, *arguments = (SABOTEUR, saboteur) if saboteur else (COMMAND, "serve")
    with ExitStack() as stack:
        process = started(
            module,
            *arguments,
            *services,
            settings=settings,
            stdout=output,
            stderr=output,
            umask=umask,
        )
        stack.callback(_end, process)
        found = Serving(process, url, output)
        stack.enter_context(found.http)
        if {"database", "data"} & settings.keys():
            stack.enter_context(reachable(found.http, database_of(settings)))
        yield found


def database_of(settings: Settings) -> str:
    """The platform's ``FIRSTSTEP_DATABASE``, which the embedded one makes up itself."""
    return settings.get("database") or f"sqlite:///{settings['data']}/{{service}}.db"


def _end(process: Forked) -> None:
    if process.poll() is None:
        process.kill()
    process.wait()


def real_settings(broker: str, database: str, mail: str) -> Settings:
    """Settings of a platform on real servers."""
    return {
        "broker": broker,
        "database": database,
        "mail": mail,
        "files": a_files_folder(),
        "seal_keys": SEAL_KEYS,
    }


def embedded_settings(databases: Databases) -> Settings:
    """Settings of a platform of one process, whose databases were migrated before."""
    url = databases.fresh()
    return {"data": str(Path(urlsplit(url).path[1:]).parent), "seal_keys": SEAL_KEYS}


@dataclass
class Listener:
    """A process that prints the events which it hears."""

    process: Forked
    output: Path

    def first_event(self) -> dict[str, Any]:
        """What it printed first; waits until it has printed it whole."""
        eventually(lambda: "\n" in self.output.read_text())
        event: dict[str, Any] = json.loads(self.output.read_text().splitlines()[0])
        return event


@contextmanager
def listening(folder: Path, settings: Settings, *types: str) -> Iterator[Listener]:
    """A listener that has begun to listen, ended with the block at the latest."""
    stdout, stderr = folder / "listener.out", folder / "listener.err"
    with ExitStack() as stack:
        process = started(
            COMMAND, "listen", *types, settings=settings, stdout=stdout, stderr=stderr
        )
        stack.callback(_end, process)
        eventually(lambda: "listening" in stderr.read_text())
        yield Listener(process, stdout)
