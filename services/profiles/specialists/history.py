"""Who changed what: a record that is only ever added to."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from chassis.ids import new_id
from contracts.profiles import history as contract
from services.profiles.base import Base


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


def changes_between(
    specialist_id: UUID,
    before: dict[str, Any],
    after: dict[str, Any],
    by: UUID | None,
    now: datetime,
) -> list[Change]:
    """The entry for what differs; none where nothing does."""
    changes = {
        name: {"before": before.get(name), "after": after[name]}
        for name in after
        if before.get(name) != after[name]
    }
    if not changes:
        return []
    return [Change(id=new_id(), specialist_id=specialist_id, at=now, by=by, changes=changes)]
