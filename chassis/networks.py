"""Networks of a client's address: a small one for limits, a wide one for logs and audits.

    subnet_of("2001:db8:1:2::3")      2001:db8:1:2::/64     limits count it as one client
    network_of("2001:db8:1:2::3")    2001:db8:1::/48       audits and logs name it

A client with IPv6 has a whole /64, so a limit per address would limit no client. The wider network
(a /24 of IPv4) is enough to see a pattern of attack, and too little to identify a person.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

SUBNET_BITS = 64
NETWORK_BITS = {4: 24, 6: 48}


def address_in(text: str) -> IPv4Address | IPv6Address:
    """The address without its zone, as IPv4 where IPv6 maps one; raises ``ValueError``."""
    found = ip_address(text.partition("%")[0])
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found


def subnet_of(address: str | None) -> str | None:
    """The IPv4 address, or the IPv6 /64 network."""
    if address is None:
        return None
    found = address_in(address)
    if isinstance(found, IPv4Address):
        return str(found)
    return str(ip_network((found, SUBNET_BITS), strict=False))


def network_of(address: str | None) -> str | None:
    """The IPv4 /24 network, or the IPv6 /48 network."""
    if address is None:
        return None
    found = address_in(address)
    return str(ip_network((found, NETWORK_BITS[found.version]), strict=False))
