"""The query for erasures under way."""

from __future__ import annotations

from sqlalchemy import Select, select

from services.profiles.privacy.erasures import Erasure


def pending_erasures() -> Select[Erasure]:
    """Erasures that a service has not answered, the oldest first."""
    return select(Erasure).where(Erasure.complete_at.is_(None)).order_by(Erasure.requested_at)
