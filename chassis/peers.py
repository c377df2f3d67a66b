"""Connections per peer: how many one network address may keep open at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import IPv6Address, ip_address, ip_network

NETWORK_BITS = 64
"""Whoever has one IPv6 address has all of its /64 network."""


def network_of(address: str) -> str:
    """The IPv4 address, the IPv6 /64 network, or ``""`` for loopback and what is no address."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(found, IPv6Address):
        found = found.ipv4_mapped or found
    if found.is_loopback:
        return ""
    if isinstance(found, IPv6Address):
        return str(ip_network((found, NETWORK_BITS), strict=False))
    return str(found)


class Peers:
    """Counts connections by network; ``most`` of each are accepted, all where it is ``None``."""

    def __init__(self, most: int | None, network_of: Callable[[str], str] = network_of) -> None:
        self._most = most
        self._network_of = network_of
        self._open: Counter[str] = Counter()

    @contextmanager
    def one_more(self, address: str) -> Iterator[bool]:
        """Whether one more connection from there is accepted; counted inside the block."""
        network = "" if self._most is None else self._network_of(address)
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
