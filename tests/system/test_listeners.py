"""Whoever knows AMQP can listen: plain nameko, a bare kombu consumer, the command."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from kombu import Connection, Exchange, Queue
from nameko.events import BROADCAST, event_handler
from nameko.runners import ServiceRunner

from tests.support.eventually import eventually
from tests.support.factories import Person, a_specialist
from tests.system.processes import ENDS_WITHIN_S, Serving, Settings, listening, serving


class Marketing:
    """A plain nameko service: nothing of ours in it."""

    name = "marketing"
    heard: list[dict[str, Any]] = []  # noqa: RUF012  # nameko makes an instance for each event

    @event_handler(  # type: ignore[untyped-decorator, unused-ignore]
        "profiles", "SpecialistFeatured", handler_type=BROADCAST, reliable_delivery=False
    )
    def on_featured(self, event: dict[str, Any]) -> None:
        self.heard.append(event)


@contextmanager
def plain_nameko(broker: str) -> Iterator[list[dict[str, Any]]]:
    Marketing.heard.clear()
    runner = ServiceRunner({"AMQP_URI": broker})
    runner.add_service(Marketing)
    runner.start()
    try:
        yield Marketing.heard
    finally:
        runner.stop()


@contextmanager
def bare_kombu(broker: str) -> Iterator[Callable[[], list[Any]]]:
    """A queue of one's own on the producer's exchange; call it for what has been heard."""
    heard: list[Any] = []
    with Connection(broker) as connection:
        exchange = Exchange("profiles.events", type="topic", durable=True)
        name = f"test.{uuid4().hex}"
        queue = Queue(name, exchange, "SpecialistFeatured", exclusive=True, auto_delete=True)

        def heard_by_now() -> list[Any]:
            with suppress(TimeoutError):
                connection.drain_events(timeout=0.1)
            return heard

        with connection.Consumer(queue, callbacks=[lambda body, _: heard.append(body)]):
            yield heard_by_now


@pytest.fixture
def platform(real: Settings, tmp_path: Path) -> Iterator[Serving]:
    everybody = ("profiles", "booking", "notifications", "content", "gateway")
    with serving(tmp_path, real, *everybody) as running:
        yield running.wait_until_ready()


def test_everybody_hears_the_same_cloud_event(
    platform: Serving, real: Settings, tmp_path: Path
) -> None:
    with (
        plain_nameko(real["broker"]) as nameko,
        bare_kombu(real["broker"]) as kombu,
        listening(tmp_path, real, "SpecialistFeatured") as command,
    ):
        specialist = a_specialist(platform.http, featured=True)
        printed = command.first_event()
        command.process.send_signal(signal.SIGINT)
        assert command.process.wait(ENDS_WITHIN_S) == 0
        assert printed == eventually(lambda: nameko)[0] == eventually(kombu)[0]
        assert_featured(printed, specialist)


def assert_featured(event: dict[str, Any], specialist: Person) -> None:
    assert event["specversion"] == "1.0"
    assert event["source"] == "/firststep/profiles"
    assert event["type"] == "SpecialistFeatured"
    assert event["subject"] == event["data"]["specialist_id"] == specialist.id
