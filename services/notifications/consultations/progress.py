"""Which state of a consultation its two sides were last notified of."""

from __future__ import annotations

from collections.abc import Collection
from typing import cast
from uuid import UUID

from sqlalchemy import Table
from sqlalchemy.orm import Mapped, mapped_column

from chassis.database.transaction import Transaction
from chassis.database.upserts import store_newer
from contracts.booking.attendance import ConsultationMissed
from contracts.booking.consultations import (
    ConsultationBooked,
    ConsultationCancelled,
    ConsultationPlaceChanged,
    ConsultationRescheduled,
    Party,
)
from services.notifications.base import Base


class ConsultationProgress(Base):
    """One row for each consultation, since its events come in any order."""

    __tablename__ = "told_consultations"

    consultation_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=0)
    asked: Mapped[bool] = mapped_column(default=False)

    def is_news(self, version: int) -> bool:
        """Whether this version is newer than the last one; if so, store it."""
        if version <= self.version:
            return False
        self.version = version
        return True

    def ask_once(self, whom: Collection[Party]) -> Collection[Party]:
        """The sides to ask what they want next: these, unless a side was asked before."""
        if self.asked:
            return ()
        self.asked = bool(whom)
        return whom


def is_news(
    tx: Transaction,
    event: ConsultationBooked
    | ConsultationCancelled
    | ConsultationRescheduled
    | ConsultationPlaceChanged
    | ConsultationMissed,
) -> bool:
    """Whether the event is newer than the last one. Late events are not announced."""
    table = cast(Table, ConsultationProgress.__table__)
    given = {"consultation_id": event.consultation_id, "version": event.version, "asked": False}
    return store_newer(tx, table, **given)
