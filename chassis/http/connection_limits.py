"""Connection limits: how many connections one client network may have open at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from chassis.networks import address_in, subnet_of


def limited_subnet(address: str) -> str:
    """The subnet that an address counts towards; ``""`` for loopback and for what is no address:
    these are not limited."""
    try:
        is_loopback = address_in(address).is_loopback
    except ValueError:
        return ""
    return "" if is_loopback else subnet_of(address) or ""


class ConnectionLimits:
    """Counts open connections by subnet; ``most`` for each, ``None``: no limit."""

    def __init__(self, most: int | None, key: Callable[[str], str] = limited_subnet) -> None:
        self._most = most
        self._key = key
        self._open: Counter[str] = Counter()

    @contextmanager
    def admit(self, address: str) -> Iterator[bool]:
        """Whether one more connection is accepted; it is counted inside the block."""
        network = "" if self._most is None else self._key(address)
        if not network:
            yield True
            return
        if self._most is not None and self._open[network] >= self._most:
            yield False
            return
        self._open[network] += 1
        try:
            yield True
        finally:
            self._open[network] -= 1
            if not self._open[network]:
                del self._open[network]
