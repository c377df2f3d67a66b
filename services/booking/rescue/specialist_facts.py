"""SpecialistFacts: a read model of specialists' languages and topics, from profiles."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from contracts.profiles.featuring import SpecialistFeatured, SpecialistUnfeatured
from contracts.profiles.specialists import SpecialistListed, SpecialistUpdated
from services.booking.base import Base


class SpecialistFacts(Base):
    """What a client chose a specialist for. The newest version from profiles wins."""

    __tablename__ = "specialist_facts"

    specialist_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=0)
    languages: Mapped[list[str]] = mapped_column(default=list)
    topics: Mapped[list[str]] = mapped_column(default=list)
    featuring_version: Mapped[int] = mapped_column(default=0)
    featured: Mapped[bool] = mapped_column(default=False)

    def learn(self, event: SpecialistListed | SpecialistUpdated) -> None:
        """Apply a profile, unless a newer one is known."""
        if event.version > self.version:
            self.version = event.version
            self.languages, self.topics = list(event.languages), list(event.topics)

    def learn_featuring(self, event: SpecialistFeatured | SpecialistUnfeatured) -> None:
        """Apply whether the specialist is featured, unless newer news is known."""
        if event.version > self.featuring_version:
            self.featuring_version = event.version
            self.featured = isinstance(event, SpecialistFeatured)
