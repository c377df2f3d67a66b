"""Where consultations are held: no one is without a place, and both sides always know it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update
from structlog.testing import capture_logs

from chassis.context import Caller
from chassis.scheduling import every
from chassis.schemas import Reading, load
from contracts.booking.availability import Availability, AvailabilityChanged, NoPlace
from contracts.booking.consultations import (
    ConsultationBooked,
    ConsultationCancelled,
    ConsultationPlaceChanged,
    ConsultationRescheduled,
)
from contracts.profiles.privacy import AccountErased
from services.booking.availability.calendars import Calendar
from services.booking.service import BookingService
from tests.booking.builders import (
    an_availability,
)
from tests.booking.steps import a_client, a_specialist, book, cancel, reschedule, seen, slots_of
from tests.support.begun_consultations import let_begin
from tests.support.databases import Databases
from tests.support.eventually import eventually
from tests.support.service_client import Talking, serving, somebody

TEN_MINUTES, A_SECOND = timedelta(minutes=10), timedelta(seconds=1)
OWN, OTHER = "https://video.example/ada?pwd=hush", "https://video.example/other?pwd=hush"
STREET, OTHER_STREET = "12 Long Street", "3 Short Street"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def roomless_database(request: pytest.FixtureRequest) -> str:
    kind = "sqlite_databases" if request.param == "sqlite" else "postgres_databases"
    databases: Databases = request.getfixturevalue(kind)
    return databases.fresh("booking")


@pytest.fixture(scope="module")
def roomless(roomless_database: str) -> Iterator[Talking]:
    """Booking where the platform makes no rooms, and schedules look often for a lease."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(every, "LONGEST_WAIT_S", 0.2)
        with serving(BookingService, roomless_database, meeting="") as running:
            yield running


# Where it is held


# Following


# In whose zone


def test_events_name_the_zone_of_the_specialist_whose_calendar_may_be_gone(
    booking: Talking,
) -> None:
    specialist, client = a_specialist(booking, time_zone="Asia/Kathmandu"), a_client()
    booked = book(booking, client, specialist, slots_of(booking, specialist)[0])
    reschedule(booking, client, booked.id, slots_of(booking, specialist)[4])
    booking.hears(AccountErased(account_id=specialist.known()))
    for kind in (ConsultationBooked, ConsultationRescheduled, ConsultationCancelled):
        [told] = booking.told(kind, booked.id)
        assert vars(told)["time_zone"] == "Asia/Kathmandu"


# No place


# As others meet it


def change(booking: Talking, specialist: Caller, **changes: Any) -> Availability:
    before = load(Availability, booking.asked_by(specialist).get_availability(), Reading.WIRE)
    answer = booking.asked_by(specialist).set_availability(availability=replace(before, **changes))
    return load(Availability, answer, Reading.WIRE)


def test_those_ahead_follow_in_the_same_breath_and_both_are_told_once(booking: Talking) -> None:
    specialist, clients = a_specialist(booking), [a_client() for _ in range(3)]
    slots = slots_of(booking, specialist)
    made = [book(booking, client, specialist, slots[2 * n]) for n, client in enumerate(clients)]
    over, cancelled, ahead = made
    let_begin(booking.store, over.id)
    cancel(booking, clients[1], cancelled.id)
    change(booking, specialist, in_person_address=STREET)
    for person in (specialist, clients[2]):
        now = seen(booking, person, ahead.id)
        assert (now.meeting_address, now.meeting_link) == (STREET, None)
    [told] = booking.told(ConsultationPlaceChanged, ahead.id)
    assert (told.version, told.meeting_address, told.time_zone) == (2, STREET, "UTC")
    change(booking, specialist, minimum_notice_hours=1)
    assert len(booking.told(ConsultationPlaceChanged, ahead.id)) == 1
    for each in (over, cancelled):
        assert booking.told(ConsultationPlaceChanged, each.id) == []
    assert seen(booking, clients[0], over.id).meeting_link == over.meeting_link


def test_who_comes_back_online_gets_a_room_for_each_consultation(booking: Talking) -> None:
    specialist = a_specialist(booking, in_person_address=STREET)
    slots = slots_of(booking, specialist)
    ids = [book(booking, a_client(), specialist, slots[n]).id for n in (0, 2)]
    change(booking, specialist, in_person_address=None)
    links = {seen(booking, specialist, id).meeting_link for id in ids}
    assert len(links) == 2
    assert all(link is not None and link.startswith("https://meet.example/") for link in links)
    assert links == {booking.told(ConsultationPlaceChanged, id)[0].meeting_link for id in ids}


def test_free_consultations_are_not_offered_without_a_place(roomless: Talking) -> None:
    specialist = somebody("specialist")
    with pytest.raises(NoPlace):
        roomless.asked_by(specialist).set_availability(availability=an_availability())
    for name, place in {"meeting_link": OWN, "in_person_address": STREET}.items():
        a_specialist(roomless, True, **{name: place})
    roomless.asked_by(specialist).set_availability(availability=an_availability(offers=False))


def test_no_place_is_given_up_that_booked_consultations_need(roomless: Talking) -> None:
    specialist, client = a_specialist(roomless, meeting_link=OWN), a_client()
    booked = book(roomless, client, specialist, slots_of(roomless, specialist)[0])
    with pytest.raises(NoPlace):
        change(roomless, specialist, offers_free_consultations=False, meeting_link=None)
    change(roomless, specialist, offers_free_consultations=False)
    cancel(roomless, client, booked.id)
    left = change(roomless, specialist, offers_free_consultations=False, meeting_link=None)
    assert left.meeting_link is None


def test_an_own_link_is_shown_to_its_specialist_and_to_both_sides_when_it_is_time(
    roomless: Talking,
) -> None:
    specialist, client = a_specialist(roomless, meeting_link=OWN), a_client()
    assert roomless.asked_by(specialist).get_availability()["meeting_link"] == OWN
    booked = book(roomless, client, specialist, slots_of(roomless, specialist)[0])
    assert booked.meeting_link is None
    assert booked.meeting_link_shown_from == booked.starts_at - TEN_MINUTES
    now = datetime.now(UTC).replace(microsecond=0)
    for starts_at, link in (
        (now + timedelta(hours=1), None),
        (now + timedelta(minutes=5), OWN),
        (now - timedelta(hours=1), None),
    ):
        let_begin(roomless.store, booked.id, starts_at)
        for person in (specialist, client):
            assert seen(roomless, person, booked.id).meeting_link == link
            [listed] = roomless.asked_by(person).list_consultations(query={})["items"]
            assert listed["meeting_link"] == link


def test_another_own_link_is_told_without_being_named(roomless: Talking) -> None:
    specialist, client = a_specialist(roomless, meeting_link=OWN), a_client()
    booked = book(roomless, client, specialist, slots_of(roomless, specialist)[0])
    change(roomless, specialist, meeting_link=OTHER)
    change(roomless, specialist, meeting_link=OTHER)
    [told] = roomless.told(ConsultationPlaceChanged, booked.id)
    assert (told.meeting_address, told.meeting_link) == (None, None)
    let_begin(roomless.store, booked.id, datetime.now(UTC).replace(microsecond=0))
    assert seen(roomless, client, booked.id).meeting_link == OTHER


def test_an_own_link_is_kept_and_logged_nowhere_in_clear(roomless: Talking) -> None:
    with capture_logs() as logs:
        specialist, client = a_specialist(roomless, meeting_link=OWN), a_client()
        booked = book(roomless, client, specialist, slots_of(roomless, specialist)[0])
        later = slots_of(roomless, specialist)[3]
        change(roomless, specialist, meeting_link=OTHER)
        let_begin(roomless.store, booked.id, datetime.now(UTC) + timedelta(minutes=5))
        seen(roomless, client, booked.id)
        reschedule(roomless, specialist, booked.id, later)
    for event in (ConsultationBooked, ConsultationRescheduled, ConsultationPlaceChanged):
        assert roomless.told(event, booked.id)
    for table in ("calendars", "consultations", "replies", "outbox"):
        kept = [
            bytes(each) if isinstance(each, memoryview) else each
            for row in roomless.rows(table)
            for each in row
        ]
        assert "video.example" not in str(kept)
    assert "video.example" not in str(logs)


def test_an_own_link_goes_with_its_specialists_account_and_in_their_export(
    roomless: Talking,
) -> None:
    specialist = a_specialist(roomless, meeting_link=OWN)
    exported = roomless.asked_by(specialist).export_personal_data()
    assert exported["availability"]["meeting_link"] == OWN
    roomless.hears(AccountErased(account_id=specialist.known()))
    ids = [each.specialist_id for each in roomless.rows("calendars")]
    assert specialist.known() not in ids


def test_calendars_that_have_no_place_are_closed_by_the_clock(roomless: Talking) -> None:
    specialist = a_specialist(roomless, meeting_link=OWN)
    other = a_specialist(roomless, meeting_link=OTHER)
    with roomless.store.transaction() as tx:
        theirs = Calendar.specialist_id == specialist.known()
        tx.execute(update(Calendar).where(theirs).values(sealed_meeting_link=None))
        tx.execute(roomless.store.table("clocks").delete())
    put_off = eventually(
        lambda: [
            each
            for each in roomless.told(AvailabilityChanged, specialist.known())
            if not each.offers_free_consultations
        ]
    )
    assert len(put_off) == 1
    assert slots_of(roomless, specialist) == []
    assert slots_of(roomless, other) != []
