"""Worker processes behind one listening socket, replaced one by one without downtime.

The socket is this process's; the workers inherit it. A free worker accepts the next connection. A
worker that stops leaves queued connections to the others: none is refused.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import uuid4

import eventlet
import structlog

from chassis.http.server import listen
from chassis.runtime import systemd
from chassis.runtime.process import GRACE_S
from chassis.settings import INHERITED

READY_WITHIN_S = 60.0
ENDED_WITHIN_S = GRACE_S + 5.0
START_AGAIN_AFTER_S = 1.0
LOOK_EVERY_S = 0.1
CLEAN_EXITS = (0, -signal.SIGTERM)  # the latter: stopped before it handled signals

log = structlog.get_logger()


class NotReady(Exception):
    """A worker ended or timed out before it was ready; ``code`` is its exit code, if any."""

    def __init__(self, code: int | None) -> None:
        super().__init__("it took too long" if code is None else f"it ended with {code}")
        self.code = code


class Worker:
    """A child process that reports when it is ready."""

    def __init__(self, command: Sequence[str], sock: Any, notify_at: Path) -> None:
        self._notifications = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._notifications.bind(str(notify_at))
        self._notifications.setblocking(False)
        self._notify_at = notify_at
        self._kill_at: float | None = None
        own = {"FIRSTSTEP_HTTP": f"{INHERITED}{sock.fileno()}", systemd.ADDRESS: str(notify_at)}
        self._process = subprocess.Popen(
            command,
            env={**os.environ, **own},
            pass_fds=[sock.fileno()],
            process_group=0,  # Ctrl-C reaches the parent alone, which stops them in order
        )

    @property
    def code(self) -> int | None:
        """Its exit code; ``None`` while it runs."""
        return self._process.poll()

    def is_ready(self) -> bool:
        try:
            return self._notifications.recv(len(systemd.READY)) == systemd.READY
        except BlockingIOError:
            return False

    def terminate(self) -> None:
        """Ask it to stop; after a grace period it is killed."""
        self._kill_at = monotonic() + ENDED_WITHIN_S
        self._process.terminate()

    def has_gone(self) -> bool:
        """Whether it has ended, after ``terminate`` or by itself; cleans up after it."""
        if self._kill_at is not None and monotonic() > self._kill_at:
            self._process.kill()
        if self.code is None:
            return False
        self._notifications.close()
        self._notify_at.unlink(missing_ok=True)
        return True


class Workers:
    """Runs ``number`` workers. ``command`` serves at the ``FIRSTSTEP_HTTP`` in its environment,
    reports readiness to ``NOTIFY_SOCKET``, and stops on SIGTERM."""

    def __init__(self, command: Sequence[str], number: int, address: str) -> None:
        self._command = command
        self._number = number
        self._socket = listen(address)
        self._folder = tempfile.TemporaryDirectory(prefix="firststep-")
        self._workers: list[Worker] = []
        self._leaving: list[Worker] = []
        self._stopping = self._replacing = False

    def run(self) -> int:
        """Serve until SIGINT or SIGTERM; the exit code. SIGHUP replaces the workers."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_stop)
        signal.signal(signal.SIGHUP, self._on_replace)
        try:
            for _ in range(self._number):
                self._add(within=None)  # the database or broker may be away for any time
            systemd.ready()
            log.info("workers_ready", number=self._number)
            while not self._stopping:
                self._supervise()
                eventlet.sleep(LOOK_EVERY_S)
        except NotReady as error:
            self._stop()
            return error.code or 1
        return self._stop()

    def _on_stop(self, number: int, frame: object) -> None:
        if self._stopping:
            log.warning("exit_forced", reason="a second signal")
            os._exit(128 + number)  # the workers notice, and end as well
        self._stopping = True

    def _on_replace(self, number: int, frame: object) -> None:
        self._replacing = True

    def _supervise(self) -> None:
        self._leaving = [each for each in self._leaving if not each.has_gone()]
        if self._replacing:
            self._replacing = False
            self._replace_all()
        for worker in [each for each in self._workers if each.has_gone()]:
            log.error("worker_died", code=worker.code)
            self._workers.remove(worker)
        while len(self._workers) < self._number and not self._stopping:
            if not self._try_to_add():
                eventlet.sleep(START_AGAIN_AFTER_S)
                return

    def _replace_all(self) -> None:
        """Replace workers one by one; where a new one does not get ready, the old ones stay."""
        for worker in list(self._workers):
            if not self._try_to_add():
                return
            self._workers.remove(worker)
            self._leaving.append(worker)
            worker.terminate()
        log.info("workers_replaced", number=self._number)

    def _try_to_add(self) -> bool:
        try:
            self._add(READY_WITHIN_S)
        except NotReady as error:
            log.error("worker_not_ready", error=str(error))
            return False
        return not self._stopping

    def _add(self, within: float | None) -> None:
        """Start a worker. Returns when it is ready, or when all are to stop; raises
        ``NotReady``."""
        if self._stopping:
            return
        worker = Worker(self._command, self._socket, Path(self._folder.name, uuid4().hex))
        end = None if within is None else monotonic() + within
        self._workers.append(worker)
        while not worker.is_ready() and not self._stopping:
            late = end is not None and monotonic() > end
            if late or worker.code is not None:
                self._workers.remove(worker)
                self._leaving.append(worker)
                code = worker.code
                worker.terminate()
                raise NotReady(code)
            eventlet.sleep(LOOK_EVERY_S)

    def _stop(self) -> int:
        self._socket.close()
        for worker in self._workers:
            worker.terminate()
        every = [*self._workers, *self._leaving]
        while not all(worker.has_gone() for worker in every):
            eventlet.sleep(LOOK_EVERY_S)
        self._folder.cleanup()
        return int(any(worker.code not in CLEAN_EXITS for worker in self._workers))
