"""Process: hosts any number of services, stops them in order on a signal."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
from collections.abc import Callable, Iterable, Iterator, Mapping
from time import monotonic
from typing import Any

import eventlet
import structlog
from eventlet.event import Event as GreenEvent
from kombu import Queue
from nameko.constants import WEB_SERVER_CONFIG_KEY
from nameko.runners import ServiceRunner
from nameko.utils.concurrency import SpawningProxy

from chassis.http.server import WebServer, is_inherited
from chassis.runtime import systemd
from chassis.runtime.container import Container
from chassis.settings import BadSettings

GRACE_S = 25.0
LOOK_EVERY_S = 0.25
STARVED_S = 1.0
"""A greenthread that computes longer without yielding delays all others, and heartbeats."""
WORKERS = 16
OBJECTS_A_COLLECTION = 10_000
EXIT_BAD_SETTINGS = 2

log = structlog.get_logger()


class Process(ServiceRunner):
    """Starts services, waits for a signal, and stops them: once, and within a grace period."""

    def __init__(
        self, services: Iterable[type], settings: Mapping[str, Any], topology: Iterable[Queue]
    ) -> None:
        super().__init__(
            {
                "max_workers": WORKERS,
                **settings,
                "TOPOLOGY": list(topology),
                "CONTAINERS": lambda: list(self.containers),
            }
        )
        self.container_cls = Container
        self._shares_a_socket = is_inherited(settings.get(WEB_SERVER_CONFIG_KEY, ""))
        self._parent = os.getppid()
        self._signal = GreenEvent()
        self._failed = False
        for service in services:
            self.add_service(service)

    @contextlib.contextmanager
    def running(self) -> Iterator[Process]:
        """Serve inside the block."""
        self.start()
        try:
            yield self
        finally:
            self.stop()

    def stop(self) -> None:
        """Stop services with an HTTP server first: their open requests still need the others."""
        web = [each for each in self.containers if _has(each, WebServer)]
        SpawningProxy(web).stop()
        super().stop()

    def run(self, on_started: Callable[[], None] = lambda: None) -> int:
        """Serve until SIGINT or SIGTERM; the process's exit code."""
        self._tell_started = on_started
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, self._on_signal)
        self._starting = eventlet.spawn(self._start)
        self._starting.link(self._on_started)
        while not self._signal.ready():
            # an idle hub does not notice signals, so it wakes up now and then
            due = monotonic() + LOOK_EVERY_S
            with eventlet.Timeout(LOOK_EVERY_S, False):
                self._signal.wait()
            if monotonic() - due > STARVED_S:
                log.warning("hub_starved", late_by_s=round(monotonic() - due, 2))
            if self._is_orphan():
                log.warning("stopping", reason="the parent, whose socket this shares, has ended")
                self._end_with(1)
        return self._stop_within_grace()

    def _is_orphan(self) -> bool:
        return self._shares_a_socket and os.getppid() != self._parent

    def _start(self) -> None:
        self.start()
        if self._signal.ready():
            return
        _tune_garbage_collection()
        systemd.ready()
        log.info("serving", services=sorted(self.service_names))
        self._tell_started()
        eventlet.spawn(self._watch)

    def _on_started(self, starting: Any) -> None:
        try:
            starting.wait()
        except BadSettings as error:
            log.critical("bad_settings", error=str(error))
            self._give_up(EXIT_BAD_SETTINGS)
        except Exception:
            log.critical("start_failed", exc_info=True)
            self._give_up(1)

    def _give_up(self, code: int) -> None:
        self._failed = True
        self._end_with(code)

    def _watch(self) -> None:
        """End when a service dies, so that the supervisor restarts the process."""
        try:
            self.wait()
        except Exception:
            log.critical("service_died", exc_info=True)
            self._end_with(1)

    def _on_signal(self, number: int, frame: object) -> None:
        if self._signal.ready():
            log.warning("exit_forced", reason="a second signal")
            os._exit(128 + number)
        log.info("stopping", signal=signal.Signals(number).name)
        self._end_with(0)

    def _end_with(self, code: int) -> None:
        if not self._signal.ready():
            self._signal.send(code)

    def _stop_within_grace(self) -> int:
        code = int(self._signal.wait())
        if self._failed:
            return code
        with eventlet.Timeout(GRACE_S, False):
            # what is stopped during its start would go on to serve, with its entrypoints gone
            with contextlib.suppress(Exception):  # logged already
                self._starting.wait()
            self.stop()
            log.info("stopped")
            return code
        log.error("stop_timed_out", after_s=GRACE_S)
        return 1


def _tune_garbage_collection() -> None:
    """Exclude everything that is loaded from garbage collection, and collect less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS_A_COLLECTION)


def _has(container: Any, kind: type) -> bool:
    return any(isinstance(each, kind) for each in container.extensions)
