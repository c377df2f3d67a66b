"""History of a specialist's profile, photo and licence: an append-only table.

Licence numbers have columns of their own, so that retention can delete them a year after the
licence's end (``services.profiles.retention``) and keep the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from chassis.database.transaction import Transaction
from chassis.ids import new_id
from chassis.times import utc_now
from contracts.profiles import history as contract
from services.profiles.base import Base

NUMBER, IN_FORCE = "licence.number", "licence.in_force"
"""Changes that contain a licence number. No one change has both with different numbers."""


class HasHistory(Protocol):
    """A row with a history."""

    @property
    def specialist_id(self) -> UUID:
        """The specialist that the row belongs to."""

    def history_fields(self) -> dict[str, Any]:
        """The recorded fields, by name."""


class Change(Base):
    """``by``: the account that made the change; ``None``: the platform. ``number_before``,
    ``number_after``: the licence's number, which ``changes`` leaves out."""

    __tablename__ = "specialist_history"
    __table_args__ = (
        Index(None, "specialist_id", "id"),
        *(
            Index(
                f"ix_specialist_history_{each}",
                "at",
                postgresql_where=text(f"{each} IS NOT NULL"),
                sqlite_where=text(f"{each} IS NOT NULL"),
            )
            for each in ("number_before", "number_after")
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    specialist_id: Mapped[UUID]
    at: Mapped[datetime]
    by: Mapped[UUID | None]
    changes: Mapped[dict[str, Any]]
    number_before: Mapped[str | None] = mapped_column(default=None)
    number_after: Mapped[str | None] = mapped_column(default=None)

    @classmethod
    def of(
        cls, specialist_id: UUID, by: UUID | None, changes: dict[str, Any], now: datetime
    ) -> Change:
        left, numbers = without_numbers(changes)
        return cls(id=new_id(), specialist_id=specialist_id, at=now, by=by, changes=left, **numbers)

    def to_resource(self) -> contract.Change:
        return contract.Change(
            id=self.id,
            specialist_id=self.specialist_id,
            at=self.at,
            by=self.by,
            changes=with_numbers(self.changes, self.number_before, self.number_after),
        )


def without_numbers(changes: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str | None]]:
    """The changes without licence numbers, and the numbers by their column."""
    left = {name: dict(change) for name, change in changes.items()}
    numbers: dict[str, str | None] = {}
    for side in ("before", "after"):
        found = None
        if NUMBER in left:
            found, left[NUMBER][side] = left[NUMBER][side], None
        if IN_FORCE in left and left[IN_FORCE][side]:
            left[IN_FORCE][side] = dict(left[IN_FORCE][side])
            found = left[IN_FORCE][side].pop("number")
        numbers[f"number_{side}"] = found
    return left, numbers


def with_numbers(changes: dict[str, Any], before: str | None, after: str | None) -> dict[str, Any]:
    """The changes with licence numbers; null where retention has deleted them."""
    whole = {name: dict(change) for name, change in changes.items()}
    for side, number in (("before", before), ("after", after)):
        if NUMBER in whole:
            whole[NUMBER][side] = number
        if IN_FORCE in whole and whole[IN_FORCE][side]:
            whole[IN_FORCE][side] = {**whole[IN_FORCE][side], "number": number}
    return whole


@contextmanager
def recording_changes(tx: Transaction, of: HasHistory, by: UUID | None) -> Iterator[None]:
    """Record all changes made inside, in the same transaction."""
    before = of.history_fields()
    yield
    after = of.history_fields()
    changes = {
        name: {"before": before.get(name), "after": after[name]}
        for name in after
        if before.get(name) != after[name]
    }
    if changes:
        tx.add(Change.of(of.specialist_id, by, changes, utc_now()))
