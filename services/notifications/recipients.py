"""The Recipient: where an account can be written to."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from contracts.profiles.accounts import AccountRegistered
from services.notifications.base import Base


class Recipient(Base):
    __tablename__ = "recipients"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str]
    display_name: Mapped[str]

    @classmethod
    def of(cls, event: AccountRegistered) -> Recipient:
        return cls(account_id=event.account_id, email=event.email, display_name=event.display_name)
