"""Preconditions: a write with ``If-Match`` succeeds only on the version that its client read.

The service checks it while the row is locked, so that no other write comes between:

    specialist = tx.lock(Specialist, account_id)
    require_current(specialist.to_resource())

An ETag has two parts: a digest of the fields that clients write, and one of the whole resource. It
is strong (RFC 9110, section 8.8.1), since any change makes a new one. ``If-Match`` compares only
the first part, so a write does not fail because a ``derived`` field changed (the resource's class
names those): it prevents lost updates (section 13.1.1), and a derived field can't be lost.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from hashlib import blake2b
from typing import Any

from chassis import context, json
from chassis.errors import Conflict

DIGEST_BYTES = 12
STRONG = re.compile(r'(?:^|,)\s*"([^"]*)"(?=\s*(?:,|$))')


class Stale(Conflict):
    """This was changed since you read it. Please read it again, then repeat your change."""

    code = "stale"
    etag: str | None = None
    """The ETag of the current version; ``None`` where the resource does not exist yet."""

    def more_on_wire(self) -> dict[str, Any]:
        return {"etag": self.etag}

    def take_from_wire(self, wire: dict[str, Any]) -> None:
        self.etag = wire.get("etag")


def require_current(resource: Any) -> None:
    """Raises ``Stale`` where the call's ``If-Match`` names another version than this resource;
    ``None``: it does not exist yet."""
    wanted = context.current().if_match
    if wanted is None:
        return
    etag = None if resource is None else etag_of(type(resource), json.loads(json.dumps(resource)))
    if etag is None or not _names(wanted, etag):
        stale = Stale()
        stale.etag = etag
        raise stale


def etag_of(kind: type, wire: Mapping[str, Any]) -> str:
    """The ETag of a resource of this class, given as decoded JSON."""
    derived: Collection[str] = getattr(kind, "derived", ())
    written = {name: value for name, value in wire.items() if name not in derived}
    return f'"{_digest(written)}-{_digest(wire)}"'


def _names(wanted: str, etag: str) -> bool:
    """Strong comparison of the written part; weak ETags never match."""
    if wanted.strip() == "*":
        return True
    written, _, _ = etag.strip('"').partition("-")
    return any(each.partition("-")[0] == written for each in STRONG.findall(wanted))


def _digest(value: Mapping[str, Any]) -> str:
    return blake2b(json.dumps(value), digest_size=DIGEST_BYTES).hexdigest()
