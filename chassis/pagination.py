"""Cursor pages: lists that neither skip nor repeat while rows come and go.

A page continues after the id of its last item; ids are UUIDv7, so newest first is an order that
stays. Where a list is in order of another time, it continues after that time and the id.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Annotated, Any, Generic, Protocol, TypeVar
from uuid import UUID

from annotated_doc import Doc
from marshmallow.validate import Length, Range
from sqlalchemy import Select
from sqlalchemy.orm import InstrumentedAttribute, Session

from chassis import cursors

T = TypeVar("T")
R = TypeVar("R")
DEFAULT_LIMIT, LARGEST_LIMIT = 20, 100
EPOCH, MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
BYTES_OF_TIME = 8


@dataclass(frozen=True, kw_only=True)
class PageQuery:
    """Which part of a list."""

    cursor: Annotated[str | None, Length(max=64), Doc("`next` of the page before.")] = None
    limit: Annotated[int, Range(1, LARGEST_LIMIT), Doc("Items on the page.")] = DEFAULT_LIMIT


@dataclass(frozen=True, kw_only=True)
class Page(Generic[T]):
    """A part of a list; ``next`` is the cursor of the part after it."""

    items: list[T]
    next: str | None


@cache
def page_of(resource: type) -> type:
    """The shape of a page of these resources, for the API's description."""
    name = f"{resource.__name__}Page"
    annotations = {
        "items": list[resource],  # type: ignore[valid-type]
        "next": Annotated[str | None, Doc("The cursor of the next page; null on the last.")],
    }
    namespace = {"__annotations__": annotations, "__doc__": f"A page of {resource.__name__}s."}
    return dataclass(frozen=True, kw_only=True)(type(name, (), namespace))


def newest_first(
    session: Session,
    query: Select[Any],
    id: InstrumentedAttribute[UUID],
    page: PageQuery,
    resource: Callable[[Any], T],
) -> Page[T]:
    """One page of a query's rows, each turned into its resource."""
    if page.cursor is not None:
        query = query.where(id < decode_id(page.cursor))
    rows = session.scalars(query.order_by(id.desc()).limit(page.limit + 1)).all()
    return page_from(rows, page, resource, lambda row: encode_id(getattr(row, id.key)))


class Limited(Protocol):
    """What asks for a page."""

    @property
    def limit(self) -> int: ...


def page_from(
    rows: Sequence[R],
    page: Limited,
    resource: Callable[[R], T],
    cursor_of: Callable[[R], str],
) -> Page[T]:
    """The page of these rows, which are one more than fit on it where others follow."""
    shown = rows[: page.limit]
    more = len(rows) > page.limit
    return Page(items=[resource(row) for row in shown], next=cursor_of(shown[-1]) if more else None)


def encode_id(id: UUID) -> str:
    """The cursor after the item of this id."""
    return cursors.encode(id.bytes)


def decode_id(cursor: str) -> UUID:
    """Raises ``BadCursor``."""
    return cursors.decode(cursor, lambda position: UUID(bytes=position))


def encode_moment(time: datetime, id: UUID) -> str:
    """The cursor after the item of this time and id."""
    since = (time - EPOCH) // MICROSECOND
    return cursors.encode(since.to_bytes(BYTES_OF_TIME, signed=True) + id.bytes)


def decode_moment(cursor: str) -> tuple[datetime, UUID]:
    """Raises ``BadCursor``."""
    return cursors.decode(cursor, _unpack_moment)


def _unpack_moment(position: bytes) -> tuple[datetime, UUID]:
    since = int.from_bytes(position[:BYTES_OF_TIME], signed=True)
    return EPOCH + since * MICROSECOND, UUID(bytes=position[BYTES_OF_TIME:])
