"""How many connections one network address may keep open at once."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress

import pytest

from chassis.http.connection_limits import ConnectionLimits, limited_subnet
from tests.chassis.echo import Site, a_site, head
from tests.support.eventually import eventually

STRANGER, NEIGHBOUR = "127.7.0.1", "127.7.0.2"
"""Addresses of this machine that stand for others in the network."""


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("127.0.0.1", ""),
        ("127.7.0.1", ""),
        ("::1", ""),
        ("::ffff:127.0.0.1", ""),
        ("", ""),
        ("no address", ""),
    ],
)
def test_connections_are_counted_by_address_or_network(address: str, network: str) -> None:
    assert limited_subnet(address) == network


def test_one_more_than_allowed_is_not_accepted_until_another_ends() -> None:
    limits = ConnectionLimits(2)
    with limits.admit("203.0.113.9") as first, ExitStack() as second:
        assert first
        assert second.enter_context(limits.admit("203.0.113.9"))
        for _ in range(3):  # what was not accepted is not counted
            with limits.admit("203.0.113.9") as accepted:
                assert not accepted
        with limits.admit("203.0.113.10") as accepted:
            assert accepted
        second.close()
        with limits.admit("203.0.113.9") as accepted, limits.admit("203.0.113.9") as another:
            assert accepted
            assert not another  # the first one is still open


def test_addresses_of_one_ipv6_network_count_together() -> None:
    limits = ConnectionLimits(1)
    with limits.admit("2001:db8::1"), limits.admit("2001:db8::2") as accepted:
        assert not accepted


def test_a_connection_that_ends_in_an_error_is_not_counted_any_more() -> None:
    limits = ConnectionLimits(1)
    for _ in range(3):
        with suppress(OSError), limits.admit("203.0.113.9") as accepted:
            assert accepted
            raise OSError


@pytest.mark.parametrize("most", [1, None])
def test_loopback_is_never_counted_and_nothing_where_there_is_no_limit(most: int | None) -> None:
    limits = ConnectionLimits(most)
    address = "127.0.0.1" if most else "203.0.113.9"
    with ExitStack() as stack:
        assert all(stack.enter_context(limits.admit(address)) for _ in range(5))


@pytest.fixture
def site() -> Iterator[Site]:
    with a_site(CONNECTIONS_PER_ADDRESS=2) as running:
        yield running


def connect(site: Site, source: str) -> socket.socket:
    host, port = site.address.split(":")
    made = socket.create_connection((host, int(port)), 10, source_address=(source, 0))
    return site.stack.enter_context(closing(made))


def is_served(connection: socket.socket) -> bool:
    try:
        connection.sendall(head("GET", "/quick"))
        return connection.recv(1000).endswith(b"done")
    except OSError:
        return False


def count_loopback_too(site: Site) -> None:
    site.server._connection_limits._key = str


def test_of_one_address_connections_above_the_limit_are_closed(site: Site) -> None:
    count_loopback_too(site)
    kept = [connect(site, STRANGER) for _ in range(2)]
    assert all(map(is_served, kept))

    assert not is_served(connect(site, STRANGER))

    assert is_served(connect(site, NEIGHBOUR))
    assert all(map(is_served, kept))
    kept[0].close()
    eventually(lambda: is_served(connect(site, STRANGER)))


def test_this_machine_may_open_more(site: Site) -> None:
    assert all(is_served(connect(site, STRANGER)) for _ in range(5))


def test_behind_proxies_the_peer_is_a_proxy_and_may_open_more() -> None:
    with a_site(CONNECTIONS_PER_ADDRESS=2, PROXIES=1) as site:
        count_loopback_too(site)
        assert all(is_served(connect(site, STRANGER)) for _ in range(5))
