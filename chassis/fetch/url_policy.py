"""URL policy: which URLs are fetched for a user (protection against SSRF).

A harmless-looking URL may lead into a private network: a name that resolves to 10.0.0.5, 127.0.0.1
written as 2130706433, an IPv4 address within an IPv6 one (OWASP, "Server-Side Request Forgery
Prevention"). So there is one way to write an address, and only public addresses are allowed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import TYPE_CHECKING

from chassis.errors import Invalid

if TYPE_CHECKING:
    import httpx

LONGEST = 2000
SHOWN = 200
PORTS = {"https": 443, "http": 80}

CREDENTIALS = re.compile(r"//[^/?#]*@")
LABEL = r"(?!-)[a-z0-9_-]{1,63}(?<!-)"
NAME = re.compile(rf"(?=.{{1,253}}\Z){LABEL}(\.{LABEL})*")
NUMBER_AT_THE_END = re.compile(r"(.*\.)?(\d+|0x[0-9a-f]*)")
"""What the URL Standard reads as an IPv4 address, such as 127.1 and 0x7f000001."""

IPV4_NOT_PUBLIC = [
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network; 0.0.0.0 reaches this host
        "10.0.0.0/8",
        "100.64.0.0/10",  # behind a carrier's NAT (RFC 6598); some clouds' metadata
        "127.0.0.0/8",
        "168.63.129.16/32",  # public by its number, but Azure's metadata
        "169.254.0.0/16",  # link-local; most clouds' metadata
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
]
"""https://www.iana.org/assignments/iana-ipv4-special-registry, and the exceptions named above."""

IPV6_PUBLIC = IPv6Network("2000::/3")
"""The only global unicast space that IANA gives out. Outside of it lie loopback, link-local,
unique local, site-local, multicast, mapped IPv4 (::ffff:0:0/96) and NAT64 (64:ff9b::/96,
64:ff9b:1::/48)."""

IPV6_NOT_PUBLIC = [
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocols, among them Teredo (2001::/32), which contains an IPv4 address
        "2001:db8::/32",
        "2002::/16",  # 6to4: contains an IPv4 address
        "3fff::/20",
    )
]
"""https://www.iana.org/assignments/iana-ipv6-special-registry, as far as it lies in 2000::/3."""


class AddressRefused(Invalid):
    """We can't fetch this address. Please give another one."""

    code = "address_refused"


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether it is a public address on the internet.

    Python's ``is_global`` is not enough: it calls NAT64, multicast and 6to4 global, and its tables
    differ between releases.
    """
    if isinstance(address, IPv4Address):
        return not any(address in each for each in IPV4_NOT_PUBLIC)
    return address in IPV6_PUBLIC and not any(address in each for each in IPV6_NOT_PUBLIC)


def parsed(url: str, schemes: Iterable[str], ports: Iterable[int]) -> httpx.URL:
    """The URL, its host in ASCII; raises ``AddressRefused`` where the policy forbids it.

    It is parsed here and nowhere else: two parsers may see two hosts in one URL.
    """
    import httpx

    if len(url) > LONGEST:
        raise AddressRefused(f"is longer than {LONGEST} characters")
    try:
        read = httpx.URL(url)
    except (httpx.InvalidURL, ValueError) as error:  # a lone surrogate: ValueError
        raise AddressRefused("is not an address of the web") from error
    if read.scheme not in schemes:
        raise AddressRefused(f"does not begin with {' or '.join(f'{each}://' for each in schemes)}")
    if read.userinfo:
        raise AddressRefused("contains a user name or a password")
    if (number := port(read)) not in ports:
        allowed = " and ".join(map(str, sorted(ports)))
        raise AddressRefused(f"names the port {number}; allowed are {allowed}")
    _check_host(read.raw_host.decode("ascii"))
    return read


def port(url: httpx.URL) -> int:
    """The URL's port, or its scheme's default."""
    return PORTS[url.scheme] if url.port is None else url.port


def shown(url: str) -> str:
    """The URL for messages and logs: shortened, without credentials."""
    return CREDENTIALS.sub("//…@", url)[:SHOWN]


def _check_host(host: str) -> None:
    if not host:
        raise AddressRefused("names no host")
    if host.endswith("."):
        raise AddressRefused(f"names the host {host[:SHOWN]}, which ends with a dot")
    if "%" in host and ":" in host:
        raise AddressRefused(f"names the host {host[:SHOWN]}, which only this machine knows")
    if ":" in host:  # httpx found it to be an IPv6 address in brackets
        return
    if NUMBER_AT_THE_END.fullmatch(host):
        _check_ipv4(host)
    elif not NAME.fullmatch(host):
        raise AddressRefused(f"names the host {host[:SHOWN]}, which is not a name of the internet")


def _check_ipv4(host: str) -> None:
    try:
        IPv4Address(host)
    except ValueError:
        raise AddressRefused(
            f"names the host {host[:SHOWN]}: an IPv4 address has four decimal numbers up to 255"
        ) from None
