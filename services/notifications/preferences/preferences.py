"""The Preferences of an account, a read model of those in profiles; mails follow them."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from contracts.profiles import preferences as contract
from contracts.profiles.accounts import AccountRegistered
from contracts.profiles.preferences import Language, PreferencesChanged
from services.notifications.base import Base


class Preferences(Base):
    """Version 0 is that of the sign-up, so any change is newer."""

    __tablename__ = "preferences"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=0)
    time_zone: Mapped[str | None] = mapped_column(default=None)
    language: Mapped[str] = mapped_column(default=Language.EN)
    country: Mapped[str | None] = mapped_column(default=None)
    discreet: Mapped[bool] = mapped_column(default=False)

    def learn_registration(self, event: AccountRegistered) -> None:
        """Store the choices of the sign-up, unless a change is stored."""
        if self.version == 0:
            self._take(event)

    def learn(self, event: PreferencesChanged) -> None:
        """Store new preferences, unless newer ones are stored."""
        if event.version > self.version:
            self.version = event.version
            self._take(event)

    def _take(self, event: AccountRegistered | PreferencesChanged) -> None:
        self.time_zone, self.language = event.time_zone, event.language
        self.country, self.discreet = event.country, event.discreet

    def to_resource(self) -> contract.Preferences:
        return contract.Preferences(
            time_zone=self.time_zone,
            language=Language(self.language),
            country=self.country,
            discreet=self.discreet,
        )
