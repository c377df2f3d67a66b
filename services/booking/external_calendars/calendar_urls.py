"""Normalises addresses of external calendars as people copy them: webcal://, no scheme, blanks."""

from __future__ import annotations

import re

from chassis.errors import FieldError
from chassis.fetch.url_policy import PORTS, AddressRefused, parsed

FIELD = "address"
FETCHED_BY = "https://"
FOR_HTTPS = ("webcal://", "webcals://", "feed://")
"""Schemes of calendar addresses that are fetched by https."""
SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:(?!\d)", re.IGNORECASE)
HOST_WITH_A_DOT = re.compile(r"[^/?#\s]+\.[^/?#\s]+")


def address_of(given: str, schemes: tuple[str, ...]) -> tuple[str, str]:
    """The normalised address, and the name of its host. Raises ``AddressRefused``."""
    address = _by_its_scheme(given.strip(), schemes)
    try:
        url = parsed(address, schemes, PORTS.values())
    except AddressRefused as refusal:
        raise _refused(refusal.detail) from None
    # in their wire form: some ASCII names do not decode to a name in other letters
    host, target = url.netloc.decode("ascii"), url.raw_path.decode("ascii")
    return f"{url.scheme}://{host}{target}", url.raw_host.decode("ascii")


def _by_its_scheme(address: str, schemes: tuple[str, ...]) -> str:
    """The address with the scheme to fetch it by. Without a scheme, a host is tried by https."""
    begin = address.lower()
    for each in FOR_HTTPS:
        if begin.startswith(each):
            return FETCHED_BY + address[len(each) :]
    own = tuple(f"{each}://" for each in schemes)
    if begin.startswith(own):
        return address
    if not SCHEME.match(address) and HOST_WITH_A_DOT.match(address):
        return FETCHED_BY + address
    *others, last = own + FOR_HTTPS
    raise _refused(f"does not begin with {', '.join(others)} or {last}")


def _refused(why: str) -> AddressRefused:
    """The refusal. It does not repeat the address, which is a secret."""
    return AddressRefused(errors=[FieldError(FIELD, f"It {why}.")])
