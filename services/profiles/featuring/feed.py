"""The public feed: a snapshot of featured specialists, then every change, once and in order."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from chassis import cursors, json
from chassis.database.event_log import EventLog
from chassis.database.transaction import Transaction
from chassis.events import as_mapping
from contracts.profiles.featuring import CloudEvent, Feed, FeedQuery, SpecialistFeatured
from services.profiles.base import Base

PERSONAL = ("display_name", "headline", "slug")


@dataclass(frozen=True)
class FeedPosition:
    """A reader's position: after entry ``seen``, in the snapshot up to ``head`` if given, else in
    the changes."""

    seen: int
    head: int | None = None

    def to_cursor(self) -> str:
        text = f"{self.seen}" if self.head is None else f"{self.seen}-{self.head}"
        return cursors.encode(text.encode())

    @classmethod
    def from_cursor(cls, cursor: str, last: int) -> FeedPosition:
        """The position in a cursor. Raises ``BadCursor``, also for a position after the last entry:
        its reader comes from another platform or from before a restored backup, and should begin
        again."""

        def unpack(position: bytes) -> FeedPosition:
            seen, dash, head = position.decode("ascii").partition("-")
            place = cls(int(seen), int(head) if dash else None)
            if place.to_cursor() != cursor or max(place.seen, place.head or 0) > last:
                raise ValueError(cursor)
            return place

        detail = "This is not a cursor of this feed."
        return cursors.decode(cursor, unpack, field="after", detail=detail)


def read(session: Session, query: FeedQuery) -> Feed:
    """A page of the feed. Raises ``BadCursor``."""
    event_log = EventLog(session, Base.metadata)
    last = event_log.head()
    position = (
        FeedPosition(0, last)
        if query.after is None
        else FeedPosition.from_cursor(query.after, last)
    )
    if position.head is None:
        rows = event_log.after(position.seen, query.limit + 1)
    else:
        rows = event_log.latest(SpecialistFeatured, position.head, position.seen, query.limit + 1)
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
    """Redact a specialist's own words in the feed. The events stay, so that late readers get all of
    them in order."""
    event_log = EventLog(tx, Base.metadata)
    for row in event_log.about(str(specialist_id)):
        event = as_mapping(row.body)
        event["data"] |= {name: "" for name in PERSONAL if name in event["data"]}
        event_log.rewrite(row.seq, json.dumps(event))
