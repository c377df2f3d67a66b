"""The platform as operators run it: real processes of the ``firststep`` command."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.support.eventually import eventually
from tests.support.mailbox import reachable
from tests.support.platform import a_files_folder
from tests.support.tokens import SEAL_KEYS

Settings = dict[str, str]

ROOT = Path(__file__).parents[2]
COMMAND = ["-m", "firststep.main"]
SABOTEUR = ["-m", "tests.system.saboteur"]


def a_free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


def clean_environment(settings: Settings) -> dict[str, str]:
    """This environment with these ``FIRSTSTEP_*`` settings and no others."""
    rest = {key: value for key, value in os.environ.items() if not key.startswith("FIRSTSTEP_")}
    return {**rest, **{f"FIRSTSTEP_{key.upper()}": value for key, value in settings.items()}}


def firststep(settings: Settings, *arguments: str, **how: Any) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; ``how`` as in ``subprocess.run``."""
    return subprocess.run(
        [sys.executable, *COMMAND, *arguments],
        env=clean_environment(settings),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        **how,
    )


@dataclass
class Serving:
    """A process that serves."""

    process: subprocess.Popen[str]
    url: str
    output: Path
    http: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.http = httpx.Client(base_url=self.url, timeout=20)

    def ready(self) -> bool:
        return self.http.get("/readyz").status_code == 200

    def wait_until_ready(self) -> Serving:
        eventually(self._ready_or_over, within=30)
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

    def ends_with(self, within: float = 15) -> int:
        """The exit code."""
        return self.process.wait(within)

    def stop(self) -> int:
        self.send(signal.SIGTERM)
        return self.ends_with(within=40)


@contextmanager
def serving(
    folder: Path, settings: Settings, *services: str, saboteur: str = "", **how: Any
) -> Iterator[Serving]:
    """A serving process, ended with the block at the latest; see ``saboteur.py``."""
    command = [*SABOTEUR, saboteur] if saboteur else [*COMMAND, "serve"]
    settings = {"http": f"127.0.0.1:{a_free_port()}", "proxies": "1", **settings}
    url = f"http://{settings['http']}"
    output = folder / f"output-{settings['http'].rpartition(':')[2]}.log"
    with output.open("a") as log, ExitStack() as stack:
        process = subprocess.Popen(
            [sys.executable, *command, *services],
            env=clean_environment(settings),
            cwd=ROOT,
            stdout=log,
            stderr=subprocess.STDOUT,
            text=True,
            **how,
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


def _end(process: subprocess.Popen[Any]) -> None:
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


@contextmanager
def listening(settings: Settings, *types: str) -> Iterator[subprocess.Popen[str]]:
    """A listener that has begun to listen, ended with the block at the latest."""
    with ExitStack() as stack:
        listener = stack.enter_context(
            subprocess.Popen(
                [sys.executable, *COMMAND, "listen", *types],
                env=clean_environment(settings),
                cwd=ROOT,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        )
        stack.callback(_end, listener)
        assert listener.stderr is not None
        assert "listening" in listener.stderr.readline()
        yield listener
