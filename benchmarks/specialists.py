"""Featured specialists, written straight into the database of profiles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from chassis.ids import new_id
from contracts.booking.availability import AvailabilityChanged
from contracts.profiles.specialists import ChangeProfile, Listing, SpecialistStatus, WriteProfile
from services.profiles.discovery import directory
from services.profiles.specialists.slugs import slug_for
from services.profiles.specialists.specialists import Specialist
from tests.support.databases import connected_database
from tests.support.tokens import plant_key

NAME = "Dr Ada Example"


@dataclass(frozen=True)
class Planted:
    """A specialist who is listed and featured."""

    id: UUID
    slug: str


def featured_specialists(database: str, number: int) -> list[Planted]:
    """Write this many specialists, and the key that signs tokens in tests."""
    profiles = connected_database(database, "profiles")
    plant_key(profiles)
    people = [_a_featured_one() for _ in range(number)]
    with profiles.transaction() as tx:
        for each in people:
            each.slug = slug_for(tx, each.id, NAME)
            tx.add(each)
        for each in people:
            directory.update_entry(tx, each)
    planted = [Planted(each.id, each.slug) for each in people]
    profiles.dispose()
    return planted


def _a_featured_one() -> Specialist:
    now = datetime.now(UTC)
    specialist = Specialist(
        id=new_id(),
        version=0,
        status=SpecialistStatus.DRAFT,
        display_name="",
        featured=False,
        availability_version=0,
    )
    specialist.write(
        WriteProfile(
            display_name=NAME,
            headline="Where to start",
            biography="I listen first. " * 40,
            languages=["en", "de"],
            topics=["anxiety", "low-mood"],
            online=True,
        )
    )
    specialist.apply_licence(date.max, now)
    specialist.learn_availability(
        AvailabilityChanged(
            specialist_id=specialist.id,
            version=1,
            offers_free_consultations=True,
            next_slots=[now + timedelta(days=2)],
        ),
        now,
    )
    specialist.change(ChangeProfile(status=Listing.LISTED), now)
    return specialist
