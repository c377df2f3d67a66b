"""Daily counts of how often a featured specialist was shown and opened.

They have no data about visitors.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from chassis.database.tombstones import erased_among
from chassis.database.transaction import Transaction
from chassis.database.upserts import add_counts
from contracts.field_patterns import FEWEST_PUBLISHED
from contracts.profiles.featuring import Exposure, ExposureOfDay
from services.profiles.base import Base

DAYS_SHOWN = 30
KEPT = timedelta(days=60)


class ExposureCount(Base):
    """The counts of one specialist on one day (in UTC)."""

    __tablename__ = "exposures"

    specialist_id: Mapped[UUID] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True, index=True)
    shown: Mapped[int]
    opened: Mapped[int]


def record(tx: Transaction, exposures: Iterable[Exposure]) -> None:
    """Add counts, except for erased specialists.

    In the order of keys, so that concurrent gateways wait for each other instead of deadlocking.
    """
    counts = sorted(exposures, key=lambda each: (each.specialist_id.bytes, each.day))
    erased = erased_among(tx, Base.metadata, {each.specialist_id for each in counts})
    rows = [vars(each) for each in counts if each.specialist_id not in erased]
    add_counts(tx, Base.metadata.tables[ExposureCount.__tablename__], rows)


def of_specialist(session: Session, specialist_id: UUID, today: date) -> Iterator[ExposureOfDay]:
    """The last 30 days, today first; counts under five are suppressed."""
    first = today - timedelta(days=DAYS_SHOWN - 1)
    query = select(ExposureCount).where(
        ExposureCount.specialist_id == specialist_id, ExposureCount.day.between(first, today)
    )
    counted = {each.day: each for each in session.scalars(query)}
    for age in range(DAYS_SHOWN):
        day = today - timedelta(days=age)
        found = counted.get(day)
        yield ExposureOfDay(
            day=day,
            shown=publishable(found.shown if found else 0),
            opened=publishable(found.opened if found else 0),
        )


def publishable(count: int) -> int | None:
    """The count as it may be published: small ones could identify single people."""
    return count if count >= FEWEST_PUBLISHED else None


def forget(tx: Transaction, specialist_id: UUID) -> None:
    """Delete a specialist's counts."""
    tx.execute(delete(ExposureCount).where(ExposureCount.specialist_id == specialist_id))
