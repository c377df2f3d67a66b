"""The Specialist: a professional's public profile, and whether it is featured."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from sqlalchemy import false
from sqlalchemy.orm import Mapped, mapped_column

from chassis.errors import FieldError, NotFound
from chassis.events import Event
from contracts.booking import AvailabilityChanged
from contracts.profiles import specialists as contract
from contracts.profiles.featuring import SpecialistFeatured, SpecialistUnfeatured
from contracts.profiles.specialists import (
    ChangeProfile,
    ProfileExists,
    ProfileIncomplete,
    SpecialistListed,
    SpecialistStatus,
    SpecialistUnlisted,
    SpecialistUpdated,
    WriteProfile,
)
from services.profiles.base import Base
from services.profiles.featuring.facts import Facts, why_not_featured

WRITTEN = ("display_name", "headline", "biography", "languages", "topics")
NEEDED_TO_LIST = ("headline", "biography", "languages")


class Specialist(Base):
    """Bears the id of the account that owns it: an account has one profile at most.

    The row may be there before the profile is written: booking may speak of it first.
    """

    __tablename__ = "specialists"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=0)
    status: Mapped[str] = mapped_column(default=SpecialistStatus.DRAFT)
    display_name: Mapped[str] = mapped_column(default="")
    headline: Mapped[str] = mapped_column(default="")
    biography: Mapped[str] = mapped_column(default="")
    languages: Mapped[list[str]] = mapped_column(default=list)
    topics: Mapped[list[str]] = mapped_column(default=list)
    approaches: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    countries: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    online: Mapped[bool] = mapped_column(default=False, server_default=false())
    in_person: Mapped[bool] = mapped_column(default=False, server_default=false())
    featured: Mapped[bool] = mapped_column(default=False, index=True)
    offers_free_consultations: Mapped[bool] = mapped_column(default=False)
    next_slot_at: Mapped[datetime | None] = mapped_column(default=None)
    availability_version: Mapped[int] = mapped_column(default=0)

    def write(self, profile: WriteProfile) -> None:
        """Fill the empty profile; raises ``ProfileExists`` where it is not empty."""
        if self.written:
            raise ProfileExists
        for name in WRITTEN:
            setattr(self, name, getattr(profile, name))

    @property
    def written(self) -> bool:
        return self.display_name != ""

    def require_written(self) -> None:
        if not self.written:
            raise NotFound("you have no profile yet: write one first")

    @property
    def verified(self) -> bool:
        """True until licences exist: the one place that will ask for them."""
        return True

    @property
    def listed(self) -> bool:
        return self.status == SpecialistStatus.LISTED

    def change(self, change: ChangeProfile, now: datetime) -> list[Event]:
        """Take on what was given; list or unlist.

        Raises ``NotFound`` before the profile is written, and ``ProfileIncomplete``.
        """
        self.require_written()
        was_listed = self.listed
        before = self._shown()
        for name in WRITTEN:
            value = getattr(change, name)
            if value is not None:
                setattr(self, name, value)
        if change.status is not None:
            self.status = SpecialistStatus(change.status)
        if self.listed:
            self._require_complete()
        events = list(self._listing_events(was_listed, before))
        return events + self.review_featuring(now)

    def _require_complete(self) -> None:
        missing = [name for name in NEEDED_TO_LIST if not getattr(self, name)]
        if missing:
            raise ProfileIncomplete(
                errors=[
                    FieldError(name, "Needed before the profile is listed.") for name in missing
                ]
            )

    def _listing_events(self, was_listed: bool, before: tuple[object, ...]) -> Iterator[Event]:
        if self.listed and not was_listed:
            yield SpecialistListed(
                specialist_id=self.id,
                version=self._next_version(),
                display_name=self.display_name,
                headline=self.headline,
            )
        elif self.listed and self._shown() != before:
            yield SpecialistUpdated(
                specialist_id=self.id,
                version=self._next_version(),
                display_name=self.display_name,
                headline=self.headline,
            )
        elif was_listed and not self.listed:
            yield SpecialistUnlisted(specialist_id=self.id, version=self._next_version())

    def learn_availability(self, news: AvailabilityChanged, now: datetime) -> list[Event]:
        """Take on what booking says, unless something newer is known."""
        if news.version <= self.availability_version:
            return []
        self.availability_version = news.version
        self.offers_free_consultations = news.offers_free_consultations
        self.next_slot_at = news.next_slot_at
        return self.review_featuring(now)

    def review_featuring(self, now: datetime) -> list[Event]:
        """Make ``featured`` what the facts say; the event where that is a change."""
        reason = why_not_featured(self._facts(), now)
        if self.featured == (reason is None):
            return []
        self.featured = reason is None
        if reason is not None:
            return [
                SpecialistUnfeatured(
                    specialist_id=self.id, version=self._next_version(), reason=reason
                )
            ]
        assert self.next_slot_at is not None
        return [
            SpecialistFeatured(
                specialist_id=self.id,
                version=self._next_version(),
                display_name=self.display_name,
                headline=self.headline,
                next_slot_at=self.next_slot_at,
            )
        ]

    def _facts(self) -> Facts:
        return Facts(
            listed=self.listed,
            verified=self.verified,
            offers_free_consultations=self.offers_free_consultations,
            next_slot_at=self.next_slot_at,
        )

    def _shown(self) -> tuple[object, ...]:
        return tuple(getattr(self, name) for name in WRITTEN)

    def _next_version(self) -> int:
        self.version += 1
        return self.version

    def to_resource(self) -> contract.Specialist:
        return contract.Specialist(
            id=self.id,
            status=SpecialistStatus(self.status),
            display_name=self.display_name,
            headline=self.headline,
            biography=self.biography,
            languages=self.languages,
            topics=self.topics,
            verified=self.verified,
            featured=self.featured,
            next_slot_at=self.next_slot_at,
        )
