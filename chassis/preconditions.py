"""``If-Match``: a write that is meant for the version of a resource that its writer has read.

The service checks it where it has the row locked, so that no other write comes between:

    specialist = tx.lock(Specialist, account_id)
    require_current(specialist.to_resource())

An ETag has two parts: what of the resource is written by somebody, and all of it. It is a strong
one (RFC 9110, section 8.8.1), since any change makes another, and yet a write does not fail because
a fact changed that follows from elsewhere: a resource's class names those as ``derived``. Lost
updates are what ``If-Match`` is there for (section 13.1.1), and a derived fact can't be lost.
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
    """That of the present version; none where there is nothing yet."""

    def more_on_wire(self) -> dict[str, Any]:
        return {"etag": self.etag}

    def take_from_wire(self, wire: dict[str, Any]) -> None:
        self.etag = wire.get("etag")


def require_current(resource: Any) -> None:
    """Raises ``Stale`` where the call is meant for another version than this; ``None``: there is
    nothing yet."""
    wanted = context.current().if_match
    if wanted is None:
        return
    etag = None if resource is None else etag_of(type(resource), json.loads(json.dumps(resource)))
    if etag is None or not _names(wanted, etag):
        stale = Stale()
        stale.etag = etag
        raise stale


def etag_of(kind: type, wire: Mapping[str, Any]) -> str:
    """Of a resource of this class, as JSON has it."""
    derived: Collection[str] = getattr(kind, "derived", ())
    written = {name: value for name, value in wire.items() if name not in derived}
    return f'"{_digest(written)}-{_digest(wire)}"'


def _names(wanted: str, etag: str) -> bool:
    """Strong comparison, of what is written; weak ETags name nothing."""
    if wanted.strip() == "*":
        return True
    written, _, _ = etag.strip('"').partition("-")
    return any(each.partition("-")[0] == written for each in STRONG.findall(wanted))


def _digest(value: Mapping[str, Any]) -> str:
    return blake2b(json.dumps(value), digest_size=DIGEST_BYTES).hexdigest()
