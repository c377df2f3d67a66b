"""Identifiers: UUIDv7 (RFC 9562), which sort by creation time."""

from datetime import UTC, datetime
from uuid import UUID

from uuid_utils.compat import uuid7

VERSION, RANDOM_BITS = 7, 80
"""The bits after the time, which is in milliseconds since 1970."""


def new_id() -> UUID:
    """A new identifier."""
    return uuid7()


def first_at(moment: datetime) -> UUID:
    """The lower bound of ids made from this time on."""
    return UUID(int=int(moment.timestamp() * 1000) << RANDOM_BITS)


def made_at(id: UUID) -> datetime | None:
    """When an id was made; ``None`` for other UUID versions."""
    if id.version != VERSION:
        return None
    return datetime.fromtimestamp((id.int >> RANDOM_BITS) / 1000, UTC)
