"""Who is who."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Select, Text, cast, select

from contracts.profiles.accounts import Role
from services.notifications.accounts.recipients import Recipient


def with_role(role: Role) -> Select[UUID]:
    """The accounts that have it; both databases write a list of texts alike."""
    return select(Recipient.account_id).where(cast(Recipient.roles, Text).contains(f'"{role}"'))
