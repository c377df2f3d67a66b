"""Who changed what: a record that is only ever added to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from chassis.ids import new_id
from chassis.times import utc_now
from chassis.transaction import Transaction
from contracts.profiles import history as contract
from services.profiles.base import Base


class Recorded(Protocol):
    """Whatever has a history."""

    @property
    def specialist_id(self) -> UUID:
        """Whose it is."""

    def recorded(self) -> dict[str, Any]:
        """What of it is remembered, by name."""


class Change(Base):
    """``by`` is the account that made the change, or none: the platform itself, on a clock."""

    __tablename__ = "specialist_history"
    __table_args__ = (Index(None, "specialist_id", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    specialist_id: Mapped[UUID]
    at: Mapped[datetime]
    by: Mapped[UUID | None]
    changes: Mapped[dict[str, Any]]

    def to_resource(self) -> contract.Change:
        return contract.Change(
            id=self.id,
            specialist_id=self.specialist_id,
            at=self.at,
            by=self.by,
            changes=self.changes,
        )


@contextmanager
def recorded(tx: Transaction, of: Recorded, by: UUID | None) -> Iterator[None]:
    """Whatever changes inside is written down in the same transaction."""
    before = of.recorded()
    yield
    after = of.recorded()
    changes = {
        name: {"before": before.get(name), "after": after[name]}
        for name in after
        if before.get(name) != after[name]
    }
    if changes:
        tx.add(
            Change(
                id=new_id(), specialist_id=of.specialist_id, at=utc_now(), by=by, changes=changes
            )
        )
