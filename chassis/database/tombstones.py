"""Tombstones: ids of erased accounts, under which nothing may be created any more.

They are in the ``forgotten`` table of every service's database, which holds nothing but the id and
the times of its erasure.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import MetaData, Select, Table, bindparam, select
from sqlalchemy.orm import Session

MENTIONED = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def erased_among(session: Session, metadata: MetaData, ids: set[UUID]) -> set[UUID]:
    """Those of the ids that were erased."""
    table = metadata.tables["forgotten"]
    return set(session.scalars(_among(table), {"ids": list(ids)})) if ids else set()


def ids_mentioned_in(body: bytes) -> set[UUID]:
    """All UUIDs in the bytes, in any format."""
    return {UUID(found.decode()) for found in MENTIONED.findall(body)}


@cache
def _among(table: Table) -> Select[Any]:
    return select(table.c.id).where(table.c.id.in_(bindparam("ids", expanding=True)))
