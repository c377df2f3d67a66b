"""The Reader of a text: their language, time zone, and whether mails are discreet."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from contracts.locales import locale_of
from contracts.profiles.preferences import Language
from services.notifications import language as formats
from services.notifications.language import Text
from services.notifications.preferences.queries import UNKNOWN, preferences_of


class Preferring(Protocol):
    """A row or event that has an account's preferences."""

    @property
    def time_zone(self) -> str | None: ...

    @property
    def language(self) -> Language: ...

    @property
    def country(self) -> str | None: ...

    @property
    def discreet(self) -> bool: ...


@dataclass(frozen=True, kw_only=True)
class Reader:
    """``time_zone``: ``None`` where it is unknown; times are then in the specialist's zone, with
    UTC beside. ``discreet``: other people may see their mails."""

    account_id: UUID
    language: Language = Language.EN
    time_zone: str | None = None
    country: str | None = None
    discreet: bool = False

    @classmethod
    def preferring(cls, account_id: UUID, preferences: Preferring) -> Reader:
        return cls(
            account_id=account_id,
            language=preferences.language,
            time_zone=preferences.time_zone,
            country=preferences.country,
            discreet=preferences.discreet,
        )

    def read(self, text: Text, **values: object) -> str:
        """The text in the reader's language, with the placeholders filled."""
        return text.written(self.language, **values)

    def day(self, which: date) -> str:
        return formats.day(which, locale_of(self.language, self.country))

    def when(self, at: datetime, zone: str) -> str:
        """A time in the reader's zone, or in ``zone``, the specialist's, where that is unknown."""
        locale = locale_of(self.language, self.country)
        return formats.moment(at, self.time_zone or zone, locale, utc_beside=not self.time_zone)


def reader_of(session: Session, account_id: UUID) -> Reader:
    """The owner of the account as a reader, by their stored preferences."""
    return readers_of(session, [account_id])[account_id]


def readers_of(session: Session, account_ids: Collection[UUID]) -> dict[UUID, Reader]:
    """The owners of these accounts as readers."""
    known = preferences_of(session, account_ids)
    return {each: Reader.preferring(each, known.get(each, UNKNOWN)) for each in account_ids}
