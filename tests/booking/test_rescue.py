"""Where the specialist cancels or misses, times with others are held for the client."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import pytest

from chassis.context import Caller
from chassis.ids import new_id
from contracts.booking.attendance import ConsultationMissed
from contracts.booking.availability import AvailabilityChanged
from contracts.booking.consultations import Attendance, ConsultationStatus, Party, SlotTaken
from contracts.booking.holds import RescueOffered
from contracts.profiles.featuring import SpecialistFeatured
from contracts.profiles.privacy import AccountErased
from services.booking.availability.busy import Busy
from services.booking.availability.calendars import Calendar
from services.booking.consultations.client_limits import ClientBooking
from services.booking.consultations.consultations import Consultation
from services.booking.rescue import matching, offering
from services.booking.rescue.lost_consultations import LostConsultation
from services.booking.rescue.matching import StandIn
from services.booking.rescue.specialist_facts import SpecialistFacts
from tests.booking.builders import MONDAY, a_calendar, at, busy_at, on
from tests.booking.rescue_steps import held_for, listed_as, of_topic, rescued
from tests.booking.steps import (
    IN_THREE_DAYS,
    THAT_WEEKDAY,
    a_client,
    a_specialist,
    attend,
    book,
    cancel,
    slots_of,
)
from tests.booking.waitlist_steps import let_holds_run_out, one_slot
from tests.support.begun_consultations import let_begin
from tests.support.eventually import eventually
from tests.support.service_client import Talking

TUESDAY = at("09:00", days_later=1)
AN_HOUR = timedelta(hours=1)
NOT_BUSY = Busy()


def facts(
    languages: str = "en", topics: str = "anxiety", featured: bool = False
) -> SpecialistFacts:
    return SpecialistFacts(
        specialist_id=new_id(),
        version=1,
        languages=languages.split(),
        topics=topics.split(),
        featuring_version=0,
        featured=featured,
    )


# Who fits


def test_the_featured_come_first_then_the_nearest_then_who_shares_more() -> None:
    lost = LostConsultation.of(new_id(), facts(topics="anxiety grief sleep"))
    featured = StandIn(facts(topics="grief", featured=True), TUESDAY + 9 * AN_HOUR)
    nearest = StandIn(facts(topics="sleep"), TUESDAY - AN_HOUR)
    closest_fit = StandIn(facts(topics="anxiety grief"), TUESDAY + 5 * AN_HOUR)
    as_far = StandIn(facts(topics="sleep"), TUESDAY + 5 * AN_HOUR)
    given = [as_far, closest_fit, nearest, featured]
    found = matching.best_first(lost, given, TUESDAY)
    assert found == [featured, nearest, closest_fit, as_far]


def time_near(
    meant_for: datetime,
    calendar: Calendar | None = None,
    bookings: Collection[ClientBooking] = (),
    busy: Busy = NOT_BUSY,
) -> datetime | None:
    return matching.nearest_time(calendar or a_calendar(), busy, bookings, meant_for, MONDAY)


def test_the_time_that_was_meant_is_chosen_or_the_nearest_to_it() -> None:
    assert time_near(TUESDAY) == TUESDAY
    assert time_near(TUESDAY, busy=busy_at(TUESDAY)) == TUESDAY + timedelta(minutes=30)
    evening = TUESDAY + timedelta(hours=8, minutes=20)
    assert time_near(evening) == TUESDAY + timedelta(hours=7, minutes=30)


def test_what_is_far_ahead_is_made_good_far_ahead() -> None:
    in_six_weeks = TUESDAY + timedelta(days=40)
    assert time_near(in_six_weeks) == in_six_weeks
    too_far = a_calendar(horizon_days=20)
    assert time_near(in_six_weeks, too_far) is None
    assert time_near(TUESDAY + timedelta(days=25), too_far) == at("16:30", days_later=19)


def test_nothing_is_chosen_that_the_client_could_not_book_as_long_as_it_is_held() -> None:
    busy = [ClientBooking(new_id(), new_id(), TUESDAY, ConsultationStatus.BOOKED)]
    assert time_near(TUESDAY, bookings=busy) == TUESDAY + timedelta(minutes=30)
    full = [
        ClientBooking(new_id(), new_id(), at("20:00", days_later=each), ConsultationStatus.BOOKED)
        for each in range(3)
    ]
    assert time_near(TUESDAY, bookings=full) is None
    in_20_minutes = MONDAY + timedelta(minutes=20)
    assert time_near(in_20_minutes) == MONDAY + AN_HOUR
    assert time_near(TUESDAY, a_calendar(notice_hours=15 * 24)) is None


# What is lost


def a_lost_one() -> Consultation:
    return Consultation.book(a_calendar(), new_id(), TUESDAY, Busy(), [], MONDAY)[0]


def test_what_the_specialist_let_fall_through_is_made_good_once() -> None:
    consultation = a_lost_one()
    lost = LostConsultation.of(consultation.id, facts())
    assert not lost.needs_rescue(consultation)
    consultation.cancel(Party.SPECIALIST, None, MONDAY)
    assert lost.needs_rescue(consultation)
    lost.close(MONDAY)
    assert not lost.needs_rescue(consultation)
    assert (lost.languages, lost.topics) == ([], [])


def test_a_miss_that_was_put_right_meanwhile_is_not_made_good() -> None:
    consultation = a_lost_one()
    lost = LostConsultation.of(consultation.id, facts())
    consultation.attend(Party.CLIENT, Attendance.SPECIALIST_MISSED, TUESDAY + AN_HOUR)
    assert lost.needs_rescue(consultation)
    consultation.attend(Party.CLIENT, Attendance.HELD, TUESDAY + AN_HOUR)
    assert not lost.needs_rescue(consultation)


# Through the service


def test_up_to_five_times_with_others_who_match_are_held_for_the_client_alone(
    booking: Talking,
) -> None:
    topic = f"topic-{new_id()}"
    specialist, client = of_topic(booking, topic), a_client()
    others = [of_topic(booking, topic) for _ in range(6)]
    of_topic(booking, "another")
    unlike = a_specialist(booking)
    booking.hears(listed_as(unlike, ["fr"], [topic]))
    consultation = book(booking, client, specialist, slots_of(booking, specialist)[3])
    featured = others[5]
    booking.hears(
        SpecialistFeatured(
            specialist_id=featured.known(),
            version=3,
            display_name="",
            headline="",
            next_slot_at=IN_THREE_DAYS,
        )
    )
    cancel(booking, specialist, consultation.id)

    offered = eventually(partial(rescued, booking, consultation.id))
    whom = [each.specialist_id for each in offered]
    assert len(set(whom)) == 5
    assert set(whom) <= {each.account_id for each in others}
    assert whom[0] == featured.account_id
    assert {each.starts_at for each in offered} == {consultation.starts_at}
    assert {each.specialist_id for each in held_for(booking, client)} == set(whom)
    with pytest.raises(SlotTaken):
        book(booking, a_client(), featured, consultation.starts_at)
    assert book(booking, client, featured, consultation.starts_at)


def test_who_books_one_of_the_times_gives_up_the_others(booking: Talking) -> None:
    topic = f"topic-{new_id()}"
    specialist, client = of_topic(booking, topic), a_client()
    others = [of_topic(booking, topic, hours=one_slot(), horizon_days=5) for _ in range(3)]
    elsewhere = a_specialist(booking)
    consultation = book(booking, client, specialist, slots_of(booking, specialist)[0])
    cancel(booking, specialist, consultation.id)
    eventually(partial(rescued, booking, consultation.id))

    book(booking, client, elsewhere, slots_of(booking, elsewhere)[5])
    assert len(held_for(booking, client)) == 3
    book(booking, client, others[0], IN_THREE_DAYS)

    assert held_for(booking, client) == []
    for other in others[1:]:
        assert slots_of(booking, other) == [IN_THREE_DAYS]
        assert booking.told(AvailabilityChanged, other.known())[-1].next_slot_at == IN_THREE_DAYS


def test_what_the_specialist_missed_is_rescued_and_what_nobody_takes_is_free_again(
    booking: Talking,
) -> None:
    topic = f"topic-{new_id()}"
    specialist, client = of_topic(booking, topic), a_client()
    other = of_topic(booking, topic, hours=one_slot(), horizon_days=5)
    consultation = book(booking, client, specialist, slots_of(booking, specialist)[0])
    let_begin(booking.store, consultation.id)
    attend(booking, client, consultation.id, Attendance.SPECIALIST_MISSED)
    assert eventually(partial(rescued, booking, consultation.id))
    assert slots_of(booking, other) == []
    let_holds_run_out(booking)
    assert held_for(booking, client) == []
    assert slots_of(booking, other) == [IN_THREE_DAYS]


def test_a_miss_that_is_none_when_it_is_heard_of_holds_nothing(booking: Talking) -> None:
    topic = f"topic-{new_id()}"
    specialist, client = of_topic(booking, topic), a_client()
    of_topic(booking, topic)
    consultation = book(booking, client, specialist, slots_of(booking, specialist)[0])
    heard_late = ConsultationMissed(
        consultation_id=consultation.id,
        version=2,
        client_id=client.known(),
        specialist_id=specialist.known(),
        starts_at=consultation.starts_at,
        time_zone="UTC",
        missed_by=Party.SPECIALIST,
        disputable_until=consultation.ends_at + 48 * AN_HOUR,
    )
    booking.hears(heard_late)
    assert held_for(booking, client) == []


def test_a_miss_that_is_heard_of_again_holds_nothing_more(booking: Talking) -> None:
    topic = f"topic-{new_id()}"
    specialist, client = of_topic(booking, topic), a_client()
    for _ in range(3):
        of_topic(booking, topic)
    consultation = book(booking, client, specialist, slots_of(booking, specialist)[0])
    let_begin(booking.store, consultation.id)
    attend(booking, client, consultation.id, Attendance.SPECIALIST_MISSED)
    [missed] = booking.told(ConsultationMissed, consultation.id)
    eventually(partial(rescued, booking, consultation.id))
    let_holds_run_out(booking)
    booking.hears(missed)
    assert held_for(booking, client) == []
    assert len(booking.told(RescueOffered, consultation.id)) == 1


def test_nobody_has_more_than_five_times_held(booking: Talking) -> None:
    topic = f"topic-{new_id()}"
    client, others = a_client(), [of_topic(booking, topic) for _ in range(9)]
    lost: list[UUID] = []
    for specialist in others[:2]:
        slot = slots_of(booking, specialist)[len(lost)]
        lost.append(book(booking, client, specialist, slot).id)
    for id, specialist in zip(lost, others, strict=False):
        cancel(booking, specialist, id)
        eventually(partial(_rescue_looked, booking, id))
    eventually(partial(rescued, booking, lost[0]))
    assert len(held_for(booking, client)) == 5


def test_who_matches_is_found_behind_any_number_who_do_not(
    booking: Talking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(offering, "LOOKED_AT", 1)
    topic = f"topic-{new_id()}"
    specialist, client = of_topic(booking, topic), a_client()
    late = [on(THAT_WEEKDAY, "20:00", "20:30")]
    match = of_topic(booking, topic, hours=late)
    for _ in range(3):
        of_topic(booking, "another")
        unlike = a_specialist(booking)
        booking.hears(listed_as(unlike, ["fr"], [topic]))
    consultation = book(booking, client, specialist, slots_of(booking, specialist)[0])
    cancel(booking, specialist, consultation.id)
    [offered] = eventually(partial(rescued, booking, consultation.id))
    assert offered.specialist_id == match.account_id


def test_whose_specialist_is_erased_is_offered_others_who_match(booking: Talking) -> None:
    topic = f"topic-{new_id()}"
    specialist, client = of_topic(booking, topic), a_client()
    match = of_topic(booking, topic)
    of_topic(booking, "another")
    consultation = book(booking, client, specialist, slots_of(booking, specialist)[0])
    booking.hears(AccountErased(account_id=specialist.known()))
    [offered] = eventually(partial(rescued, booking, consultation.id))
    assert offered.specialist_id == match.account_id
    left = [each for each in booking.rows("lost_consultations") if topic in str(tuple(each))]
    assert left == []


def test_who_cancels_themselves_is_offered_nothing(booking: Talking) -> None:
    topic = f"topic-{new_id()}"
    specialist, client = of_topic(booking, topic), a_client()
    of_topic(booking, topic)
    consultation = book(booking, client, specialist, slots_of(booking, specialist)[0])
    cancel(booking, client, consultation.id)
    eventually(partial(_rescue_looked, booking, consultation.id))
    assert rescued(booking, consultation.id) == []
    assert held_for(booking, client) == []


def _rescue_looked(booking: Talking, consultation_id: object) -> bool:
    sent = [
        row.event_id
        for row in booking.rows("outbox")
        if row.type == "ConsultationCancelled" and str(consultation_id).encode() in bytes(row.body)
    ]
    return any(row.event_id in sent for row in booking.rows("inbox"))


def test_news_of_a_profile_that_come_late_do_not_undo_newer_ones() -> None:
    known = facts("en", "grief")
    specialist = Caller(known.specialist_id)
    known.version = 3
    known.learn(listed_as(specialist, ["de"], ["sleep"]))
    assert (known.languages, known.topics) == (["en"], ["grief"])
