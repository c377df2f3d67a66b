"""The Notice: something a person is told."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from chassis.ids import new_id
from contracts import notifications as contract
from services.notifications.base import Base


class Notice(Base):
    __tablename__ = "notices"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(index=True)
    kind: Mapped[str]
    text: Mapped[str]
    about: Mapped[UUID]
    created_at: Mapped[datetime] = mapped_column(index=True)
    read_at: Mapped[datetime | None]

    @classmethod
    def to(cls, account_id: UUID, kind: str, text: str, about: UUID, now: datetime) -> Notice:
        return cls(
            id=new_id(),
            account_id=account_id,
            kind=kind,
            text=text,
            about=about,
            created_at=now,
            read_at=None,
        )

    def to_resource(self) -> contract.Notice:
        return contract.Notice(
            id=self.id,
            kind=self.kind,
            text=self.text,
            about=self.about,
            created_at=self.created_at,
            read_at=self.read_at,
        )
