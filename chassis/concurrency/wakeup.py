"""A bell that wakes one greenthread: no polling while nothing happens."""

import eventlet
from eventlet.event import Event as GreenEvent


class Bell:
    """Rung from anywhere; whoever waits comes back at the first ring since the last wait."""

    def __init__(self) -> None:
        self._rung = GreenEvent()

    def ring(self) -> None:
        if not self._rung.ready():
            self._rung.send(None)

    def wait(self, timeout: float | None) -> bool:
        """Whether it rang within ``timeout`` seconds (``None``: however long it takes)."""
        with eventlet.Timeout(timeout, False):
            self._rung.wait()
        rang = bool(self._rung.ready())
        if rang:
            self._rung = GreenEvent()
        return rang
