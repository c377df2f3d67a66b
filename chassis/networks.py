"""The network that a client's address belongs to: a /24 of IPv4, a /48 of IPv6.

Enough to see a pattern in an audit or a log, too little to find a person.
"""

from __future__ import annotations

from ipaddress import ip_address, ip_network

NETWORK_BITS = {4: 24, 6: 48}


def network_of(address: str | None) -> str | None:
    if address is None:
        return None
    bits = NETWORK_BITS[ip_address(address).version]
    return str(ip_network((address, bits), strict=False))
