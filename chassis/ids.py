"""Identifiers: UUIDv7 (RFC 9562), so that they sort by the time they were made."""

from datetime import UTC, datetime
from uuid import UUID

from uuid_utils.compat import uuid7

VERSION, RANDOM_BITS = 7, 80
"""Behind the time, which is in milliseconds since 1970."""


def new_id() -> UUID:
    return uuid7()


def first_at(moment: datetime) -> UUID:
    """Every id made before this time is less, every later one is not."""
    return UUID(int=int(moment.timestamp() * 1000) << RANDOM_BITS)


def made_at(id: UUID) -> datetime | None:
    """When an id was made; ``None`` of one that ``new_id`` did not give."""
    if id.version != VERSION:
        return None
    return datetime.fromtimestamp((id.int >> RANDOM_BITS) / 1000, UTC)
