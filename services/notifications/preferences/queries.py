"""The query for the preferences of an account."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from contracts.profiles import preferences as contract
from contracts.profiles.preferences import Language
from services.notifications.preferences.preferences import Preferences

UNKNOWN = contract.Preferences(time_zone=None, language=Language.EN, country=None, discreet=False)


def preferences_of(session: Session, account_id: UUID) -> contract.Preferences:
    """The stored preferences, or ``UNKNOWN`` before profiles has announced any."""
    found = session.get(Preferences, account_id)
    return UNKNOWN if found is None else found.to_resource()
