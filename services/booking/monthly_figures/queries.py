"""Counts consultations by month and status."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from contracts.booking.consultations import ConsultationStatus
from contracts.booking.figures import MonthOfFigures
from services.booking.consultations.consultations import Consultation
from services.booking.consultations.queries import OF_ANY_STATUS
from services.booking.monthly_figures.months import Month
from services.booking.outcomes.outcomes import TO_CONTINUE, Outcome

Counts = Counter[tuple[int, str]]


def months_of(
    session: Session, specialist_id: UUID, months: Sequence[Month]
) -> list[MonthOfFigures]:
    """The figures of one specialist."""
    theirs = and_(Consultation.specialist_id == specialist_id, OF_ANY_STATUS)
    return _figures(session, theirs, months)


def months_of_all(session: Session, months: Sequence[Month]) -> list[MonthOfFigures]:
    return _figures(session, true(), months)


def _figures(
    session: Session, whose: ColumnElement[bool], months: Sequence[Month]
) -> list[MonthOfFigures]:
    by_status, wishes = _by_status(session, whose, months), _both_wish(session, whose, months)
    return [
        MonthOfFigures(
            month=month.first_day,
            booked=sum(by_status[n, status] for status in ConsultationStatus),
            held=by_status[n, ConsultationStatus.COMPLETED],
            cancelled=by_status[n, ConsultationStatus.CANCELLED],
            missed=by_status[n, ConsultationStatus.MISSED],
            both_wish_to_continue=wishes[n],
        )
        for n, month in enumerate(months)
    ]


def _by_status(session: Session, whose: ColumnElement[bool], months: Sequence[Month]) -> Counts:
    number = number_of_month(months)
    query = (
        select(number, Consultation.status, func.count())
        .where(whose, *within(months))
        .group_by(number, Consultation.status)
    )
    return Counter({(n, status): count for n, status, count in session.execute(query)})


def _both_wish(
    session: Session, whose: ColumnElement[bool], months: Sequence[Month]
) -> Counter[int]:
    """How many of each month's held consultations both sides wish to continue."""
    number, (client, specialist) = number_of_month(months), (aliased(Outcome), aliased(Outcome))
    query = (
        select(number, func.count())
        .join(client, _of(client, Consultation.client_id))
        .join(specialist, _of(specialist, Consultation.specialist_id))
        .where(whose, *within(months), Consultation.status == ConsultationStatus.COMPLETED)
        .group_by(number)
    )
    found: dict[int, int] = dict(session.execute(query).all())
    return Counter(found)


def _of(outcome: type[Outcome], side: InstrumentedAttribute[UUID]) -> ColumnElement[bool]:
    """The outcome of that side, where it wishes to continue."""
    return and_(
        outcome.consultation_id == Consultation.id,
        outcome.account_id == side,
        outcome.wish.in_(TO_CONTINUE),
    )


def number_of_month(months: Sequence[Month]) -> ColumnElement[int]:
    """The index in ``months`` of the month in which a consultation starts."""
    return case(
        *((Consultation.starts_at < month.ends, n) for n, month in enumerate(months)),
        else_=len(months),
    ).label("number")


def within(months: Sequence[Month]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (
        Consultation.starts_at >= months[0].begins,
        Consultation.starts_at < months[-1].ends,
    )
