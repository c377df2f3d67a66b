"""The preferences of an account, with a default for unknown accounts."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from contracts.profiles import preferences as contract
from contracts.profiles.preferences import Language
from services.booking.preferences.preferences import Preferences

UNKNOWN = contract.Preferences(time_zone=None, language=Language.EN, country=None, discreet=False)


def preferences_of(session: Session, account_id: UUID) -> contract.Preferences:
    """The newest known preferences; ``UNKNOWN`` before the first event of the account."""
    found = session.get(Preferences, account_id)
    return UNKNOWN if found is None else found.to_resource()
