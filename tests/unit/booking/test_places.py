"""Where a consultation takes place: rules of addresses and meeting links."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from contracts.booking.availability import AvailabilityChanged, NoPlace
from contracts.booking.consultations import (
    CancellationReason,
    ConsultationPlaceChanged,
    NoFreeConsultations,
    Party,
)
from services.booking.availability.busy import Busy
from services.booking.availability.calendars import Calendar
from services.booking.consultations.consultations import Consultation
from tests.booking.builders import (
    HALF_AN_HOUR,
    MONDAY,
    a_calendar,
    a_consultation,
    at,
    moved,
)
from tests.support.service_client import somebody

TEN_MINUTES, A_SECOND = timedelta(minutes=10), timedelta(seconds=1)
TUESDAY = at("09:00", days_later=1)
ROOM, OTHER_ROOM = "https://meet.example/one", "https://meet.example/other"
STREET, OTHER_STREET = "12 Long Street", "3 Short Street"
NO_ROOM: str | None = None


@pytest.mark.parametrize(
    ("address", "own", "room", "held"),
    [
        (STREET, "sealed", ROOM, (STREET, None)),
        (None, "sealed", ROOM, (None, ROOM)),
        (None, "sealed", NO_ROOM, (None, None)),
        (None, None, ROOM, (None, ROOM)),
    ],
)
def test_the_practice_comes_before_a_room_and_a_room_before_an_own_link(
    address: str | None,
    own: str | None,
    room: str | None,
    held: tuple[str | None, str | None],
) -> None:
    calendar = a_calendar(in_person_address=address, sealed_meeting_link=own)
    booked, event = Consultation.book(
        calendar, somebody().known(), TUESDAY, Busy(), [], MONDAY, meeting_link=room
    )
    assert (booked.meeting_address, booked.meeting_link) == held
    assert (event.meeting_address, event.meeting_link) == held


def test_nothing_is_booked_where_there_is_no_place_for_it() -> None:
    with pytest.raises(NoFreeConsultations):
        a_consultation(a_calendar(sealed_meeting_link=None))


def test_an_own_link_is_shown_from_ten_minutes_before_until_the_end() -> None:
    booked = a_consultation()
    assert booked.own_link_shown_from == TUESDAY - TEN_MINUTES
    shown = [
        booked.shows_own_link(TUESDAY + after)
        for after in (
            -TEN_MINUTES - A_SECOND,
            -TEN_MINUTES,
            HALF_AN_HOUR - A_SECOND,
            HALF_AN_HOUR,
        )
    ]
    assert shown == [False, True, True, False]


def test_no_own_link_is_shown_with_what_is_held_elsewhere_or_not_at_all() -> None:
    at_practice = a_consultation(a_calendar(in_person_address=STREET))
    cancelled = a_consultation()
    cancelled.cancel(Party.CLIENT, CancellationReason.OTHER, MONDAY)
    for each in (at_practice, cancelled):
        assert each.own_link_shown_from is None
        assert not each.shows_own_link(TUESDAY)


def test_a_consultation_follows_the_practice_and_says_where_it_is_held_now() -> None:
    booked = a_consultation(a_calendar(in_person_address=STREET))
    there = a_calendar(in_person_address=OTHER_STREET, time_zone="Europe/Berlin")
    event = booked.follow(there, NO_ROOM, False, at("10:00"))
    assert event == ConsultationPlaceChanged(
        consultation_id=booked.id,
        version=2,
        client_id=booked.client_id,
        specialist_id=booked.specialist_id,
        starts_at=TUESDAY,
        time_zone="Europe/Berlin",
        meeting_address=OTHER_STREET,
        meeting_link=None,
    )
    assert (booked.version, booked.place_changed_at) == (2, at("10:00"))


@pytest.mark.parametrize(
    ("before", "room_before", "after", "room", "another_link", "held"),
    [
        ({}, NO_ROOM, {}, NO_ROOM, True, (None, None)),
        ({}, NO_ROOM, {}, ROOM, False, (None, ROOM)),
        ({}, ROOM, {}, NO_ROOM, False, (None, None)),
        ({}, NO_ROOM, {"in_person_address": STREET}, NO_ROOM, False, (STREET, None)),
        ({}, ROOM, {"in_person_address": STREET}, OTHER_ROOM, False, (STREET, None)),
        ({"in_person_address": STREET}, ROOM, {}, OTHER_ROOM, False, (None, OTHER_ROOM)),
        ({"in_person_address": STREET}, NO_ROOM, {}, NO_ROOM, False, (None, None)),
    ],
    ids=[
        "another own link",
        "rooms are made now",
        "no rooms are made any more",
        "own link to practice",
        "room to practice",
        "practice to room",
        "practice to own link",
    ],
)
def test_each_change_of_place_is_told_once(
    before: dict[str, Any],
    room_before: str | None,
    after: dict[str, Any],
    room: str | None,
    another_link: bool,
    held: tuple[str | None, str | None],
) -> None:
    booked, _ = Consultation.book(
        a_calendar(**before), somebody().known(), TUESDAY, Busy(), [], MONDAY, None, room_before
    )
    event = booked.follow(a_calendar(**after), room, another_link, MONDAY)
    assert event is not None
    assert (event.meeting_address, event.meeting_link) == held
    assert booked.follow(a_calendar(**after), room, False, MONDAY) is None
    assert booked.version == 2


@pytest.mark.parametrize(
    ("place", "room"),
    [({"in_person_address": STREET}, NO_ROOM), ({}, ROOM), ({}, NO_ROOM)],
    ids=["practice", "room", "own link"],
)
def test_while_the_place_stays_the_same_nothing_is_told(
    place: dict[str, Any], room: str | None
) -> None:
    calendar = a_calendar(**place)
    booked, _ = Consultation.book(
        calendar, somebody().known(), TUESDAY, Busy(), [], MONDAY, None, room
    )
    new_room = None if room is None else OTHER_ROOM
    assert booked.follow(calendar, new_room, False, MONDAY) is None
    assert booked.version == 1
    # another own link matters to nobody who meets elsewhere
    elsewhere = booked.own_link_shown_from is None
    assert not elsewhere or booked.follow(calendar, new_room, True, MONDAY) is None


def test_where_nothing_takes_its_place_it_stays_where_it_was() -> None:
    booked = a_consultation(a_calendar(in_person_address=STREET))
    nowhere = a_calendar(offers=False, sealed_meeting_link=None)
    assert booked.follow(nowhere, NO_ROOM, False, MONDAY) is None
    assert booked.meeting_address == STREET


def test_what_is_moved_is_held_where_the_calendar_says_now() -> None:
    booked = a_consultation()
    there = a_calendar(specialist_id=booked.specialist_id, in_person_address=STREET)
    event = moved(booked, at("10:00", days_later=1), calendar=there)
    assert (event.meeting_address, event.meeting_link) == (STREET, None)


def test_what_is_forgotten_shows_no_link() -> None:
    booked = a_consultation()
    booked.forget_content()
    assert not booked.shows_own_link(TUESDAY)


@pytest.mark.parametrize(
    ("calendar", "makes_rooms", "needed", "refused"),
    [
        (a_calendar(sealed_meeting_link=None), False, False, True),
        (a_calendar(sealed_meeting_link=None), True, True, False),
        (a_calendar(), False, True, False),
        (a_calendar(sealed_meeting_link=None, in_person_address=STREET), False, True, False),
        (a_calendar(sealed_meeting_link=None, offers=False), False, False, False),
        (a_calendar(sealed_meeting_link=None, offers=False), False, True, True),
    ],
)
def test_a_place_is_needed_for_what_is_offered_and_for_what_is_booked(
    calendar: Calendar, makes_rooms: bool, needed: bool, refused: bool
) -> None:
    if not refused:
        calendar.require_place(makes_rooms, needed)
        return
    with pytest.raises(NoPlace) as refusal:
        calendar.require_place(makes_rooms, needed)
    [error] = refusal.value.errors
    assert error.field == "meeting_link"
    assert "in_person_address" in error.detail


def test_a_calendar_that_offers_without_a_place_stops_and_says_so() -> None:
    calendar = a_calendar(sealed_meeting_link=None, next_slots=[TUESDAY])
    [event] = calendar.stop_without_place(Busy(), MONDAY)
    assert isinstance(event, AvailabilityChanged)
    assert not event.offers_free_consultations
    assert calendar.stop_without_place(Busy(), MONDAY) == []
    assert a_calendar().stop_without_place(Busy(), MONDAY) == []
