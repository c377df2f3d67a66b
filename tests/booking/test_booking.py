"""Booking as others meet it: asked by RPC, told events, on each database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID

import pytest

from chassis.context import Caller
from chassis.errors import DomainError, Forbidden, Invalid, NotFound, Unauthenticated
from chassis.idempotency.keys import KeyReused
from chassis.ids import new_id
from chassis.schemas import Reading, load
from contracts.booking import consultations as contract
from contracts.booking.availability import Availability, AvailabilityChanged, BadHours
from contracts.booking.consultations import (
    AlreadyBooked,
    ConsultationBooked,
    ConsultationsQuery,
    NotListed,
    OverlappingBooking,
    OwnProfile,
    SlotTaken,
    TooManyBookings,
)
from contracts.booking.slots import BadPeriod, SlotsQuery
from services.booking.consultations.client_limits import MOST_OPEN_BOOKINGS
from services.booking.service import BookingService
from tests.booking.builders import (
    HALF_AN_HOUR,
    a_calendar,
    an_availability,
    every_day,
    on,
)
from tests.booking.steps import (
    IN_THREE_DAYS,
    THAT_WEEKDAY,
    a_client,
    a_row,
    a_specialist,
    book,
    consultations_of,
    listed,
    put,
    slots_of,
    unlisted,
)
from tests.support.databases import Databases, connected_database
from tests.support.eventually import eventually
from tests.support.service_client import NOBODY, Talking, at_once, serving, somebody

AT_ONCE = 20


# Availability


def test_a_specialist_gets_the_availability_that_they_set(booking: Talking) -> None:
    specialist = somebody("specialist")
    wanted = an_availability(
        [on("monday", "09:30", "24:00")], time_zone="Asia/Kathmandu", notice_hours=3
    )
    for answer in (
        booking.asked_by(specialist).set_availability(availability=wanted),
        booking.asked_by(specialist).get_availability(),
    ):
        assert load(Availability, answer, Reading.WIRE) == wanted


def test_availability_set_again_replaces_what_was(booking: Talking) -> None:
    specialist = a_specialist(booking)
    booking.asked_by(specialist).set_availability(availability=an_availability(hours=[]))
    assert booking.asked_by(specialist).get_availability()["hours"] == []
    assert slots_of(booking, specialist) == []


def test_setting_hours_says_what_is_booked_outside_of_them(booking: Talking) -> None:
    specialist = a_specialist(booking)
    slots = slots_of(booking, specialist)
    early, late = (book(booking, a_client(), specialist, each) for each in (slots[0], slots[20]))
    set_ = booking.asked_by(specialist).set_availability
    kept = [on(THAT_WEEKDAY, "00:10", "24:00")]  # on another grid, but within the hours
    for hours, outside in (
        ([on(THAT_WEEKDAY, "00:00", "24:00")], []),
        (kept, [early]),
        ([], [early, late]),
    ):
        answer = set_(availability=an_availability(hours=hours))
        assert [each["id"] for each in answer["consultations_outside"]] == [
            str(each.id) for each in outside
        ]
        assert answer["consultations_outside_count"] == len(outside)
    assert answer["consultations_outside"][0]["starts_at"] == f"{slots[0]:%Y-%m-%dT%H:%M:%SZ}"
    assert consultations_of(booking, specialist) == [late.id, early.id]


def test_a_specialist_without_availability_has_none_to_get(booking: Talking) -> None:
    with pytest.raises(NotFound):
        booking.asked_by(somebody("specialist")).get_availability()


def test_only_specialists_have_availability(booking: Talking) -> None:
    with pytest.raises(Forbidden):
        booking.asked_by(a_client()).set_availability(availability=an_availability())
    with pytest.raises(Forbidden):
        booking.asked_by(a_client()).get_availability()
    with pytest.raises(Unauthenticated):
        booking.asked_by(NOBODY).set_availability(availability=an_availability())


def test_hours_that_make_no_sense_are_refused_and_change_nothing(booking: Talking) -> None:
    specialist = a_specialist(booking)
    wrong = an_availability([on("monday", "12:00", "12:00")])
    with pytest.raises(BadHours) as refusal:
        booking.asked_by(specialist).set_availability(availability=wrong)
    assert [each.field for each in refusal.value.errors] == ["hours.0.ends"]
    assert len(booking.asked_by(specialist).get_availability()["hours"]) == 1


def test_a_shape_that_the_contract_forbids_is_refused_by_the_service_too(booking: Talking) -> None:
    with pytest.raises(Invalid) as refusal:
        booking.asked_by(somebody("specialist")).set_availability(
            availability=an_availability(horizon_days=181)
        )
    assert [each.field for each in refusal.value.errors] == ["availability.horizon_days"]


@pytest.mark.parametrize("clock", ["9:00", "25:00", "09:60", "09:00\n", "0٩:00", "24:30", ""])
def test_a_time_of_day_that_no_clock_shows_is_refused(booking: Talking, clock: str) -> None:
    wrong = an_availability([on("monday", clock, "24:00")])
    with pytest.raises(Invalid) as refusal:
        booking.asked_by(somebody("specialist")).set_availability(availability=wrong)
    assert [each.field for each in refusal.value.errors] == ["availability.hours.0.starts"]


def test_setting_availability_tells_the_next_slot_and_only_when_it_is_another(
    booking: Talking,
) -> None:
    specialist = a_specialist(booking)
    for hours in ("00:00", "12:00"), ("00:00", "13:00"), ("00:30", "13:00"):
        booking.asked_by(specialist).set_availability(
            availability=an_availability([on(THAT_WEEKDAY, *hours)])
        )
    told = booking.told(AvailabilityChanged, specialist.known())
    assert [(each.version, each.next_slot_at) for each in told] == [
        (1, IN_THREE_DAYS),
        (2, IN_THREE_DAYS + HALF_AN_HOUR),
    ]


# Slots


def test_slots_of_a_listed_specialist_are_open_to_everybody(booking: Talking) -> None:
    specialist = a_specialist(booking)
    slots = slots_of(booking, specialist)
    assert slots[0] == IN_THREE_DAYS
    assert slots[-1] == IN_THREE_DAYS + timedelta(days=7, hours=23, minutes=30)
    assert len(slots) == 2 * 48


def test_slots_are_those_of_the_period_that_was_asked_for(booking: Talking) -> None:
    specialist = a_specialist(booking)
    noon = IN_THREE_DAYS + timedelta(days=21, hours=12)
    query = SlotsQuery(starting_from=noon, until=noon + timedelta(hours=1))
    assert slots_of(booking, specialist, query) == [noon, noon + HALF_AN_HOUR]


def test_a_period_of_more_than_62_days_is_refused(booking: Talking) -> None:
    now = datetime.now(UTC)
    query = SlotsQuery(starting_from=now, until=now + timedelta(days=63))
    with pytest.raises(BadPeriod):
        slots_of(booking, a_specialist(booking), query)


def test_nobody_without_a_calendar_has_slots(booking: Talking) -> None:
    with pytest.raises(NotFound):
        slots_of(booking, somebody("specialist"))


def test_slots_are_offered_once_hours_and_profile_are_there_in_either_order(
    booking: Talking,
) -> None:
    hours_first = a_specialist(booking, profile_listed=False)
    assert slots_of(booking, hours_first) == []
    booking.hears(listed(hours_first.known()))
    assert slots_of(booking, hours_first)

    profile_first = somebody("specialist")
    booking.hears(listed(profile_first.known()))
    assert slots_of(booking, profile_first) == []
    booking.asked_by(profile_first).set_availability(availability=an_availability(notice_hours=0))
    assert slots_of(booking, profile_first)


def test_an_unlisted_specialist_offers_no_slots_and_can_not_be_booked(booking: Talking) -> None:
    specialist = a_specialist(booking)
    [slot, *_] = slots_of(booking, specialist)
    booking.hears(unlisted(specialist.known(), version=2))
    assert slots_of(booking, specialist) == []
    with pytest.raises(NotListed):
        book(booking, a_client(), specialist, slot)


def test_an_old_listing_that_comes_late_does_not_open_the_calendar(booking: Talking) -> None:
    specialist = a_specialist(booking, profile_listed=False)
    booking.hears(unlisted(specialist.known(), version=2), listed(specialist.known(), version=1))
    assert slots_of(booking, specialist) == []


def test_an_event_that_comes_twice_takes_effect_once(booking: Talking) -> None:
    specialist = a_specialist(booking, profile_listed=False)
    heard = booking.hears(listed(specialist.known(), version=1))
    booking.hears(unlisted(specialist.known(), version=2))
    booking.hears_again(*heard)
    assert slots_of(booking, specialist) == []
    handlers = [row.handler for row in booking.rows("inbox") if row.event_id == heard[0].id]
    assert sorted(handlers) == ["open_calendar", "remember_profile"]


# Booking


def test_a_client_books_a_slot(booking: Talking) -> None:
    specialist, client = a_specialist(booking), a_client()
    [slot, after, *_] = slots_of(booking, specialist)

    consultation = book(booking, client, specialist, slot)

    assert (consultation.client_id, consultation.specialist_id) == (
        client.account_id,
        specialist.account_id,
    )
    assert (consultation.starts_at, consultation.ends_at) == (slot, slot + HALF_AN_HOUR)
    assert consultation.status == contract.ConsultationStatus.BOOKED
    assert slots_of(booking, specialist)[0] == after


def test_booking_is_told_once_and_so_is_the_new_next_slot(booking: Talking) -> None:
    specialist, client = a_specialist(booking), a_client()
    [slot, after, *_] = slots_of(booking, specialist)

    consultation = book(booking, client, specialist, slot)

    [told] = booking.told(ConsultationBooked, consultation.id)
    assert (told.client_id, told.specialist_id) == (client.account_id, specialist.account_id)
    assert (told.starts_at, told.ends_at) == (slot, slot + HALF_AN_HOUR)
    changes = booking.told(AvailabilityChanged, specialist.known())
    assert [each.version for each in changes] == list(range(1, len(changes) + 1))
    assert changes[-1].next_slot_at == after


def test_booking_a_later_slot_leaves_the_next_one_untold(booking: Talking) -> None:
    specialist = a_specialist(booking)
    book(booking, a_client(), specialist, slots_of(booking, specialist)[3])
    assert len(booking.told(AvailabilityChanged, specialist.known())) == 1


def test_a_time_asked_for_in_another_zone_is_answered_in_utc(booking: Talking) -> None:
    specialist = a_specialist(booking)
    slot = slots_of(booking, specialist)[0]
    in_kathmandu = f"{slot + timedelta(hours=5, minutes=45):%Y-%m-%dT%H:%M:%S}+05:45"
    answer = booking.asked_by(a_client()).book_consultation(
        specialist_id=specialist.known(), starts_at=in_kathmandu
    )
    assert answer["starts_at"] == f"{slot:%Y-%m-%dT%H:%M:%SZ}"


def test_only_clients_book(booking: Talking) -> None:
    specialist = a_specialist(booking)
    [slot, *_] = slots_of(booking, specialist)
    with pytest.raises(Forbidden):
        book(booking, somebody("specialist"), specialist, slot)
    with pytest.raises(Unauthenticated):
        book(booking, NOBODY, specialist, slot)


def test_nobody_books_themselves(booking: Talking) -> None:
    specialist = a_specialist(booking)
    both = replace(specialist, roles=frozenset(["specialist", "client"]))
    with pytest.raises(OwnProfile):
        book(booking, both, specialist, slots_of(booking, specialist)[0])


def test_nobody_books_whom_booking_does_not_know(booking: Talking) -> None:
    with pytest.raises(NotFound):
        book(booking, a_client(), somebody("specialist"), datetime.now(UTC) + timedelta(days=1))


def test_a_taken_slot_is_refused(booking: Talking) -> None:
    specialist = a_specialist(booking)
    [slot, *_] = slots_of(booking, specialist)
    book(booking, a_client(), specialist, slot)
    with pytest.raises(SlotTaken):
        book(booking, a_client(), specialist, slot)


def test_who_clicks_twice_hears_of_their_own_booking_with_its_id(booking: Talking) -> None:
    specialist, client = a_specialist(booking), a_client()
    [slot, *_] = slots_of(booking, specialist)
    consultation = book(booking, client, specialist, slot)
    with pytest.raises(AlreadyBooked) as refusal:
        book(booking, client, specialist, slot)
    assert refusal.value.consultation_id == consultation.id
    assert refusal.value.members() == {"consultation_id": consultation.id}


def test_a_pair_has_one_free_consultation(booking: Talking) -> None:
    specialist, client = a_specialist(booking), a_client()
    [first, second, *_] = slots_of(booking, specialist)
    book(booking, client, specialist, first)
    with pytest.raises(AlreadyBooked):
        book(booking, client, specialist, second)
    assert book(booking, client, a_specialist(booking), second)


def test_a_refused_booking_leaves_nothing_behind(booking: Talking) -> None:
    specialist, client = a_specialist(booking), a_client()
    [slot, other, *_] = slots_of(booking, specialist)
    book(booking, a_client(), specialist, slot)
    told = booking.told(AvailabilityChanged, specialist.known())
    with pytest.raises(SlotTaken):
        book(booking, client, specialist, slot)
    assert consultations_of(booking, client) == []
    assert booking.told(AvailabilityChanged, specialist.known()) == told
    assert book(booking, client, specialist, other)


def test_of_many_who_book_a_slot_at_once_exactly_one_wins(booking: Talking) -> None:
    specialist = a_specialist(booking)
    _rush_for_one_slot(booking, specialist)
    assert len(consultations_of(booking, specialist)) == 1


def _rush_for_one_slot(booking: Talking, specialist: Caller) -> None:
    [slot, *_] = slots_of(booking, specialist)
    outcomes = at_once(
        [partial(book, booking, a_client(), specialist, slot) for _ in range(AT_ONCE)]
    )
    won = [each for each in outcomes if isinstance(each, contract.Consultation)]
    lost = [each for each in outcomes if isinstance(each, SlotTaken)]
    assert (len(won), len(lost)) == (1, AT_ONCE - 1), outcomes
    assert len(booking.told(ConsultationBooked, won[0].id)) == 1


def test_of_many_slots_that_one_client_books_at_once_exactly_one_is_theirs(
    booking: Talking,
) -> None:
    specialist, client = a_specialist(booking), a_client()
    slots = slots_of(booking, specialist)[:AT_ONCE]
    outcomes = at_once([partial(book, booking, client, specialist, each) for each in slots])
    refused = [each for each in outcomes if isinstance(each, AlreadyBooked)]
    assert len(refused) == AT_ONCE - 1, outcomes
    assert len(consultations_of(booking, client)) == 1


def test_of_many_specialists_whom_one_client_books_at_once_three_are_booked(
    booking: Talking,
) -> None:
    specialists, client = [a_specialist(booking) for _ in range(AT_ONCE)], a_client()
    slots = slots_of(booking, specialists[0])[:AT_ONCE]
    pairs = zip(specialists, slots, strict=True)
    outcomes = at_once([partial(book, booking, client, *each) for each in pairs])
    refused = [each for each in outcomes if isinstance(each, TooManyBookings)]
    assert len(refused) == AT_ONCE - MOST_OPEN_BOOKINGS, outcomes
    assert len(consultations_of(booking, client)) == MOST_OPEN_BOOKINGS


def test_many_clients_who_book_different_slots_at_once_all_get_theirs(booking: Talking) -> None:
    specialist = a_specialist(booking)
    slots = slots_of(booking, specialist)[:AT_ONCE]
    outcomes = at_once([partial(book, booking, a_client(), specialist, each) for each in slots])
    assert [each for each in outcomes if isinstance(each, Exception)] == []
    versions = [each.version for each in booking.told(AvailabilityChanged, specialist.known())]
    assert versions == sorted(set(versions))


def test_a_repeated_call_books_once_and_answers_the_same(booking: Talking) -> None:
    specialist, client = a_specialist(booking), a_client()
    [slot, *_] = slots_of(booking, specialist)
    first = book(booking, client, specialist, slot, key="once")
    assert book(booking, client, specialist, slot, key="once") == first
    assert consultations_of(booking, client) == [first.id]
    assert len(booking.told(ConsultationBooked, first.id)) == 1


def test_a_call_that_is_repeated_while_it_runs_books_once(booking: Talking) -> None:
    specialist, client = a_specialist(booking), a_client()
    [slot, *_] = slots_of(booking, specialist)
    outcomes = at_once([partial(book, booking, client, specialist, slot, key="once")] * 5)
    assert outcomes == [outcomes[0]] * 5
    assert isinstance(outcomes[0], contract.Consultation)


def test_a_key_is_not_good_for_another_request(booking: Talking) -> None:
    specialist, client = a_specialist(booking), a_client()
    [slot, other, *_] = slots_of(booking, specialist)
    book(booking, client, specialist, slot, key="once")
    with pytest.raises(KeyReused):
        book(booking, client, specialist, other, key="once")


def test_two_peoples_equal_keys_do_not_meet(booking: Talking) -> None:
    specialist = a_specialist(booking)
    [first, second, *_] = slots_of(booking, specialist)
    one = book(booking, a_client(), specialist, first, key="once")
    other = book(booking, a_client(), specialist, second, key="once")
    assert one.id != other.id


# The database as the last line


def test_the_database_itself_refuses_a_second_booking_of_a_slot(booking: Talking) -> None:
    row = a_row()
    put(booking, row)
    with pytest.raises(SlotTaken):
        put(booking, {**row, "id": new_id(), "client_id": new_id()})


def test_the_database_itself_refuses_a_second_consultation_of_a_pair(booking: Talking) -> None:
    row = a_row(status="completed")
    put(booking, row)
    later = {each: row[each] + timedelta(days=1) for each in ("starts_at", "ends_at")}
    with pytest.raises(AlreadyBooked):
        put(booking, {**row, **later, "status": "booked", "id": new_id()})


@pytest.mark.parametrize(
    ("whose", "refusal"), [("specialist_id", SlotTaken), ("client_id", OverlappingBooking)]
)
def test_postgresql_itself_refuses_bookings_of_one_person_that_overlap(
    booking: Talking, whose: str, refusal: type[DomainError]
) -> None:
    if booking.store.writer.dialect.name != "postgresql":
        pytest.skip("SQLite has no exclusion constraints; its one writer holds the calendar")
    row = a_row()
    put(booking, row)
    overlapping = {
        "starts_at": row["starts_at"] + timedelta(minutes=15),
        "ends_at": row["ends_at"] + timedelta(minutes=15),
        whose: row[whose],
    }
    with pytest.raises(refusal):
        put(booking, a_row(**overlapping))
    put(booking, a_row(starts_at=row["ends_at"], ends_at=row["ends_at"] + HALF_AN_HOUR))


@pytest.mark.parametrize("status", ["cancelled", "missed"])
def test_what_did_not_take_place_stands_against_nothing(booking: Talking, status: str) -> None:
    row = a_row(status=status)
    put(booking, row)
    put(booking, {**row, "id": new_id(), "status": "booked"})


# Seeing consultations


def test_both_parties_get_and_list_their_consultation(booking: Talking) -> None:
    specialist, client = a_specialist(booking), a_client()
    consultation = book(booking, client, specialist, slots_of(booking, specialist)[0])
    for party in (client, specialist):
        answer = booking.asked_by(party).get_consultation(consultation_id=consultation.id)
        assert load(contract.Consultation, answer, Reading.WIRE) == consultation
        assert consultations_of(booking, party) == [consultation.id]


def test_for_others_a_consultation_does_not_exist(booking: Talking) -> None:
    specialist, client = a_specialist(booking), a_client()
    consultation = book(booking, client, specialist, slots_of(booking, specialist)[0])
    for other in (a_client(), a_specialist(booking), somebody("admin", "editor", "marketing")):
        with pytest.raises(NotFound) as refusal:
            booking.asked_by(other).get_consultation(consultation_id=consultation.id)
        assert str(client.account_id) not in str(refusal.value.to_wire())
        assert consultations_of(booking, other) == []
    with pytest.raises(Unauthenticated):
        booking.asked_by(NOBODY).get_consultation(consultation_id=consultation.id)
    with pytest.raises(Unauthenticated):
        booking.asked_by(NOBODY).list_consultations(query=ConsultationsQuery())


def test_a_consultation_that_is_not_there_is_not_found(booking: Talking) -> None:
    with pytest.raises(NotFound):
        booking.asked_by(a_client()).get_consultation(consultation_id=new_id())


def test_consultations_are_listed_newest_first_page_by_page(booking: Talking) -> None:
    specialist = a_specialist(booking)
    slots = slots_of(booking, specialist)[:5]
    made = [book(booking, a_client(), specialist, each).id for each in slots]
    found, cursor = [], None
    for size in (2, 2, 1):
        page = booking.asked_by(specialist).list_consultations(
            query=ConsultationsQuery(cursor=cursor, limit=2)
        )
        assert len(page["items"]) == size
        found += [UUID(each["id"]) for each in page["items"]]
        cursor = page["next"]
    assert cursor is None
    assert found == made[::-1]


# The clock


def test_when_a_next_slot_has_passed_the_clock_tells_the_next_one(database: str) -> None:
    now, around_the_clock = datetime.now(UTC), every_day("00:00", "24:00")
    passed = a_calendar(around_the_clock, next_slots=[now - timedelta(minutes=1)])
    none_yet = a_calendar(around_the_clock)
    closed = a_calendar(around_the_clock, offers=False, next_slots=[now - timedelta(minutes=1)])
    store = connected_database(database, "booking")
    with store.transaction() as tx:
        tx.add_all([passed, none_yet, closed])
    store.dispose()

    with serving(BookingService, database) as booking:
        for calendar in (passed, none_yet):
            [told] = eventually(partial(booking.told, AvailabilityChanged, calendar.specialist_id))
            assert told.next_slot_at is not None
            assert now < told.next_slot_at <= now + HALF_AN_HOUR + timedelta(minutes=1)
        assert booking.told(AvailabilityChanged, closed.specialist_id) == []


# Several instances


def test_of_many_who_book_a_slot_at_two_instances_exactly_one_wins(
    postgres_databases: Databases, rabbitmq_url: str
) -> None:
    database = postgres_databases.fresh("booking")
    with serving(BookingService, database, broker=rabbitmq_url, instances=2) as booking:
        for _ in range(3):
            _rush_for_one_slot(booking, a_specialist(booking))
