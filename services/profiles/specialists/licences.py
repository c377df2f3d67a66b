"""The Licence: what makes a specialist verified, decided by admins and ended by the clock."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from chassis.ids import new_id
from contracts.profiles.licences import LicenceStatus
from services.profiles.base import Base


class Licence(Base):
    """One for each specialist, under the same id.

    Its columns say what was handed in last. What was verified stays in ``in_force`` beside it
    until it ends, so that whoever renews in time is never without. ``warned`` is the fewest days
    before its end of which was warned; 0: not yet.
    """

    __tablename__ = "licences"
    __table_args__ = (Index(None, "status", "submission_id"),)

    specialist_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=0)
    status: Mapped[str] = mapped_column(default=LicenceStatus.SUBMITTED)
    number: Mapped[str] = mapped_column(default="")
    issuing_body: Mapped[str] = mapped_column(default="")
    country: Mapped[str] = mapped_column(default="")
    expires_on: Mapped[date | None] = mapped_column(default=None)
    document: Mapped[str] = mapped_column(default="")
    submission_id: Mapped[UUID] = mapped_column(default=new_id)
    submitted_at: Mapped[datetime | None] = mapped_column(default=None)
    reason: Mapped[str] = mapped_column(default="")
    decided_by: Mapped[UUID | None] = mapped_column(default=None)
    decided_at: Mapped[datetime | None] = mapped_column(default=None)
    in_force: Mapped[dict[str, Any]] = mapped_column(default=dict)
    warned: Mapped[int] = mapped_column(default=0)
