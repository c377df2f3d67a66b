"""What tests of rescue do: list specialists of a topic, and read what was held."""

from __future__ import annotations

from typing import Any

from chassis.context import Caller
from chassis.schemas import Reading, load
from contracts.booking.holds import HeldSlot, HeldSlots, RescueOffered
from contracts.profiles.specialists import SpecialistListed
from tests.booking.steps import a_specialist
from tests.support.service_client import Talking


def listed_as(specialist: Caller, languages: list[str], topics: list[str]) -> SpecialistListed:
    return SpecialistListed(
        specialist_id=specialist.known(),
        version=2,
        display_name="Dr Ada Example",
        headline="",
        languages=languages,
        topics=topics,
    )


def of_topic(booking: Talking, topic: str, **availability: Any) -> Caller:
    specialist = a_specialist(booking, **availability)
    booking.hears(listed_as(specialist, ["en"], [topic]))
    return specialist


def rescued(booking: Talking, consultation_id: object) -> list[HeldSlot]:
    return [slot for each in booking.told(RescueOffered, consultation_id) for slot in each.slots]


def held_for(booking: Talking, client: Caller) -> list[HeldSlot]:
    return load(HeldSlots, booking.asked_by(client).list_held_slots(), Reading.WIRE).items
