"""How often the sweep had to mend featuring: operators see how many, when, and why."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy.orm import Mapped, mapped_column

from chassis.database.transaction import Transaction
from chassis.database.upserts import add_counts
from services.profiles.base import Base


class Cause(StrEnum):
    """Why a specialist's featuring and facts disagreed."""

    TIME = "time"
    """A slot came near, or passed: as it should be."""
    UNEXPLAINED = "unexplained"
    """Nothing that the platform does makes it so: somebody should look."""


class Correction(Base):
    """How many specialists were mended on one day (in UTC), for one cause."""

    __tablename__ = "featuring_corrections"

    day: Mapped[date] = mapped_column(primary_key=True)
    cause: Mapped[str] = mapped_column(primary_key=True)
    specialists: Mapped[int]


def count(tx: Transaction, day: date, cause: Cause) -> None:
    """One more."""
    corrections = Base.metadata.tables[Correction.__tablename__]
    add_counts(tx, corrections, [{"day": day, "cause": str(cause), "specialists": 1}])
