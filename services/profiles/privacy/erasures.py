"""The Erasure: the saga of an account's erasure over all services, and its receipt.

requested (``AccountErased`` goes out) → each service erases its data and answers with its own
``PersonalDataErased`` → complete once all have answered. No step is compensated: an erasure can't
be undone, so a service that does not answer is retried, and overdue after an hour.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from chassis.events import Event
from contracts import content, notifications
from contracts.booking import privacy as booking
from contracts.profiles import privacy as contract
from contracts.profiles.privacy import AccountErased, ServicesErased
from services.profiles.base import Base

ERASED_EVENTS: tuple[type[Event], ...] = (
    contract.PersonalDataErased,
    booking.PersonalDataErased,
    notifications.PersonalDataErased,
    content.PersonalDataErased,
)
"""The answers that an erasure waits for, one a service."""
OVERDUE_AFTER = timedelta(hours=1)
PENDING = text("complete_at IS NULL")


class Erasure(Base):
    """The state of the saga. Of the erased account it has the id alone, which refers to nothing any
    more."""

    __tablename__ = "erasures"
    __table_args__ = (
        Index(
            "ix_erasures_pending",
            "requested_at",
            postgresql_where=PENDING,
            sqlite_where=PENDING,
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(unique=True)
    requested_at: Mapped[datetime]
    services: Mapped[dict[str, Any]]
    complete_at: Mapped[datetime | None] = mapped_column(default=None)

    @classmethod
    def request(cls, account_id: UUID, now: datetime) -> tuple[Erasure, AccountErased]:
        """A new erasure. Its id is random, unlike other ids, since knowing it is enough to read the
        receipt."""
        erasure = cls(
            id=uuid4(),
            account_id=account_id,
            requested_at=now,
            services={answer.producer: None for answer in ERASED_EVENTS},
            complete_at=None,
        )
        return erasure, AccountErased(account_id=account_id)

    def record_answer(self, service: str, now: datetime) -> None:
        """Record a service's answer. The first one counts."""
        if self.services[service] is None:
            self.services = {**self.services, service: now.isoformat()}
        if self.complete_at is None and not self.unanswered():
            self.complete_at = now

    def unanswered(self) -> list[str]:
        """The services that have not answered, by name."""
        return sorted(name for name, erased_at in self.services.items() if erased_at is None)

    def is_overdue(self, now: datetime) -> bool:
        """Whether the operator must find out why a service does not answer."""
        return self.complete_at is None and now - self.requested_at > OVERDUE_AFTER

    def to_resource(self) -> contract.Erasure:
        return contract.Erasure(
            id=self.id,
            requested_at=self.requested_at,
            services=ServicesErased(
                **{
                    name: None if said is None else datetime.fromisoformat(said)
                    for name, said in self.services.items()
                }
            ),
            complete_at=self.complete_at,
        )
