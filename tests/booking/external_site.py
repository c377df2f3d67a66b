"""External calendars, at an address that leads to a site of the test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Select, false, select

from chassis.fetch.fetch import HTTP_TOO, EgressPolicy, Fetched, fetch
from services.booking.external_calendars import reader
from services.booking.external_calendars.external_calendars import ExternalCalendar
from services.booking.external_calendars.queries import due
from services.booking.external_calendars.sealed_addresses import SealedAddresses
from tests.chassis.sites import Site, a_site, answer, only_here
from tests.support.tokens import SEAL_KEYS

ADDRESS = "https://calendar.example/me.ics?key=secret"
WHAT_IS_DUE = due
STAMP = "DTSTAMP:20260101T000000Z"


def sealed_addresses() -> SealedAddresses:
    """With the keys of all services that tests run."""
    addresses = SealedAddresses()
    addresses.use(SEAL_KEYS)
    return addresses


def none_due(_: datetime) -> Select[UUID]:
    """Calendars that the clock is to read, while tests read those that they mean."""
    return select(ExternalCalendar.id).where(false())


def a_file(*events: str) -> bytes:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//External//EN", *events, "END:VCALENDAR"]
    return "".join(f"{line}\r\n" for line in lines).encode()


def an_event(*lines: str, uid: str = "one@external") -> str:
    return "\r\n".join(["BEGIN:VEVENT", f"UID:{uid}", STAMP, *lines, "END:VEVENT"])


def from_to(starts_at: datetime, ends_at: datetime, *lines: str, uid: str = "one@external") -> str:
    times = (f"DTSTART:{starts_at:%Y%m%dT%H%M%SZ}", f"DTEND:{ends_at:%Y%m%dT%H%M%SZ}")
    return an_event(*times, *lines, uid=uid)


@dataclass
class ExternalSite:
    """What the address answers next, and what it was asked."""

    site: Site
    says: list[bytes] = field(default_factory=list)

    def shows(self, *events: str, etag: str = "") -> None:
        headers = [f"ETag: {etag}"] if etag else []
        self.says[:] = [answer(a_file(*events), *headers)]

    def fails(self, status: str = "503 Not Now") -> None:
        self.says[:] = [answer(status=status)]

    def has_not_changed(self) -> None:
        self.says[:] = [answer(status="304 Not Modified")]

    def answers(self, body: bytes) -> None:
        self.says[:] = [answer(body)]


@contextmanager
def an_external_calendar(patched: pytest.MonkeyPatch) -> Iterator[ExternalSite]:
    """Every address leads to it that may be fetched: only where it leads is made up."""
    says: list[bytes] = []
    with a_site(lambda _: says) as site:
        policy = EgressPolicy(only_here, frozenset([site.port]))

        def fetch_here(url: str, schemes: tuple[str, ...], **options: Any) -> Fetched:
            here = f"http://127.0.0.1:{site.port}"
            for scheme in schemes:
                url = url.replace(f"{scheme}://calendar.example", here)
            return fetch(url, schemes=HTTP_TOO, policy=policy, **options)

        patched.setattr(reader, "fetch", fetch_here)
        yield ExternalSite(site, says)
