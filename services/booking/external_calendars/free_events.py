"""Whether an event leaves its owner free: cancelled, transparent or declined."""

from __future__ import annotations

import re
from typing import NamedTuple

from services.booking.external_calendars.unfolding import RawEvent, text_of, value_of

QUOTED = re.compile(r'"[^"]*"')
DECLINED = re.compile(r";\s*PARTSTAT\s*=\s*DECLINED\s*[;:]", re.IGNORECASE)
MAILTO = re.compile(r"mailto:\s*([^\s\"';,]+)", re.IGNORECASE)
EMAIL = re.compile(r";\s*EMAIL\s*=\s*\"?([^\s\"';:,]+)", re.IGNORECASE)
ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class Guest(NamedTuple):
    """An attendee: the addresses that name them, and whether they declined."""

    addresses: frozenset[str]
    declined: bool


def is_free(event: RawEvent) -> bool:
    """Cancelled, marked as free, or declined by the calendar's owner."""
    return _is_cancelled(event) or _is_marked_free(event) or _is_declined(event)


def _is_cancelled(event: RawEvent) -> bool:
    methods = event.calendar.properties.get("METHOD", [])
    return _word(event, "STATUS") in ("CANCELLED", "CANCELED") or any(
        method.upper() == "CANCEL" for method in methods
    )


def _is_marked_free(event: RawEvent) -> bool:
    """TRANSP decides, except for out-of-office events, which take time. Without TRANSP, Outlook's
    own property counts ([MS-OXCICAL] 2.1.3.1.1.20.31)."""
    outlook, says = _word(event, "X-MICROSOFT-CDO-BUSYSTATUS"), _word(event, "TRANSP")
    if says == "TRANSPARENT":
        return outlook != "OOF"
    return outlook == "FREE" and says != "OPAQUE"


def _is_declined(event: RawEvent) -> bool:
    """Declined by the owner, if the calendar's name is an e-mail address; else by all guests, of
    whom the owner is one. An event that only some guests declined takes place."""
    guests = [_guest(text_of(line)) for line in event.lines.get("ATTENDEE", ())]
    if not any(guest.declined for guest in guests):
        return False
    names = event.calendar.properties.get("X-WR-CALNAME", [])
    owner = next((name.lower() for name in names if ADDRESS.fullmatch(name)), None)
    if owner is not None:
        return any(guest.declined and owner in guest.addresses for guest in guests)
    organizers = [_guest(text_of(line)).addresses for line in event.lines.get("ORGANIZER", ())]
    by = frozenset[str]().union(*organizers)
    return all(guest.declined for guest in guests if not guest.addresses & by)


def _guest(line: str) -> Guest:
    """Addresses count within quotes too. PARTSTAT does not: quotes may hold free text."""
    found = [*MAILTO.findall(line), *EMAIL.findall(line)]
    declined = DECLINED.search(QUOTED.sub("", line)) is not None
    return Guest(frozenset(address.lower() for address in found), declined)


def _word(event: RawEvent, name: str) -> str:
    """The first value that is not empty."""
    words = (value_of(text_of(line)).upper() for line in event.lines.get(name, ()))
    return next(filter(None, words), "")
