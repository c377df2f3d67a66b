"""A consultation that its client lost because of the specialist: what is to make it good."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from contracts.booking.consultations import ConsultationStatus, Party
from services.booking.base import Base
from services.booking.consultations.consultations import Consultation
from services.booking.rescue.specialist_facts import SpecialistFacts


class LostConsultation(Base):
    """Others are offered once for each; ``languages`` and ``topics`` are what was looked for."""

    __tablename__ = "lost_consultations"

    consultation_id: Mapped[UUID] = mapped_column(primary_key=True)
    languages: Mapped[list[str]] = mapped_column(default=list)
    topics: Mapped[list[str]] = mapped_column(default=list)
    rescued_at: Mapped[datetime | None] = mapped_column(default=None)

    @classmethod
    def of(cls, consultation_id: UUID, facts: SpecialistFacts) -> LostConsultation:
        """While it is known still what the specialist was chosen for."""
        return cls(
            consultation_id=consultation_id,
            languages=list(facts.languages),
            topics=list(facts.topics),
        )

    def look_for(self, facts: SpecialistFacts) -> None:
        self.languages, self.topics = list(facts.languages), list(facts.topics)

    def is_to_be_rescued(self, consultation: Consultation) -> bool:
        """Whether it is still so that the specialist let it fall through, and nothing was offered.

        A miss may have been put right, or disputed, since it was told.
        """
        by_whom = {
            ConsultationStatus.CANCELLED: consultation.cancelled_by,
            ConsultationStatus.MISSED: consultation.missed_by,
        }
        whose = by_whom.get(ConsultationStatus(consultation.status))
        return self.rescued_at is None and whose == Party.SPECIALIST

    def was_rescued(self, now: datetime) -> None:
        """Nothing is looked for any more."""
        self.rescued_at, self.languages, self.topics = now, [], []

    def in_common(self, other: SpecialistFacts) -> int:
        """How many of the topics."""
        return len(set(self.topics) & set(other.topics))
