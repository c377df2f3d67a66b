"""Connection limit per client network: how many connections one may have open at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from chassis.networks import address_in, subnet_of


def counted_as(address: str) -> str:
    """The subnet that an address counts towards; ``""`` for loopback and for what is no address:
    these are not limited."""
    try:
        is_loopback = address_in(address).is_loopback
    except ValueError:
        return ""
    return "" if is_loopback else subnet_of(address) or ""


class Peers:
    """Counts open connections by subnet; ``most`` for each, ``None``: no limit."""

    def __init__(self, most: int | None, counted_as: Callable[[str], str] = counted_as) -> None:
        self._most = most
        self._counted_as = counted_as
        self._open: Counter[str] = Counter()

    @contextmanager
    def one_more(self, address: str) -> Iterator[bool]:
        """Whether one more connection is accepted; it is counted inside the block."""
        network = "" if self._most is None else self._counted_as(address)
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
