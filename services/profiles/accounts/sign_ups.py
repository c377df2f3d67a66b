"""The PendingSignUp: a sign-up until the link in its mail is opened.

It becomes the account, under its own id, once its address is confirmed. Every sign-up has its own
row, so another person's sign-up with the same address does not change it. An address that has an
account gets a row, too, so that the answer does not reveal it; no link leads to that row.
"""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import false, text
from sqlalchemy.orm import Mapped, mapped_column

from chassis.ids import new_id
from contracts.half_hours import SignUpHoldKey, new_secret, secret_hash
from contracts.profiles.accounts import AccountRegistered, EmailVerified, Role
from contracts.profiles.consents import AgreedTo
from contracts.profiles.preferences import Language, Preferences
from services.profiles.accounts.accounts import Account
from services.profiles.accounts.link_tokens import MailLink, Purpose, fingerprint
from services.profiles.base import Base

KEPT = timedelta(days=7)
"""How long the link can be sent again."""


class PendingSignUp(Base):
    """``id``: the future account's id. Only the browser knows the secret. ``time_zone``,
    ``language``, ``country``, ``discreet``: the account's first preferences. ``agreed_to``: the
    versions of the texts, by kind."""

    __tablename__ = "sign_ups"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(index=True)
    display_name: Mapped[str]
    role: Mapped[str]
    password_hash: Mapped[str]
    secret_hash: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(index=True)
    time_zone: Mapped[str | None] = mapped_column(default=None)
    language: Mapped[str] = mapped_column(default=Language.EN, server_default=Language.EN)
    country: Mapped[str | None] = mapped_column(default=None)
    discreet: Mapped[bool] = mapped_column(default=False, server_default=false())
    agreed_to: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'"))

    @classmethod
    def begin(
        cls,
        email: str,
        display_name: str,
        role: Role,
        preferences: Preferences,
        agreed_to: AgreedTo,
        password_hash: str,
        now: datetime,
        secret: str | None = None,
    ) -> tuple[PendingSignUp, str]:
        """The sign-up, and the secret for its browser: ``secret`` where it has one already."""
        secret = secret or new_secret()
        sign_up = cls(
            id=new_id(),
            email=email,
            display_name=display_name,
            role=role,
            password_hash=password_hash,
            secret_hash=secret_hash(secret),
            made_at=now,
            time_zone=preferences.time_zone,
            language=preferences.language,
            country=preferences.country,
            discreet=preferences.discreet,
            agreed_to={kind: version for kind, version in vars(agreed_to).items() if version},
        )
        return sign_up, secret

    def verification(self) -> MailLink:
        """The link that confirms the address and creates the account."""
        return MailLink(Purpose.VERIFICATION, self.id, self.email, self.state)

    def password_reset(self) -> MailLink:
        """The link that does the same and sets a new password."""
        return MailLink(Purpose.PASSWORD_RESET, self.id, self.email, self.state)

    @property
    def state(self) -> str:
        """The fingerprint of links, which are valid while the sign-up exists."""
        return fingerprint("sign-up", self.email)

    @property
    def preferences(self) -> Preferences:
        """The preferences chosen at sign-up."""
        return Preferences(
            time_zone=self.time_zone,
            language=Language(self.language),
            country=self.country,
            discreet=self.discreet,
        )

    def is_begun_with(self, secret: str | None) -> bool:
        """Whether this is the secret that the sign-up's browser got."""
        return secret is not None and hmac.compare_digest(secret_hash(secret), self.secret_hash)

    def hold(self, with_note: bool) -> SignUpHoldKey:
        """The key of the half hour that booking holds for the sign-up."""
        return SignUpHoldKey(secret_hash=self.secret_hash, with_note=with_note)

    def confirm(
        self, now: datetime, password_hash: str | None = None
    ) -> tuple[Account, AccountRegistered, EmailVerified]:
        """The account, with the password of the sign-up where no other one is given."""
        account, registered = Account.register(
            self.id,
            self.email,
            self.display_name,
            Role(self.role),
            self.preferences,
            password_hash or self.password_hash,
            now,
        )
        return account, registered, EmailVerified(account_id=account.id, email=account.email)
