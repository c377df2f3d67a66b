"""Rescue: who stands in for a specialist, at which time, and what is made good."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from chassis.context import Caller
from chassis.ids import new_id
from contracts.booking.consultations import Attendance, ConsultationStatus, Party
from services.booking.availability.busy import Busy
from services.booking.availability.calendars import Calendar
from services.booking.consultations.client_limits import ClientBooking
from services.booking.consultations.consultations import Consultation
from services.booking.rescue import matching
from services.booking.rescue.lost_consultations import LostConsultation
from services.booking.rescue.matching import StandIn
from services.booking.rescue.specialist_facts import SpecialistFacts
from tests.booking.builders import MONDAY, a_calendar, at, busy_at
from tests.booking.rescue_steps import listed_as

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
    too_soon = MONDAY + AN_HOUR  # by the notice it can be booked now, and no more in half an hour
    assert time_near(too_soon, a_calendar(notice_hours=1)) == too_soon + timedelta(minutes=30)
    assert time_near(TUESDAY, a_calendar(notice_hours=15 * 24)) is None


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


def test_news_of_a_profile_that_come_late_do_not_undo_newer_ones() -> None:
    known = facts("en", "grief")
    specialist = Caller(known.specialist_id)
    known.version = 3
    known.learn(listed_as(specialist, ["de"], ["sleep"]))
    assert (known.languages, known.topics) == (["en"], ["grief"])
