"""Cursor pages: lists that neither skip nor repeat while rows come and go.

A page continues after the id of its last item; ids are UUIDv7, so newest first is an order that
stays.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from annotated_doc import Doc
from marshmallow.validate import Length, Range
from sqlalchemy import Select
from sqlalchemy.orm import InstrumentedAttribute, Session

from chassis.errors import FieldError, Invalid

T = TypeVar("T")
DEFAULT_LIMIT, LARGEST_LIMIT = 20, 100


class BadCursor(Invalid):
    """This cursor was not given out by the list it was sent to."""

    code = "bad_cursor"


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
        query = query.where(id < _decode(page.cursor))
    rows = list(session.scalars(query.order_by(id.desc()).limit(page.limit + 1)))
    shown = rows[: page.limit]
    more = len(rows) > page.limit
    return Page(
        items=[resource(row) for row in shown],
        next=_encode(getattr(shown[-1], id.key)) if more else None,
    )


def _encode(id: UUID) -> str:
    return base64.urlsafe_b64encode(id.bytes).decode().rstrip("=")


def _decode(cursor: str) -> UUID:
    try:
        return UUID(bytes=base64.urlsafe_b64decode(cursor + "=="))
    except ValueError:
        raise BadCursor(
            errors=[FieldError("cursor", "Not a cursor of this list.", cursor)]
        ) from None
