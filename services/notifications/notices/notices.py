"""The Notice: a message to the owner of an account."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from chassis import json
from chassis.ids import new_id
from chassis.schemas import Reading, load
from contracts import notifications as contract
from contracts.notifications import NoticeData, NoticeKind
from services.notifications.base import Base
from services.notifications.letters import Wording
from services.notifications.name_placeholders import Names, fill_names, without_places


class Notice(Base):
    """``text`` has marks in place of names. ``place_of``: the specialist whose practice's address
    is in it. ``position``: the account's notices are numbered from 1 in the order of their commits,
    without gaps; 0 for notices from before the numbering."""

    __tablename__ = "notices"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID]
    kind: Mapped[str]
    text: Mapped[str]
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    about: Mapped[UUID]
    position: Mapped[int] = mapped_column(BigInteger, default=0)
    place_of: Mapped[UUID | None]
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_notices_account_id_id", "account_id", "id"),
        Index("ix_notices_account_id_position", "account_id", "position"),
        Index(
            "ix_notices_account_id_unread",
            "account_id",
            sqlite_where=sql("read_at IS NULL"),
            postgresql_where=sql("read_at IS NULL"),
        ),
        Index(
            "ix_notices_with_place",
            "place_of",
            sqlite_where=sql("place_of IS NOT NULL"),
            postgresql_where=sql("place_of IS NOT NULL"),
        ),
    )

    @classmethod
    def to(cls, account_id: UUID, words: Wording, about: UUID, now: datetime) -> Notice:
        return cls(
            id=new_id(),
            account_id=account_id,
            kind=words.kind,
            text=words.text,
            data=_as_json(words.data),
            about=about,
            place_of=words.place_of,
            created_at=now,
            read_at=None,
        )

    def read(self, now: datetime) -> None:
        """Mark it as read. The first time is kept."""
        self.read_at = self.read_at or now

    def added(self, position: int, unread: int) -> contract.NoticeAdded:
        """Give it its position; ``unread``: how many the account now has."""
        self.position = position
        return contract.NoticeAdded(
            account_id=self.account_id, position=position, kind=NoticeKind(self.kind), unread=unread
        )

    def forget_place(self) -> None:
        """Remove the practice's address, after its specialist was erased."""
        self.text, self.place_of = without_places(self.text), None

    def to_resource(self, names: Names) -> contract.Notice:
        return contract.Notice(
            id=self.id,
            kind=NoticeKind(self.kind),
            text=fill_names(self.text, names),
            data=load(NoticeData, self.data, Reading.WIRE),
            about=self.about,
            created_at=self.created_at,
            read_at=self.read_at,
        )


class NoticeCounter(Base):
    """The position of an account's newest notice; it stays when the notice goes."""

    __tablename__ = "notice_counters"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger)


def _as_json(data: NoticeData) -> dict[str, Any]:
    """The fields that are not null, as JSON."""
    written: dict[str, Any] = json.loads(json.dumps(data))
    return {name: value for name, value in written.items() if value is not None}
