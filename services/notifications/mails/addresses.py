"""Parsing of stored addresses for delivery: a plain address, or a refusal.

New addresses have one form (``contracts.inputs.addresses``). Older ones may have another, such as
letters outside ASCII.

``email`` and ``smtplib`` parse any text, and may read another address out of it (encoded words,
groups, comments, quotes) or raise. So an address is parsed here, and only a plain one is used: a
dot-atom, ``@``, a host name (RFC 5321 4.1.2, RFC 6531 3.3).
"""

from __future__ import annotations

import re
from email.headerregistry import Address

import idna

from contracts.inputs.addresses import ATEXT, LONGEST, LONGEST_LOCAL_PART

ATOM = rf"(?:{ATEXT}|[^\x00-\x7f])+"
LABEL = r"(?!-)(?:[a-z0-9-]|[^\x00-\x7f]){1,63}(?<!-)"
PLAIN = re.compile(rf"({ATOM}(?:\.{ATOM})*)@({LABEL}(?:\.{LABEL})*)", re.IGNORECASE)
ENCODED_WORD = "=?"


class Undeliverable(Exception):
    """The address can never be delivered to."""


def address_of(text: str) -> Address:
    """The parsed address; raises ``Undeliverable``. Letters outside ASCII stay."""
    found = PLAIN.fullmatch(text)
    if found is None or not text.isprintable() or ENCODED_WORD in text:
        raise Undeliverable("this is not an address that mail can be sent to")
    username, domain = found.groups()
    if len(text.encode()) > LONGEST or len(username.encode()) > LONGEST_LOCAL_PART:
        raise Undeliverable("this address is too long to send mail to")
    return Address(username=username, domain=domain)


def in_ascii(address: Address) -> Address:
    """The mailbox for a server without SMTPUTF8, its domain as A-labels; raises
    ``Undeliverable``."""
    if not address.username.isascii():
        raise Undeliverable("the mail server takes no addresses in other letters than ASCII")
    try:
        domain = idna.encode(address.domain, uts46=True).decode("ascii")
    except idna.IDNAError as error:
        raise Undeliverable("the domain of this address does not exist") from error
    return Address(username=address.username, domain=domain)
