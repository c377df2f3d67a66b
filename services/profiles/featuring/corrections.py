"""Counts of corrections to featuring, by day and cause, for operators."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy.orm import Mapped, mapped_column

from chassis.database.transaction import Transaction
from chassis.database.upserts import add_counts
from services.profiles.base import Base


class Cause(StrEnum):
    """Why a specialist's ``featured`` and the facts differed."""

    TIME = "time"
    """Time passed: a slot came near or is over. Expected."""
    UNEXPLAINED = "unexplained"
    """No known cause: the operator should investigate."""


class Correction(Base):
    """The number of specialists corrected on one day (in UTC) for one cause."""

    __tablename__ = "featuring_corrections"

    day: Mapped[date] = mapped_column(primary_key=True)
    cause: Mapped[str] = mapped_column(primary_key=True)
    specialists: Mapped[int]


def count(tx: Transaction, day: date, cause: Cause) -> None:
    """Count one correction."""
    corrections = Base.metadata.tables[Correction.__tablename__]
    add_counts(tx, corrections, [{"day": day, "cause": str(cause), "specialists": 1}])
