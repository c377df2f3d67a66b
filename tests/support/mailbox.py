"""What stands in the mails of a running platform: links, as profiles handed them on.

They are read where they stand before they are sent, in the outbox of profiles, so that a test
need not wait for a mail. That mails leave with these links: see ``notifications/test_people.py``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from sqlalchemy import select

from chassis import json
from chassis.database.database import Database
from chassis.events import Event
from contracts.profiles.accounts import EmailVerificationRequested
from tests.support.databases import connected_database

_profiles: dict[bytes, Database] = {}


@contextmanager
def reachable(http: httpx.Client, database: str) -> Iterator[None]:
    """Inside the block the mails of the platform behind this client can be read."""
    netloc = http.base_url.netloc
    profiles = _profiles[netloc] = connected_database(database, "profiles")
    try:
        yield
    finally:
        if _profiles.get(netloc) is profiles:  # or that of another process at this address since
            del _profiles[netloc]
        profiles.dispose()


def link_to(
    http: httpx.Client, email: str, event_type: type[Event] = EmailVerificationRequested
) -> str:
    """The token in the last link of this kind that went to an address."""
    return str(mails_to(http, email, event_type)[-1]["token"])


def mails_to(http: httpx.Client, email: str, event_type: type[Event]) -> list[dict[str, Any]]:
    """What was told of this kind with an address, oldest first."""
    profiles = _profiles[http.base_url.netloc]
    outbox = profiles.table("outbox")
    told = select(outbox.c.body).where(outbox.c.type == event_type.type()).order_by(outbox.c.seq)
    with profiles.reading() as session:
        events = [json.loads(body)["data"] for body in session.scalars(told)]
    return [each for each in events if each["email"] == email]
