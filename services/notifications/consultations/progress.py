"""Which state of a consultation its two sides were last notified of."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import cast
from uuid import UUID

from sqlalchemy import Table
from sqlalchemy.orm import Mapped, mapped_column

from chassis import context
from chassis.context import CallContext, entered
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

Told = (
    ConsultationBooked
    | ConsultationCancelled
    | ConsultationRescheduled
    | ConsultationPlaceChanged
    | ConsultationMissed
)


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


@dataclass(frozen=True)
class News:
    """An event that is told if it is newer than the last one about its consultation."""

    event: Told
    tell: Callable[[], None]
    call: CallContext = field(default_factory=context.current)


def if_news(tx: Transaction, event: Told, tell: Callable[[], None]) -> None:
    """Call ``tell`` at the end of the transaction if the event is newer than the last one. Late
    events are not announced."""
    tx.at_end(_tell_news, News(event, tell))


def _tell_news(tx: Transaction, all_news: list[News]) -> None:
    """Store the versions of all consultations by one statement. Of two events about the same one,
    the second comes after that."""
    table = cast(Table, ConsultationProgress.__table__)
    while all_news:
        first: dict[UUID, News] = {}
        for each in all_news:
            first.setdefault(each.event.consultation_id, each)
        all_news = [each for each in all_news if first[each.event.consultation_id] is not each]
        rows = [
            {"consultation_id": id, "version": each.event.version, "asked": False}
            for id, each in first.items()
        ]
        newer = store_newer(tx, table, rows)
        for id, each in first.items():
            if (id,) in newer:
                with entered(each.call):
                    each.tell()
