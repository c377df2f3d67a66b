"""Queries for recipients by role, and for names."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Select, Text, bindparam, cast, select
from sqlalchemy.orm import Session

from contracts.profiles.accounts import Role
from services.notifications.accounts.recipients import Recipient
from services.notifications.name_placeholders import NameRole, Names

NAMES = select(Recipient.account_id, Recipient.display_name, Recipient.public_name).where(
    Recipient.account_id.in_(bindparam("ids", expanding=True))
)


def with_role(role: Role) -> Select[UUID]:
    """Accounts with this role. Both databases write a list of texts alike."""
    return select(Recipient.account_id).where(cast(Recipient.roles, Text).contains(f'"{role}"'))


def names_of(session: Session, account_ids: Collection[UUID]) -> Names:
    """The names of these accounts, in each role in which they have one."""
    if not account_ids:
        return {}
    names = {}
    for account_id, own, public in session.execute(NAMES, {"ids": list(account_ids)}):
        named = {NameRole.CLIENT: own, NameRole.SPECIALIST: public}
        names.update({(role, account_id): name for role, name in named.items() if name})
    return names
