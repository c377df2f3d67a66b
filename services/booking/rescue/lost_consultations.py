"""The LostConsultation: the state of a rescue, the saga after a specialist cancels or misses.

ConsultationCancelled or ConsultationMissed, by the specialist
  ─▶ row without ``rescued_at``    while it is still lost: ``needs_rescue``
  ─▶ ``rescued_at``                holds with other specialists were offered, or none was found
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from contracts.booking.consultations import ConsultationStatus, Party
from services.booking.base import Base
from services.booking.consultations.consultations import Consultation
from services.booking.rescue.specialist_facts import SpecialistFacts


class LostConsultation(Base):
    """One for each consultation, so that a rescue happens once. ``languages`` and ``topics``: what
    the client looked for."""

    __tablename__ = "lost_consultations"

    consultation_id: Mapped[UUID] = mapped_column(primary_key=True)
    languages: Mapped[list[str]] = mapped_column(default=list)
    topics: Mapped[list[str]] = mapped_column(default=list)
    rescued_at: Mapped[datetime | None] = mapped_column(default=None)

    @classmethod
    def of(cls, consultation_id: UUID, facts: SpecialistFacts) -> LostConsultation:
        """Remember what the specialist was chosen for, before their facts are erased."""
        return cls(
            consultation_id=consultation_id,
            languages=list(facts.languages),
            topics=list(facts.topics),
        )

    def remember_wanted(self, facts: SpecialistFacts) -> None:
        self.languages, self.topics = list(facts.languages), list(facts.topics)

    def needs_rescue(self, consultation: Consultation) -> bool:
        """Whether the specialist still counts as the one who cancelled or missed it, and nothing
        was offered yet. A miss can be corrected or disputed after its event.
        """
        by_whom = {
            ConsultationStatus.CANCELLED: consultation.cancelled_by,
            ConsultationStatus.MISSED: consultation.missed_by,
        }
        whose = by_whom.get(ConsultationStatus(consultation.status))
        return self.rescued_at is None and whose == Party.SPECIALIST

    def close(self, now: datetime) -> None:
        """Close it, and delete what the client looked for."""
        self.rescued_at, self.languages, self.topics = now, [], []

    def topics_in_common(self, other: SpecialistFacts) -> int:
        """The number of topics in common."""
        return len(set(self.topics) & set(other.topics))
