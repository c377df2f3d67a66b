"""The Preferences of an account: time zone, language, country and discreet mode."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from contracts.profiles import preferences as contract
from contracts.profiles.preferences import Language, PreferencesChanged
from services.profiles.base import Base
from services.profiles.specialists.standards import require_zone_and_country


class Preferences(Base):
    """Created with the account, with the choices of the sign-up. The version is the account's,
    which counts all its events."""

    __tablename__ = "preferences"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    time_zone: Mapped[str | None] = mapped_column(default=None)
    language: Mapped[str] = mapped_column(default=Language.EN)
    country: Mapped[str | None] = mapped_column(default=None)
    discreet: Mapped[bool] = mapped_column(default=False)

    @classmethod
    def at_sign_up(cls, account_id: UUID, chosen: contract.Preferences) -> Preferences:
        """The preferences of a new account, which ``AccountRegistered`` announces."""
        return cls(account_id=account_id, **vars(chosen))

    def replace(
        self, wanted: contract.Preferences, next_version: Callable[[], int]
    ) -> list[PreferencesChanged]:
        """Replace all preferences. Equal ones change nothing. Raises ``NoSuchCode``."""
        require_zone_and_country(wanted.time_zone, wanted.country)
        if wanted == self.to_resource():
            return []
        self.time_zone, self.language = wanted.time_zone, wanted.language
        self.country, self.discreet = wanted.country, wanted.discreet
        return [
            PreferencesChanged(account_id=self.account_id, version=next_version(), **vars(wanted))
        ]

    def to_resource(self) -> contract.Preferences:
        return contract.Preferences(
            time_zone=self.time_zone,
            language=Language(self.language),
            country=self.country,
            discreet=self.discreet,
        )
