"""The query for the preferences of an account."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from contracts.profiles import preferences as contract
from contracts.profiles.preferences import Language
from services.notifications.preferences.preferences import Preferences

UNKNOWN = contract.Preferences(time_zone=None, language=Language.EN, country=None, discreet=False)
"""Before profiles has announced any."""


PREFERENCES = select(Preferences).where(
    Preferences.account_id.in_(bindparam("account_ids", expanding=True))
)


def preferences_of(
    session: Session, account_ids: Collection[UUID]
) -> dict[UUID, contract.Preferences]:
    """The stored preferences of these accounts, of those that have any."""
    found = session.scalars(PREFERENCES, {"account_ids": list(account_ids)})
    return {each.account_id: each.to_resource() for each in found}
