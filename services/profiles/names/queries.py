"""Queries for names of clients and specialists."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import Select, select

from services.profiles.accounts.accounts import Account
from services.profiles.specialists.specialists import Specialist


def client_names(ids: Iterable[UUID]) -> Select[UUID, str]:
    return select(Account.id, Account.display_name).where(Account.id.in_(ids))


def specialist_names(ids: Iterable[UUID]) -> Select[UUID, str, str]:
    """Names and photo keys of specialists, listed or not."""
    named = (Specialist.id, Specialist.display_name, Specialist.photo)
    return select(*named).where(Specialist.id.in_(ids))
