"""What somebody was told."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Select, select

from services.notifications.notices.notices import Notice


def notices_of(account_id: UUID) -> Select[Notice]:
    return select(Notice).where(Notice.account_id == account_id)
