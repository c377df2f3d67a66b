"""The public feed: who is featured now, then every change, each once and in order."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from chassis import json
from chassis.database.event_log import Journal
from chassis.database.transaction import Transaction
from chassis.errors import FieldError
from chassis.events import as_mapping
from chassis.pagination import BadCursor
from contracts.profiles.featuring import CloudEvent, Feed, FeedQuery, SpecialistFeatured
from services.profiles.base import Base

PERSONAL = ("display_name", "headline", "slug")


@dataclass(frozen=True)
class FeedPosition:
    """How far a reader is: behind entry ``seen``; of the snapshot up to ``head``, where there
    is one, and of the changes otherwise."""

    seen: int
    head: int | None = None

    def to_cursor(self) -> str:
        text = f"{self.seen}" if self.head is None else f"{self.seen}-{self.head}"
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def from_cursor(cls, cursor: str, last: int) -> FeedPosition:
        """Raises ``BadCursor``, also for an entry behind the last: its reader comes from another
        platform, or from before a backup was brought back, and should begin anew."""
        try:
            padding = "=" * (-len(cursor) % 4)
            numbers = base64.b64decode(cursor + padding, "-_", validate=True).decode("ascii")
            positions = [int(each) for each in numbers.split("-")]
            position = cls(*positions)
        except (ValueError, TypeError):
            raise _bad_cursor(cursor) from None
        if position.to_cursor() != cursor or max(positions) > last:
            raise _bad_cursor(cursor)
        return position


def read(session: Session, query: FeedQuery) -> Feed:
    """A page of the feed. Raises ``BadCursor``."""
    journal = Journal(session, Base.metadata)
    last = journal.head()
    position = (
        FeedPosition(0, last)
        if query.after is None
        else FeedPosition.from_cursor(query.after, last)
    )
    if position.head is None:
        rows = journal.after(position.seen, query.limit + 1)
    else:
        rows = journal.latest(SpecialistFeatured, position.head, position.seen, query.limit + 1)
    shown, more = rows[: query.limit], len(rows) > query.limit
    seen = shown[-1].seq if shown else position.seen
    if position.head is None:
        following = FeedPosition(seen)
    else:
        following = FeedPosition(seen, position.head) if more else FeedPosition(position.head)
        more = more or position.head < last
    return Feed(
        items=[CloudEvent(**as_mapping(row.body)) for row in shown],
        next=following.to_cursor(),
        caught_up=not more,
    )


def redact(tx: Transaction, specialist_id: UUID) -> None:
    """Take a specialist's own words out of the feed. What happened, and when, stays: readers
    who come late still hear all of it, in order."""
    journal = Journal(tx, Base.metadata)
    for row in journal.about(str(specialist_id)):
        event = as_mapping(row.body)
        event["data"] |= {name: "" for name in PERSONAL if name in event["data"]}
        journal.rewrite(row.seq, json.dumps(event))


def _bad_cursor(cursor: str) -> BadCursor:
    return BadCursor(errors=[FieldError("after", "Not a cursor of this feed.", cursor)])
