"""Turns in the queue for password hashes that last until the test lets them go."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import eventlet
from eventlet.event import Event
from eventlet.greenthread import GreenThread

from chassis.context import CallContext, entered
from chassis.errors import Unavailable
from contracts.profiles.accounts import TooManyTries
from services.profiles.accounts.hash_queue import HashQueue


class Flood:
    """Turns that last until they are let go."""

    def __init__(self, queue: HashQueue) -> None:
        self.queue = queue
        self.let_go = Event()
        self.begun: list[str | None] = []
        self.refused: list[str | None] = []

    def take(self, address: str | None, whose: str | None = None) -> None:
        with entered(CallContext(address=address)), self.queue.turn(whose):
            self.begun.append(address)
            self.let_go.wait()

    def ask(self, address: str | None, whose: str | None = None) -> GreenThread:
        """Be in the queue, or refused, when this returns."""
        turn = eventlet.spawn(self._take_or_be_refused, address, whose)
        eventlet.sleep(0)
        return turn

    def _take_or_be_refused(self, address: str | None, whose: str | None) -> None:
        try:
            self.take(address, whose)
        except (Unavailable, TooManyTries):
            self.refused.append(address)


@contextmanager
def flooding(queue: HashQueue) -> Iterator[Flood]:
    flood = Flood(queue)
    try:
        yield flood
    finally:
        flood.let_go.send(None)
