"""The Account: a person who can sign in."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chassis.context import Caller
from chassis.ids import new_id
from contracts.profiles import accounts as contract
from contracts.profiles.accounts import AccountRegistered, EmailTaken, Role
from services.profiles.base import Base


class Account(Base):
    __tablename__ = "accounts"
    __table_args__ = (UniqueConstraint("email", info={"refusal": EmailTaken}),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str]
    display_name: Mapped[str]
    password_hash: Mapped[str]
    roles: Mapped[list[str]]
    created_at: Mapped[datetime]

    @classmethod
    def register(
        cls, email: str, display_name: str, role: Role, password_hash: str, now: datetime
    ) -> tuple[Account, AccountRegistered]:
        account = cls(
            id=new_id(),
            email=normalised(email),
            display_name=display_name,
            password_hash=password_hash,
            roles=[role],
            created_at=now,
        )
        return account, AccountRegistered(
            account_id=account.id,
            email=account.email,
            display_name=display_name,
            role=role,
        )

    def as_caller(self) -> Caller:
        return Caller(self.id, frozenset(self.roles))

    def to_resource(self) -> contract.Account:
        return contract.Account(
            id=self.id,
            email=self.email,
            display_name=self.display_name,
            roles=[Role(role) for role in self.roles],
            created_at=self.created_at,
        )


def normalised(email: str) -> str:
    """Addresses that differ in case alone are taken for one."""
    return email.strip().lower()
