"""The people of the demo data: specialists, from ``firststep/demo_specialists``, and the others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from unicodedata import normalize

from chassis.schemas import Reading, load
from contracts.booking.availability import Availability
from contracts.profiles.accounts import Role, SignUpRole
from contracts.profiles.preferences import Language
from contracts.profiles.specialists import WriteProfile
from firststep.front_matter import files_in

PASSWORD = "demo password, not a secret"


@dataclass(frozen=True)
class DemoPerson:
    """``role``: one that an operator grants, or that of the sign-up."""

    name: str
    email: str
    role: Role
    language: Language
    country: str
    time_zone: str

    @property
    def signs_up_as(self) -> SignUpRole:
        return SignUpRole.SPECIALIST if self.role is Role.SPECIALIST else SignUpRole.CLIENT


@dataclass(frozen=True)
class DemoSpecialist:
    person: DemoPerson
    profile: WriteProfile
    availability: Availability


def demo_specialists() -> Iterator[DemoSpecialist]:
    """Each file has the profile and the hours as the API takes them, and below them the
    biography."""
    for wire, biography in files_in("demo_specialists"):
        yield _specialist(wire, biography)


def _specialist(wire: dict[str, Any], biography: str) -> DemoSpecialist:
    profile = {**wire["profile"], "display_name": wire["name"], "biography": biography}
    availability = {**wire["availability"], "offers_free_consultations": True}
    person = DemoPerson(
        name=wire["name"],
        email=_address_of(wire["name"]),
        role=Role.SPECIALIST,
        language=Language(wire["language"]),
        country=wire["country"],
        time_zone=availability["time_zone"],
    )
    return DemoSpecialist(
        person=person,
        profile=load(WriteProfile, profile, Reading.BODY),
        availability=load(Availability, availability, Reading.BODY),
    )


def _address_of(name: str) -> str:
    """The name in ASCII: addresses have no other letters before the @."""
    ascii_name = normalize("NFKD", name).encode("ascii", "ignore").decode()
    return f"{ascii_name.lower().replace(' ', '.')}@demo.example"


def _other(name: str, role: Role, language: Language, country: str, zone: str) -> DemoPerson:
    return DemoPerson(name, f"{role}@demo.example", role, language, country, zone)


CLIENT = _other("Sam Lindner", Role.CLIENT, Language.EN, "DE", "Europe/Berlin")
EDITOR = _other("Edda Moor", Role.EDITOR, Language.DE, "AT", "Europe/Vienna")
ADMIN = _other("Alex Reuter", Role.ADMIN, Language.EN, "DE", "Europe/Berlin")
SPECIALISTS = tuple(demo_specialists())
