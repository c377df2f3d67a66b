"""The Specialist: a public profile, its listing, featuring and right to practise."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from chassis.errors import FieldError
from chassis.events import Event
from contracts.booking.availability import AvailabilityChanged
from contracts.profiles import specialists as contract
from contracts.profiles.featuring import NotFeatured, SpecialistFeatured, SpecialistUnfeatured
from contracts.profiles.right_to_practise import RightToPractiseChanged, Standing
from contracts.profiles.specialists import (
    ChangeProfile,
    ProfileIncomplete,
    SpecialistChanged,
    SpecialistListed,
    SpecialistStatus,
    SpecialistUnlisted,
    SpecialistUpdated,
)
from services.profiles.base import Base
from services.profiles.featuring.rule import (
    FeaturingFacts,
    obstacles,
    why_featured,
    why_not_featured,
)
from services.profiles.right_to_practise import RENEWABLE, RightToPractise
from services.profiles.specialists import photos
from services.profiles.specialists.profile import Profile


class PublicView(NamedTuple):
    """The public view of a specialist: nothing unless the profile is listed."""

    version: int
    resource: contract.Specialist | None
    offers_free_consultations: bool


class Specialist(RightToPractise, Profile, Base):
    """The row has the id of its account: an account has one profile at most.

    It may exist before the profile is written, since events of booking may come first.

    ``verified_until``: the first day, in UTC, on which the licence in force is no longer valid.
    ``lapsed``: the profile was unlisted by the licence's expiry, so a renewed licence lists it
    again.
    """

    __tablename__ = "specialists"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=0)
    slug: Mapped[str] = mapped_column(default="")
    """The present slug; ``slugs`` has the former ones."""
    status: Mapped[str] = mapped_column(default=SpecialistStatus.DRAFT)
    verified_until: Mapped[date | None] = mapped_column(default=None, index=True)
    lapsed: Mapped[bool] = mapped_column(default=False)
    featured: Mapped[bool] = mapped_column(default=False, index=True)
    offers_free_consultations: Mapped[bool] = mapped_column(default=False)
    next_slot_at: Mapped[datetime | None] = mapped_column(default=None)
    next_slots: Mapped[list[str]] = mapped_column(default=list)
    availability_version: Mapped[int] = mapped_column(default=0)
    obstacle: Mapped[str | None] = mapped_column(default=NotFeatured.NOT_LISTED)
    """The first condition of featuring that was not met at the last review."""
    featuring_seen_at: Mapped[datetime | None] = mapped_column(default=None)
    featuring_since: Mapped[datetime | None] = mapped_column(default=None)

    @property
    def verified(self) -> bool:
        """Whether a licence was in force at the last review; ``verified_at`` is exact."""
        return self.verified_until is not None

    def verified_at(self, now: datetime) -> bool:
        """Whether a licence is in force, until midnight UTC after its last day."""
        return self.verified_until is not None and now.astimezone(UTC).date() < self.verified_until

    @property
    def listed(self) -> bool:
        return self.status == SpecialistStatus.LISTED

    def change(self, change: ChangeProfile, now: datetime, slug: str | None = None) -> list[Event]:
        """Change fields, the slug if given, and the listing.

        Raises ``NotFound`` before the profile is written, ``ProfileIncomplete``, ``NoSuchCode``.
        """
        self.require_written()
        was_listed = self.listed
        before = self.shown()
        self.take(change)
        if slug is not None:
            self.slug = slug
        if change.status is not None:
            self.status = SpecialistStatus(change.status)
            self.lapsed = False
        if self.listed:
            self._require_complete(now)
        events = list(self._listing_events(was_listed, before))
        return events + self.review_featuring(now)

    def show_photo(self, key: str) -> list[Event]:
        """Show the photo with this key, or none."""
        self.require_written()
        before = self.shown()
        self.photo = key
        return list(self._listing_events(self.listed, before))

    def withdraw(self, now: datetime) -> list[Event]:
        """Unlist the profile for good, because its account is erased."""
        was_listed = self.listed
        self.status = SpecialistStatus.UNLISTED
        events = list(self._listing_events(was_listed, self.shown()))
        return events + self.review_featuring(now)

    def apply_licence(
        self, until: date | None, now: datetime, ended: Standing | None = None
    ) -> list[Event]:
        """Apply the state of the licence: in force until this day, or not at all, which unlists.

        ``ended``: how the licence in force ended. A listing lost by expiry comes back with the next
        licence.
        """
        was_listed = self.listed
        self.verified_until = until
        if self.verified_at(now):
            self.licence_standing = Standing.GOOD
            if self.lapsed and not self.missing_to_list(now):
                self.status = SpecialistStatus.LISTED
            self.lapsed = False
        else:
            self.licence_standing = ended or self.licence_standing
            self._lose_listing(by_expiry=ended in RENEWABLE)
        return self._follow_up_events(was_listed, now)

    def apply_account(self, suspended: bool, role_revoked: bool, now: datetime) -> list[Event]:
        """Apply the account's suspension and role. Either unlists, and the listing does not come
        back by itself."""
        was_listed = self.listed
        self.suspended, self.role_revoked = suspended, role_revoked
        if self.barred:
            self._lose_listing(by_expiry=False)
        return self._follow_up_events(was_listed, now)

    def _lose_listing(self, by_expiry: bool) -> None:
        if self.listed:
            self.status = SpecialistStatus.UNLISTED
            self.lapsed = by_expiry

    def _follow_up_events(self, was_listed: bool, now: datetime) -> list[Event]:
        events = list(self._listing_events(was_listed, self.shown()))
        events += self.review_featuring(now)
        return events + list(self._right_events())

    def _right_events(self) -> Iterator[Event]:
        standing = self.review_standing()
        if standing is not None:
            yield RightToPractiseChanged(
                specialist_id=self.id, version=self.next_version(), standing=standing
            )

    def _require_complete(self, now: datetime) -> None:
        missing = self.missing_to_list(now)
        if missing:
            raise ProfileIncomplete(errors=missing)

    def missing_to_list(self, now: datetime) -> list[FieldError]:
        """All conditions of listing that are not met."""
        missing = list(self.missing())
        if not self.verified_at(now):
            missing.append(
                FieldError("licence", "You need a verified licence that is still valid.")
            )
        if self.barred:
            missing.append(
                FieldError("account", "You need an account that may offer consultations.")
            )
        return missing

    def _listing_events(self, was_listed: bool, before: dict[str, Any]) -> Iterator[Event]:
        if self.listed and not was_listed:
            yield SpecialistListed(
                specialist_id=self.id,
                version=self.next_version(),
                slug=self.slug,
                display_name=self.display_name,
                headline=self.headline,
                languages=self.languages,
                topics=self.topics,
            )
        elif self.listed and self.shown() != before:
            yield SpecialistUpdated(
                specialist_id=self.id,
                version=self.next_version(),
                slug=self.slug,
                display_name=self.display_name,
                headline=self.headline,
                languages=self.languages,
                topics=self.topics,
            )
        elif was_listed and not self.listed:
            yield SpecialistUnlisted(specialist_id=self.id, version=self.next_version())

    def learn_availability(self, news: AvailabilityChanged, now: datetime) -> list[Event]:
        """Store booking's availability, unless newer one is stored."""
        if news.version <= self.availability_version:
            return []
        self.availability_version = news.version
        self.offers_free_consultations = news.offers_free_consultations
        self.next_slot_at = news.next_slot_at
        self.next_slots = [each.isoformat() for each in news.next_slots]
        return self.review_featuring(now)

    def review_featuring(self, now: datetime) -> list[Event]:
        """Set ``featured`` by the facts; returns the event where it changed.

        To be called after every change of a fact, and regularly, since time changes it, too.
        """
        before, obstacle = self.obstacle, why_not_featured(self._facts(now), now)
        self.obstacle, self.featuring_seen_at = obstacle, now
        if self.featured == (obstacle is None):
            return []
        self.featured, self.featuring_since = obstacle is None, now
        if obstacle is not None:
            return [
                SpecialistUnfeatured(
                    specialist_id=self.id, version=self.next_version(), reason=obstacle
                )
            ]
        assert self.next_slot_at is not None
        return [
            SpecialistFeatured(
                specialist_id=self.id,
                version=self.next_version(),
                display_name=self.display_name,
                headline=self.headline,
                next_slot_at=self.next_slot_at,
                reason=why_featured(before),
            )
        ]

    def featuring_was_true(self) -> bool:
        """Whether the present facts gave this ``featured`` at the time of the last review. If so,
        time alone has changed it since."""
        seen_at = self.featuring_seen_at
        return seen_at is None or self.featured == (
            why_not_featured(self._facts(seen_at), seen_at) is None
        )

    def obstacles(self, now: datetime) -> list[NotFeatured]:
        """All conditions of featuring that are not met."""
        return obstacles(self._facts(now), now)

    def _facts(self, now: datetime) -> FeaturingFacts:
        return FeaturingFacts(
            listed=self.listed,
            verified=self.verified_at(now),
            offers_free_consultations=self.offers_free_consultations,
            next_slot_at=self.next_slot_at,
        )

    @property
    def specialist_id(self) -> UUID:
        return self.id

    def history_fields(self) -> dict[str, Any]:
        """The fields that the history records."""
        return {**self.shown(), "status": str(self.status)}

    def next_version(self) -> int:
        """The version of the next event about this specialist, of any kind."""
        self.version += 1
        return self.version

    def snapshot(self) -> PublicView:
        resource = self.to_resource() if self.listed else None
        return PublicView(self.version, resource, self.listed and self.offers_free_consultations)

    def changes_since(self, seen: PublicView) -> Iterator[Event]:
        """The event that drops cached copies, where the public view has changed."""
        now = self.snapshot()
        if now[1:] != seen[1:]:
            told_already = now.version != seen.version
            version = self.version if told_already else self.next_version()
            yield SpecialistChanged(specialist_id=self.id, version=version)

    def to_resource(self) -> contract.Specialist:
        return contract.Specialist(
            id=self.id,
            slug=self.slug,
            status=SpecialistStatus(self.status),
            display_name=self.display_name,
            pronouns=self.pronouns,
            headline=self.headline,
            biography=self.biography,
            biography_html=self.biography_html,
            photo=photos.urls_of(self.photo),
            topics=self.topics,
            approaches=self.approaches,
            languages=self.languages,
            countries=self.countries,
            in_person=self.in_person,
            practice=contract.Practice(**self.practice),
            online=self.online,
            fees=[contract.Fee(**fee) for fee in self.fees],
            accessibility=self.accessibility,
            verified=self.verified,
            featured=self.featured,
            next_slot_at=self.next_slot_at,
            next_slots=[datetime.fromisoformat(each) for each in self.next_slots or ()],
        )
