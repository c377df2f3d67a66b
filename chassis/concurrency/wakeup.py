"""Wake one waiting greenthread, instead of letting it poll."""

import eventlet
from eventlet.event import Event as GreenEvent


class Wakeup:
    """Any greenthread may call ``wake``; one greenthread waits.

    Calls between two waits are not lost: the next wait returns at once, and once for all of them.
    """

    def __init__(self) -> None:
        self._called = GreenEvent()

    def wake(self) -> None:
        if not self._called.ready():
            self._called.send(None)

    def wait(self, timeout: float | None) -> bool:
        """Whether ``wake`` was called, within ``timeout`` seconds (``None``: without a limit)."""
        with eventlet.Timeout(timeout, False):
            self._called.wait()
        called = bool(self._called.ready())
        if called:
            self._called = GreenEvent()
        return called
