"""Ids of another time than now."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from chassis.ids import first_at


def an_id_made_at(moment: datetime) -> UUID:
    """One that sorts among those made then."""
    return UUID(int=first_at(moment).int + uuid4().int % 2**64)
