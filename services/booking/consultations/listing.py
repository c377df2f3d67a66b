"""The list of an account's consultations, page by page, in order of their start."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Select, Uuid, bindparam, select, tuple_, union_all
from sqlalchemy.orm import Session, aliased

from chassis.database.tables import UtcDateTime
from chassis.errors import FieldError
from chassis.pagination import Page, decode_moment, encode_moment, page_from
from contracts.booking import consultations as contract
from contracts.booking.consultations import ConsultationsQuery, ConsultationStatus
from contracts.booking.slots import BadPeriod
from services.booking.consultations.consultations import Consultation

SIDES = (Consultation.client_id, Consultation.specialist_id)
ACCOUNT_ID = bindparam("account_id", type_=Uuid())
LIMIT = bindparam("limit", type_=Integer())
STARTING_FROM = bindparam("starting_from", type_=UtcDateTime())
UNTIL = bindparam("until", type_=UtcDateTime())
AFTER = tuple_(bindparam("after_time", type_=UtcDateTime()), bindparam("after_id", type_=Uuid()))


def page_of_consultations(
    session: Session,
    account_id: UUID,
    query: ConsultationsQuery,
    resource: Callable[[Consultation], contract.Consultation],
) -> Page[contract.Consultation]:
    """The soonest first where ``from`` is given, else the latest first. Raises ``BadCursor`` and
    ``BadPeriod``."""
    _require_a_period(query)
    given: dict[str, Any] = {"account_id": account_id, "limit": query.limit + 1}
    given |= {"starting_from": query.starting_from, "until": query.until}
    if query.cursor is not None:
        given["after_time"], given["after_id"] = decode_moment(query.cursor)
    named = frozenset(name for name, value in given.items() if value is not None)
    statement = _statement(frozenset(query.status or ConsultationStatus), named)
    rows = session.scalars(statement, {name: given[name] for name in named}).all()
    return page_from(rows, query, resource, lambda row: encode_moment(row.starts_at, row.id))


def _require_a_period(query: ConsultationsQuery) -> None:
    starting_from, until = query.starting_from, query.until
    if starting_from is not None and until is not None and until <= starting_from:
        limit = f"Must be after from ({starting_from.isoformat()})."
        raise BadPeriod(errors=[FieldError("to", limit, until.isoformat())])


@cache
def _statement(
    statuses: Collection[ConsultationStatus], given: Collection[str]
) -> Select[Consultation]:
    """One query for each side and status, from an index in this order: however long the history
    is, no more rows are read than are shown."""
    soonest_first = "starting_from" in given
    conditions = _conditions(given, soonest_first)
    parts = [
        select(Consultation)
        .where(side == ACCOUNT_ID, Consultation.status == status, *conditions)
        .order_by(*_order(Consultation, soonest_first))
        .limit(LIMIT)
        .subquery()
        for side in SIDES
        for status in sorted(statuses)
    ]
    found = aliased(Consultation, union_all(*map(select, parts)).subquery())
    return select(found).order_by(*_order(found, soonest_first)).limit(LIMIT)


def _order(kind: type[Consultation], soonest_first: bool) -> Iterator[ColumnElement[Any]]:
    for each in (kind.starts_at, kind.id):
        yield each.asc() if soonest_first else each.desc()


def _conditions(given: Collection[str], soonest_first: bool) -> list[ColumnElement[bool]]:
    starts_at = Consultation.starts_at
    found: list[ColumnElement[bool]] = []
    if "starting_from" in given:
        found.append(starts_at >= STARTING_FROM)
    if "until" in given:
        found.append(starts_at < UNTIL)
    if "after_id" in given:
        at = tuple_(starts_at, Consultation.id)
        found.append(at > AFTER if soonest_first else at < AFTER)
    return found
