"""Several processes behind one listening socket, replaced one after another without a gap.

The socket is this process's; the workers inherit it. Whoever is free takes the next connection,
and a worker that stops leaves those that wait to the others: none is refused.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from uuid import uuid4

import eventlet
import structlog

from chassis import notify
from chassis.http import INHERITED, listen

READY_WITHIN_S = 60.0
START_AGAIN_AFTER_S = 1.0
LOOK_EVERY_S = 0.1

log = structlog.get_logger()


class NotReady(Exception):
    """A worker ended, or took too long, before it was ready; ``code`` is what it ended with."""

    def __init__(self, code: int | None) -> None:
        super().__init__(f"a worker is not ready: {code if code is not None else 'too slow'}")
        self.code = code if code is not None else 1


@dataclass
class Worker:
    process: subprocess.Popen[bytes]
    told: socket.socket

    def has_ended(self) -> bool:
        return self.process.poll() is not None

    def wait(self) -> int:
        """Return when it has ended; its exit code."""
        code = self.process.wait()
        self.told.close()
        return code


class Workers:
    """``command`` serves at the ``FIRSTSTEP_HTTP`` that it is given, says when it is ready, and
    stops on SIGTERM."""

    def __init__(self, command: Sequence[str], number: int, address: str) -> None:
        self._command = command
        self._number = number
        self._socket = listen(address)
        self._folder = tempfile.TemporaryDirectory(prefix="firststep-")
        self._workers: list[Worker] = []
        self._stopping = self._replacing = False

    def run(self) -> int:
        """Serve until SIGINT or SIGTERM; the exit code. SIGHUP replaces the workers."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_stop)
        signal.signal(signal.SIGHUP, self._on_replace)
        try:
            for _ in range(self._number):
                self._add()
            notify.ready()
            log.info("workers_serve", number=self._number)
            while not self._stopping:
                self._look_round()
                eventlet.sleep(LOOK_EVERY_S)
        except NotReady as error:
            self._stop()
            return error.code
        return self._stop()

    def _on_stop(self, number: int, frame: object) -> None:
        if self._stopping:  # the impatient end the workers too
            for worker in self._workers:
                worker.process.send_signal(number)
        self._stopping = True

    def _on_replace(self, number: int, frame: object) -> None:
        self._replacing = True

    def _look_round(self) -> None:
        if self._replacing:
            self._replacing = False
            self._replace_all()
        for worker in [each for each in self._workers if each.has_ended()]:
            log.error("worker_died", code=worker.wait())
            eventlet.sleep(START_AGAIN_AFTER_S)
            self._replace(worker)

    def _replace_all(self) -> None:
        """A new one must be ready before an old one goes; where it is not, the old ones stay."""
        for worker in list(self._workers):
            if not self._replace(worker):
                return
        log.info("workers_replaced", number=self._number)

    def _replace(self, worker: Worker) -> bool:
        try:
            self._add()
        except NotReady as error:
            log.error("worker_not_replaced", error=str(error))
            return False
        self._workers.remove(worker)
        worker.process.terminate()
        worker.wait()
        return True

    def _add(self) -> None:
        """Start a worker; returns when it is ready, raises ``NotReady``."""
        worker = self._spawn()
        end = monotonic() + READY_WITHIN_S
        while not self._is_ready(worker):
            if self._stopping or worker.has_ended() or monotonic() > end:
                code = worker.process.poll()
                worker.process.kill()
                worker.wait()
                raise NotReady(0 if self._stopping else code)
            eventlet.sleep(LOOK_EVERY_S)
        self._workers.append(worker)

    def _spawn(self) -> Worker:
        address = str(Path(self._folder.name, uuid4().hex))
        told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        told.bind(address)
        told.setblocking(False)
        fileno = self._socket.fileno()
        mine = {"FIRSTSTEP_HTTP": f"{INHERITED}{fileno}", notify.ADDRESS: address}
        process = subprocess.Popen(
            self._command,
            env={**os.environ, **mine},
            pass_fds=[fileno],
            process_group=0,  # Ctrl-C reaches this process alone, which stops them in order
        )
        return Worker(process, told)

    def _is_ready(self, worker: Worker) -> bool:
        try:
            return worker.told.recv(len(notify.READY)) == notify.READY
        except BlockingIOError:
            return False

    def _stop(self) -> int:
        self._socket.close()
        for worker in self._workers:
            worker.process.terminate()
        codes = [worker.wait() for worker in self._workers]
        self._folder.cleanup()
        return next((code for code in codes if code), 0)
