"""The Account: a person who can sign in."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chassis.context import Caller
from chassis.ids import new_id
from contracts.profiles import accounts as contract
from contracts.profiles.accounts import (
    AccountRegistered,
    AlreadyVerified,
    EmailChanged,
    EmailTaken,
    EmailVerificationRequested,
    EmailVerified,
    LinkUsed,
    PasswordChanged,
    PasswordResetRequested,
    Role,
    RolesChanged,
)
from services.profiles.accounts.links import Link, Purpose, fingerprint
from services.profiles.base import Base

NEED_SECOND_FACTOR = frozenset({Role.ADMIN})


class Account(Base):
    __tablename__ = "accounts"
    __table_args__ = (UniqueConstraint("email", info={"refusal": EmailTaken}),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str]
    display_name: Mapped[str]
    password_hash: Mapped[str]
    roles: Mapped[list[str]]
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=0, server_default="0")
    verified_at: Mapped[datetime | None]

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
            version=0,
            verified_at=None,
        )
        return account, AccountRegistered(
            account_id=account.id,
            email=account.email,
            display_name=display_name,
            role=role,
        )

    @classmethod
    def nobody(cls) -> Account:
        """What is worked on where no account has an address, so that it takes as long."""
        return cls(id=new_id(), email="nobody@example.org", password_hash="", verified_at=None)

    # Links: see ``links`` for what their state is for

    def verification(self) -> Link:
        """Proves the address that is there; raises ``AlreadyVerified``."""
        if self.verified:
            raise AlreadyVerified
        return self._link(Purpose.VERIFICATION, self.email)

    def change_of_email(self, email: str) -> Link:
        """Proves another address, which becomes the account's own then."""
        return self._link(Purpose.CHANGE_OF_EMAIL, normalised(email))

    def password_reset(self) -> Link:
        return self._link(Purpose.PASSWORD_RESET, self.email)

    def _link(self, purpose: Purpose, email: str) -> Link:
        return Link(purpose, self.id, email, self._state(purpose))

    def _state(self, purpose: Purpose) -> str:
        """What following such a link changes."""
        if purpose is Purpose.PASSWORD_RESET:
            return fingerprint(self.email, self.password_hash)
        return fingerprint(self.email, self.verified)

    def _require_fits(self, link: Link) -> None:
        if link.state != self._state(link.purpose):
            raise LinkUsed

    @staticmethod
    def asks_to_verify(link: Link, token: str) -> EmailVerificationRequested:
        return EmailVerificationRequested(account_id=link.account_id, email=link.email, token=token)

    @staticmethod
    def asks_to_reset(link: Link, token: str) -> PasswordResetRequested:
        return PasswordResetRequested(account_id=link.account_id, email=link.email, token=token)

    def prove(self, link: Link, now: datetime) -> EmailVerified | EmailChanged:
        """The link reached its reader; raises ``LinkUsed`` where it no longer fits."""
        self._require_fits(link)
        previous_email, self.email, self.verified_at = self.email, link.email, now
        if link.purpose is Purpose.VERIFICATION:
            return EmailVerified(account_id=self.id, email=self.email)
        return EmailChanged(
            account_id=self.id,
            version=self._next_version(),
            email=self.email,
            previous_email=previous_email,
        )

    def reset_password(self, link: Link, password_hash: str) -> PasswordChanged:
        """Raises ``LinkUsed`` where the link no longer fits."""
        self._require_fits(link)
        return self.change_password(password_hash)

    def change_password(self, password_hash: str) -> PasswordChanged:
        self.password_hash = password_hash
        return PasswordChanged(account_id=self.id)

    # Roles

    def grant(self, role: Role) -> list[RolesChanged]:
        """Granting it again changes nothing."""
        return self._have_roles([*self.roles, role]) if role not in self.roles else []

    def revoke(self, role: Role) -> list[RolesChanged]:
        """Revoking what was never granted changes nothing."""
        return self._have_roles([each for each in self.roles if each != role])

    def _have_roles(self, roles: list[str]) -> list[RolesChanged]:
        if roles == self.roles:
            return []
        self.roles = roles
        return [
            RolesChanged(
                account_id=self.id,
                version=self._next_version(),
                roles=[Role(role) for role in roles],
            )
        ]

    def _dormant(self, second_factor: bool) -> frozenset[str]:
        """Roles that need a second factor, while there is none."""
        return frozenset() if second_factor else NEED_SECOND_FACTOR.intersection(self.roles)

    # What others see

    def change(self, change: contract.ChangeAccount) -> None:
        if change.display_name is not None:
            self.display_name = change.display_name

    @property
    def verified(self) -> bool:
        return self.verified_at is not None

    def as_caller(self, second_factor: bool = False, session_id: UUID | None = None) -> Caller:
        """Without the roles that need a second factor, while there is none."""
        roles = frozenset(self.roles) - self._dormant(second_factor)
        return Caller(self.id, roles, self.verified, session_id)

    def _next_version(self) -> int:
        self.version += 1
        return self.version

    def to_resource(self, second_factor: bool = False) -> contract.Account:
        return contract.Account(
            id=self.id,
            email=self.email,
            display_name=self.display_name,
            roles=[Role(role) for role in self.roles],
            created_at=self.created_at,
            verified=self.verified,
            second_factor=second_factor,
            dormant_roles=sorted(map(Role, self._dormant(second_factor))),
        )


def normalised(email: str) -> str:
    """Addresses that differ in case alone are taken for one."""
    return email.strip().lower()
