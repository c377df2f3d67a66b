"""The Account: address, password and name of a person who can sign in; see ``rights`` for roles."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, validates

from chassis.context import Caller
from chassis.ids import new_id
from contracts.inputs.addresses import address_key
from contracts.profiles import accounts as contract
from contracts.profiles.accounts import (
    AccountRegistered,
    AlreadyVerified,
    DisplayNameChanged,
    EmailChanged,
    EmailChangeDone,
    EmailTaken,
    EmailVerified,
    LinkUsed,
    PasswordChanged,
    Role,
    WrongPassword,
)
from contracts.profiles.preferences import Preferences
from services.profiles.accounts.link_tokens import MailLink, Purpose, fingerprint
from services.profiles.accounts.rights import Rights
from services.profiles.base import Base

normalised = address_key
"""The key by which an address is looked up and rate-limited."""


class Account(Rights, Base):
    """``email_key``: the key that all spellings of the address share. Accounts from before
    addresses had one form may share it; new ones never do. ``pending_email``: the new address that
    is not confirmed yet. ``password_version``: how often the password was set, so that links mailed
    before are void."""

    __tablename__ = "accounts"
    __table_args__ = (UniqueConstraint("email", info={"refusal": EmailTaken}),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str]
    email_key: Mapped[str] = mapped_column(index=True, default="", server_default="")
    display_name: Mapped[str]
    password_hash: Mapped[str]
    password_version: Mapped[int] = mapped_column(default=0, server_default="0")
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=0, server_default="0")
    verified_at: Mapped[datetime | None]
    pending_email: Mapped[str | None]
    pending_email_since: Mapped[datetime | None] = mapped_column(index=True)

    @validates("email")
    def _keep_key(self, _: str, email: str) -> str:
        self.email_key = normalised(email)
        return email

    @classmethod
    def register(
        cls,
        id: UUID,
        email: str,
        display_name: str,
        role: Role,
        preferences: Preferences,
        password_hash: str,
        now: datetime,
    ) -> tuple[Account, AccountRegistered]:
        """The account of a confirmed sign-up."""
        account = cls(
            id=id,
            email=email,
            display_name=display_name,
            password_hash=password_hash,
            password_version=0,
            roles=[role],
            created_at=now,
            version=0,
            verified_at=now,
        )
        return account, AccountRegistered(
            account_id=account.id,
            email=account.email,
            display_name=display_name,
            role=role,
            **vars(preferences),
        )

    @classmethod
    def placeholder(cls) -> Account:
        """A stand-in where no account has an address, so that the work takes as long."""
        return cls(id=new_id(), email="none@example.org", password_version=0, verified_at=None)

    # Links: ``link_tokens`` explains their state

    def verification(self) -> MailLink:
        """The link that confirms the address of an account from before sign-ups had to be confirmed
        first; raises ``AlreadyVerified``."""
        if self.verified:
            raise AlreadyVerified
        return self._link(Purpose.VERIFICATION, self.email)

    def password_reset(self) -> MailLink:
        return self._link(Purpose.PASSWORD_RESET, self.email)

    def _link(self, purpose: Purpose, email: str) -> MailLink:
        return MailLink(purpose, self.id, email, self._state(purpose))

    def _state(self, purpose: Purpose) -> str:
        """The fingerprint of the state that opening such a link changes. Any change of password
        makes links void."""
        state = (self.email, self.password_version)
        if purpose is Purpose.VERIFICATION:
            return fingerprint(*state, self.verified)
        if purpose is Purpose.CHANGE_OF_EMAIL:
            return fingerprint(*state, self.pending_email)
        return fingerprint(*state)

    @property
    def state_of_log_in(self) -> str:
        """A fingerprint of the address and the password: a change of either makes challenges
        void."""
        return fingerprint("log-in", self.email, self.password_version)

    def require_fits(self, link: MailLink) -> None:
        """Raises ``LinkUsed`` where the state has changed since the link was mailed."""
        if link.state != self._state(link.purpose):
            raise LinkUsed

    # The address

    def is_begun_with(self, secret: str | None) -> bool:
        """Always false: no browser has the secret of this account's sign-up any more."""
        return False

    def hold(self, with_note: bool) -> None:
        """Always ``None``: the secret of this account's sign-up is gone."""

    def confirm(
        self, now: datetime, password_hash: str | None = None
    ) -> tuple[Account, *tuple[EmailVerified, ...]]:
        """Confirm the address, and set a new password where one is given; idempotent."""
        if password_hash is not None:
            self.change_password(password_hash)
        if self.verified:
            return (self,)
        self.verified_at = now
        return self, EmailVerified(account_id=self.id, email=self.email)

    def ask_for_email(self, email: str, now: datetime) -> tuple[MailLink, MailLink]:
        """Begin a change of address: the link that confirms it, and the one that stops it. Earlier
        links are void."""
        self.pending_email, self.pending_email_since = email, now
        return (
            self._link(Purpose.CHANGE_OF_EMAIL, email),
            self._link(Purpose.STOP_CHANGE_OF_EMAIL, email),
        )

    def change_email(self, link: MailLink, now: datetime) -> list[EmailChanged]:
        """Change the address by the confirming link; idempotent. Raises ``LinkUsed``."""
        if link.email == self.email:
            return []
        self.require_fits(link)
        previous_email, self.email, self.verified_at = self.email, link.email, now
        self.stop_email_change()
        return [
            EmailChanged(
                account_id=self.id,
                version=self.next_version(),
                email=self.email,
                previous_email=previous_email,
            )
        ]

    def stop_email_change(self) -> None:
        """Drop the pending address."""
        self.pending_email = self.pending_email_since = None

    def follow_stop(self, link: MailLink) -> None:
        """Stop the change that the link's mail announced; idempotent. Raises ``EmailChangeDone``
        and ``LinkUsed``."""
        if link.email == self.email:
            raise EmailChangeDone
        self.require_fits(link)
        if link.email == self.pending_email:
            self.stop_email_change()

    # The password

    def reset_password(
        self, link: MailLink, password_hash: str, now: datetime
    ) -> list[PasswordChanged | EmailVerified]:
        """Set a new password by a reset link, which also confirms the address; raises
        ``LinkUsed``."""
        self.require_fits(link)
        _, *confirmed = self.confirm(now)
        return [self.change_password(password_hash), *confirmed]

    def change_password(self, password_hash: str) -> PasswordChanged:
        """Set a new password. Links mailed before are void, and so is a pending change of
        address."""
        self.password_hash = password_hash
        self.password_version += 1
        self.stop_email_change()
        return PasswordChanged(account_id=self.id)

    def require_same_password(self, checked: Account) -> None:
        """Raises ``WrongPassword`` where the password was changed since it was compared."""
        if self.password_version != checked.password_version:
            raise WrongPassword

    # What others see

    def change(self, change: contract.ChangeAccount) -> list[DisplayNameChanged]:
        """Change the display name. The same name changes nothing."""
        if change.display_name in (None, self.display_name):
            return []
        self.display_name = change.display_name
        return [
            DisplayNameChanged(
                account_id=self.id, version=self.next_version(), display_name=self.display_name
            )
        ]

    @property
    def verified(self) -> bool:
        return self.verified_at is not None

    def as_caller(self, second_factor: bool = False, session_id: UUID | None = None) -> Caller:
        """The caller of a session, without the roles that need a second factor unless it showed
        one."""
        roles = frozenset(self.roles) - self.dormant_roles(second_factor)
        return Caller(self.id, roles, self.verified, session_id, second_factor)

    def next_version(self) -> int:
        """The version of the next event about this account, of any kind."""
        self.version += 1
        return self.version

    def to_resource(self, second_factor: bool = False) -> contract.Account:
        return contract.Account(
            id=self.id,
            email=self.email,
            pending_email=self.pending_email,
            display_name=self.display_name,
            roles=[Role(role) for role in self.roles],
            created_at=self.created_at,
            verified=self.verified,
            second_factor=second_factor,
            dormant_roles=sorted(map(Role, self.dormant_roles(second_factor))),
        )
