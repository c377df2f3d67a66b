"""Cursor pagination: lists that skip and repeat nothing while rows are added and removed.

A page continues after the id of the previous page's last item; ids are UUIDv7, so newest first is
a stable order. A list in order of another time continues after that time and the id.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Generic, Protocol, TypeVar
from uuid import UUID

from annotated_doc import Doc
from marshmallow.validate import Length, Range

from chassis import cursors

if TYPE_CHECKING:
    from sqlalchemy import Select
    from sqlalchemy.orm import InstrumentedAttribute, Session

T = TypeVar("T")
R = TypeVar("R")
DEFAULT_LIMIT, LARGEST_LIMIT = 20, 100
EPOCH, MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
BYTES_OF_TIME = 8


@dataclass(frozen=True, kw_only=True)
class PageQuery:
    """Which page of a list a client asks for."""

    cursor: Annotated[str | None, Length(max=64), Doc("`next` of the page before.")] = None
    limit: Annotated[int, Range(1, LARGEST_LIMIT), Doc("Items on the page.")] = DEFAULT_LIMIT


@dataclass(frozen=True, kw_only=True)
class Page(Generic[T]):
    """One page of a list; ``next`` is the cursor of the page after it, ``None`` on the last."""

    items: list[T]
    next: str | None


@cache
def page_of(resource: type) -> type:
    """The type of a page of these resources, for the OpenAPI description."""
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


def by_time(
    session: Session,
    query: Select[Any],
    time: InstrumentedAttribute[Any],
    id: InstrumentedAttribute[UUID],
    page: PageQuery,
    resource: Callable[[Any], T],
    latest_first: bool = False,
) -> Page[T]:
    """One page of a query's rows in the order of a time and the id."""
    from sqlalchemy import literal, tuple_

    position = tuple_(time, id)
    if page.cursor is not None:
        moment, row_id = decode_moment(page.cursor)
        after = tuple_(literal(moment, time.type), literal(row_id, id.type))
        query = query.where(position < after if latest_first else position > after)
    order = [each.desc() if latest_first else each.asc() for each in (time, id)]
    rows = session.scalars(query.order_by(*order).limit(page.limit + 1)).all()
    return page_from(
        rows,
        page,
        resource,
        lambda row: encode_moment(getattr(row, time.key), getattr(row, id.key)),
    )


class Limited(Protocol):
    """A query with a page size."""

    @property
    def limit(self) -> int: ...


def page_from(
    rows: Sequence[R],
    page: Limited,
    resource: Callable[[R], T],
    cursor_of: Callable[[R], str],
) -> Page[T]:
    """The page of these rows; one row more than ``limit`` means that another page follows."""
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
