"""A process's life: what it exits with, and why."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from time import monotonic
from typing import Any

import eventlet
import pytest
import structlog
from nameko.extensions import Extension, SharedExtension
from nameko.web.handlers import HttpRequestHandler

from chassis.http import server
from chassis.http.health import HealthService
from chassis.http.server import WebServer
from chassis.runtime import process
from chassis.runtime.process import EXIT_BAD_SETTINGS, Process
from chassis.store import Store
from tests.chassis.bank import Ears, Teller

CONFIG = {"AMQP_URI": "embedded://process", "WEB_SERVER_ADDRESS": "127.0.0.1:0"}


@pytest.fixture(autouse=True)
def _handlers_as_before() -> Iterator[None]:
    before = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def run(*services: type, on_started: Callable[[], None] = lambda: None, **config: Any) -> int:
    """The exit code; a process that does not end fails the test."""
    served = Process(services, {**CONFIG, **config}, [])
    with eventlet.Timeout(10):
        return served.run(on_started)


def terminate(number: signal.Signals = signal.SIGTERM) -> None:
    os.kill(os.getpid(), number)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_well(number: signal.Signals) -> None:
    assert run(HealthService, on_started=lambda: terminate(number)) == 0


def test_a_port_in_use_is_a_bad_setting() -> None:
    taken = server.listen("127.0.0.1:0")
    address = f"127.0.0.1:{taken.getsockname()[1]}"
    assert run(HealthService, WEB_SERVER_ADDRESS=address) == EXIT_BAD_SETTINGS
    taken.close()


def test_a_missing_database_is_a_bad_setting() -> None:
    assert run(Teller, DATABASE="") == EXIT_BAD_SETTINGS


class Mortal(SharedExtension):
    """Dies by itself a moment after it has started."""

    def start(self) -> None:
        self.container.spawn_managed_thread(self._die)

    def _die(self) -> None:
        eventlet.sleep(0.05)
        raise RuntimeError("of old age")


class Unready(SharedExtension):
    def start(self) -> None:
        raise RuntimeError("not awake yet")


class Slow(SharedExtension):
    """Is still starting when the process is to end."""

    def __init__(self, steps: list[str]) -> None:
        super().__init__()
        self._steps = steps

    def setup(self) -> None:
        terminate()
        eventlet.sleep(2 * process.LOOK_EVERY_S)

    def start(self) -> None:
        self._steps.append("started")

    def stop(self) -> None:
        self._steps.append("stopped")


def a_service_with(extension: Extension) -> type:
    class Handler(HttpRequestHandler):
        server = WebServer()
        fate = extension

    class Service:
        name = "mortal"

        def nothing(self, request: object) -> str:
            return ""

    Handler.decorator("GET", "/")(Service.nothing)
    return Service


def test_a_service_that_dies_ends_the_process_with_an_error() -> None:
    assert run(a_service_with(Mortal())) == 1


def test_a_service_that_can_not_start_ends_the_process_with_an_error() -> None:
    assert run(a_service_with(Unready())) == 1


def test_a_signal_during_the_start_ends_what_has_started() -> None:
    steps: list[str] = []
    assert run(a_service_with(Slow(steps))) == 0
    assert steps == ["started", "stopped"]


def test_a_stop_that_takes_too_long_is_an_error(
    monkeypatch: pytest.MonkeyPatch, sqlite_database: str
) -> None:
    class Stubborn(Store):
        def stop(self) -> None:
            eventlet.sleep(5)

    class Service:
        name = "stubborn"
        store = Stubborn(Ears)

    monkeypatch.setattr(process, "GRACE_S", 0.2)
    assert run(Service, on_started=terminate, DATABASE=sqlite_database) == 1


def test_who_keeps_all_others_waiting_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "STARVED_S", 0.2)

    def compute() -> None:
        end = monotonic() + 0.6
        while monotonic() < end:
            pass
        eventlet.spawn_after(0.05, terminate)

    with structlog.testing.capture_logs() as lines:
        assert run(HealthService, on_started=compute) == 0
    late = [line["late_by_s"] for line in lines if line["event"] == "hub_starved"]
    assert late
    assert max(late) >= 0.2
