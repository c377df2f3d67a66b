"""Queries for names of clients and specialists.

Each booking asks for some. The statements are made once, and run without the ORM: composing one
costs as much as running it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, Executable, bindparam, select
from sqlalchemy.orm import Session

from services.profiles.accounts.accounts import Account
from services.profiles.specialists.specialists import Specialist

IDS: BindParameter[UUID] = bindparam("ids", expanding=True)
CLIENT_NAMES = select(Account.id, Account.display_name).where(Account.id.in_(IDS))
SPECIALIST_NAMES = select(Specialist.id, Specialist.display_name, Specialist.photo).where(
    Specialist.id.in_(IDS)
)


def client_names(session: Session, ids: Collection[UUID]) -> Iterable[tuple[UUID, str]]:
    return _named(session, CLIENT_NAMES, ids)


def specialist_names(session: Session, ids: Collection[UUID]) -> Iterable[tuple[UUID, str, str]]:
    """Names and photo keys of specialists, listed or not."""
    return _named(session, SPECIALIST_NAMES, ids)


def _named(session: Session, names: Executable, ids: Collection[UUID]) -> Iterable[Any]:
    return session.connection().execute(names, {"ids": list(ids)}) if ids else ()
