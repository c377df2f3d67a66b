"""The Recipient: an account's address, roles and names, as mails need them."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from contracts.notifications import Addressee
from contracts.profiles.accounts import (
    AccountRegistered,
    DisplayNameChanged,
    EmailChanged,
    RolesChanged,
)
from contracts.profiles.specialists import SpecialistListed, SpecialistUpdated
from services.notifications.base import Base


class Recipient(Base):
    """The row may exist before the address is known: events of an account come in any order.

    ``public_name``: a specialist's, as on their profile when it was last listed.
    """

    __tablename__ = "recipients"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(default="")
    email_version: Mapped[int] = mapped_column(default=0)
    display_name: Mapped[str] = mapped_column(default="")
    display_name_version: Mapped[int] = mapped_column(default=0)
    public_name: Mapped[str] = mapped_column(default="")
    public_name_version: Mapped[int] = mapped_column(default=0)
    roles: Mapped[list[str]] = mapped_column(default=list)
    roles_version: Mapped[int] = mapped_column(default=0)

    @classmethod
    def of(cls, event: AccountRegistered) -> Recipient:
        recipient = cls(
            account_id=event.account_id,
            email_version=0,
            display_name_version=0,
            roles_version=0,
            public_name="",
            public_name_version=0,
        )
        recipient.learn_registration(event)
        return recipient

    def learn_registration(self, event: AccountRegistered) -> None:
        """Store the first state, except what has changed since."""
        if self.display_name_version == 0:
            self.display_name = event.display_name
        if self.email_version == 0:
            self.email = event.email
        if self.roles_version == 0:
            self.roles = [event.role]

    def learn_email(self, event: EmailChanged) -> None:
        """Store a new address, unless a newer one is stored."""
        if event.version > self.email_version:
            self.email_version = event.version
            self.email = event.email

    def learn_display_name(self, event: DisplayNameChanged) -> None:
        """Store a new name, unless a newer one is stored."""
        if event.version > self.display_name_version:
            self.display_name_version = event.version
            self.display_name = event.display_name

    def learn_roles(self, event: RolesChanged) -> None:
        """Store new roles, unless newer ones are stored."""
        if event.version > self.roles_version:
            self.roles_version = event.version
            self.roles = list(event.roles)

    def learn_public_name(self, event: SpecialistListed | SpecialistUpdated) -> None:
        """Store a new name, unless a newer one is stored. It stays when the profile is unlisted,
        since clients still read the names of specialists they met."""
        if event.version > self.public_name_version:
            self.public_name_version = event.version
            self.public_name = event.display_name

    def to_resource(self) -> Addressee:
        return Addressee(
            email=self.email,
            display_name=self.display_name,
            public_name=self.public_name,
            roles=self.roles,
        )
