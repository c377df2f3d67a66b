"""What tests of booking do over RPC: set up specialists and clients, book, cancel, attend."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from chassis.context import Caller
from chassis.ids import new_id
from chassis.schemas import Reading, load
from contracts.booking import consultations as contract
from contracts.booking.consultations import Attendance, ConsultationsQuery, PrivateNote
from contracts.booking.outcomes import Wish
from contracts.booking.slots import MOST_ON_A_PAGE, Slots, SlotsQuery
from contracts.profiles.specialists import SpecialistListed, SpecialistUnlisted
from services.booking.consultations.consultations import Consultation
from tests.booking.builders import EVERY_DAY, HALF_AN_HOUR, an_availability, on
from tests.support.service_client import NOBODY, Talking, somebody

IN_THREE_DAYS = (datetime.now(UTC) + timedelta(days=3)).replace(
    hour=0, minute=0, second=0, microsecond=0
)
"""When the first slot starts: so far off that no slot passes while a test looks."""
THAT_WEEKDAY = EVERY_DAY[IN_THREE_DAYS.weekday()]


SECRET = "I have not slept for weeks."


def listed(specialist_id: UUID, version: int = 1) -> SpecialistListed:
    return SpecialistListed(
        specialist_id=specialist_id, version=version, display_name="Dr Ada Example", headline=""
    )


def unlisted(specialist_id: UUID, version: int) -> SpecialistUnlisted:
    return SpecialistUnlisted(specialist_id=specialist_id, version=version)


def a_specialist(booking: Talking, profile_listed: bool = True, **availability: Any) -> Caller:
    """Who can be booked in three days, from midnight to midnight, and every week after that."""
    specialist = somebody("specialist")
    wanted = {"hours": [on(THAT_WEEKDAY, "00:00", "24:00")], **availability}
    booking.asked_by(specialist).set_availability(availability=an_availability(**wanted))
    if profile_listed:
        booking.hears(listed(specialist.known()))
    return specialist


def a_client() -> Caller:
    return somebody("client")


def slots_of(
    booking: Talking, specialist: Caller, query: SlotsQuery | None = None
) -> list[datetime]:
    """On all pages."""
    query = replace(query or SlotsQuery(), limit=MOST_ON_A_PAGE)
    found: list[datetime] = []
    while True:
        answer = booking.asked_by(NOBODY).list_slots(specialist_id=specialist.known(), query=query)
        page = load(Slots, answer, Reading.WIRE)
        found += [each.starts_at for each in page.items]
        if page.next is None:
            return found
        query = replace(query, cursor=page.next)


def book(
    booking: Talking,
    client: Caller,
    specialist: Caller,
    starts_at: datetime,
    key: str | None = None,
) -> contract.Consultation:
    answer = booking.asked_by(client, key).book_consultation(
        specialist_id=specialist.known(), starts_at=starts_at
    )
    return load(contract.Consultation, answer, Reading.WIRE)


def consultations_of(
    booking: Talking, person: Caller, query: ConsultationsQuery | None = None
) -> list[UUID]:
    answer = booking.asked_by(person).list_consultations(query=query or ConsultationsQuery())
    return [UUID(each["id"]) for each in answer["items"]]


def a_row(**columns: Any) -> dict[str, Any]:
    starts_at = datetime(2030, 1, 7, 9, 0, tzinfo=UTC)
    usual = {
        "id": new_id(),
        "version": 1,
        "specialist_id": new_id(),
        "client_id": new_id(),
        "starts_at": starts_at,
        "ends_at": starts_at + HALF_AN_HOUR,
        "status": "booked",
        "booked_at": starts_at - timedelta(days=1),
        "time_zone": "UTC",
        "meeting_link": "https://meet.example/a-room",
    }
    return {**usual, **columns}


def put(booking: Talking, row: dict[str, Any]) -> None:
    with booking.store.transaction() as tx:
        tx.execute(insert(Consultation).values(**row))


def a_pair(booking: Talking, **availability: Any) -> tuple[Caller, Caller, contract.Consultation]:
    """A client and a specialist with the first slot booked."""
    specialist, client = a_specialist(booking, **availability), a_client()
    return client, specialist, book(booking, client, specialist, slots_of(booking, specialist)[0])


def cancel(
    booking: Talking, by: Caller, consultation_id: UUID, reason: str | None = None
) -> contract.Consultation:
    answer = booking.asked_by(by).cancel_consultation(
        consultation_id=consultation_id, cancellation={"reason": reason}
    )
    return load(contract.Consultation, answer, Reading.WIRE)


def reschedule(
    booking: Talking, by: Caller, consultation_id: UUID, starts_at: datetime
) -> contract.Consultation:
    answer = booking.asked_by(by).reschedule_consultation(
        consultation_id=consultation_id, starts_at=starts_at
    )
    return load(contract.Consultation, answer, Reading.WIRE)


def attend(
    booking: Talking, by: Caller, consultation_id: UUID, attendance: Attendance
) -> contract.Consultation:
    answer = booking.asked_by(by).say_attendance(
        consultation_id=consultation_id, attendance=attendance
    )
    return load(contract.Consultation, answer, Reading.WIRE)


def say(booking: Talking, by: Caller, consultation_id: UUID, wish: Wish) -> None:
    assert booking.asked_by(by).say_outcome(consultation_id=consultation_id, outcome=wish) is None


def seen(booking: Talking, by: Caller, consultation_id: UUID) -> contract.Consultation:
    answer = booking.asked_by(by).get_consultation(consultation_id=consultation_id)
    return load(contract.Consultation, answer, Reading.WIRE)


def book_with_note(booking: Talking, client: Caller, specialist: Caller) -> contract.Consultation:
    answer = booking.asked_by(client, "once").book_consultation(
        specialist_id=specialist.known(),
        starts_at=slots_of(booking, specialist)[0],
        note=PrivateNote(text=SECRET),
    )
    return load(contract.Consultation, answer, Reading.WIRE)
