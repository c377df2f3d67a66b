"""Where the specialist cancels or misses, times with others are held for the client."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from chassis.context import Caller
from chassis.ids import new_id
from chassis.schemas import Reading, load
from contracts.booking import (
    Attendance,
    ConsultationStatus,
    HeldSlot,
    HeldSlots,
    RescueOffered,
    SlotTaken,
)
from contracts.profiles.featuring import SpecialistFeatured
from contracts.profiles.specialists import SpecialistListed
from services.booking.consultations.clients import Engagement
from services.booking.rescue import fit
from services.booking.rescue.facts import Facts
from tests.begun import let_begin
from tests.booking.builders import MONDAY, a_calendar, at
from tests.booking.test_booking import IN_THREE_DAYS, a_client, a_specialist, book, slots_of
from tests.booking.test_life import attend, cancel
from tests.booking.test_waitlist import let_holds_run_out, one_slot
from tests.talking import Talking
from tests.waiting import eventually

TUESDAY = at("09:00", days_later=1)
AN_HOUR = timedelta(hours=1)


def facts(languages: str = "en", topics: str = "anxiety", featured: bool = False) -> Facts:
    return Facts(
        specialist_id=new_id(),
        version=1,
        languages=languages.split(),
        topics=topics.split(),
        featuring_version=0,
        featured=featured,
    )


# Who fits


def test_who_shares_no_language_or_no_topic_does_not_fit() -> None:
    wanted = facts("en de", "anxiety grief")
    fits = facts("de fr", "sleep grief")
    others = [facts("fr", "anxiety"), facts("en", "sleep"), fits]
    assert fit.in_order_of_fit(wanted, [(each, TUESDAY) for each in others], TUESDAY) == [fits]


def test_the_featured_come_first_then_who_shares_more_then_the_nearest() -> None:
    wanted = facts(topics="anxiety grief sleep")
    featured = (facts(topics="grief", featured=True), TUESDAY + 9 * AN_HOUR)
    closest_fit = (facts(topics="anxiety grief"), TUESDAY + 5 * AN_HOUR)
    nearest = (facts(topics="sleep"), TUESDAY - AN_HOUR)
    farther = (facts(topics="sleep"), TUESDAY + 2 * AN_HOUR)
    given = [farther, nearest, closest_fit, featured]
    found = fit.in_order_of_fit(wanted, given, TUESDAY)
    assert found == [each[0] for each in (featured, closest_fit, nearest, farther)]


def test_the_time_nearest_to_the_one_that_was_meant_is_held_for_30_minutes() -> None:
    free = [TUESDAY + each * AN_HOUR for each in (-3, 1, 5)]
    hold = fit.held(a_calendar(), new_id(), new_id(), free, [], TUESDAY, MONDAY)
    assert hold is not None
    assert (hold.starts_at, hold.until) == (TUESDAY + AN_HOUR, MONDAY + timedelta(minutes=30))


def test_nothing_is_held_that_the_client_could_not_book() -> None:
    busy = [Engagement(new_id(), TUESDAY, ConsultationStatus.BOOKED)]
    assert fit.held(a_calendar(), new_id(), new_id(), [TUESDAY], busy, TUESDAY, MONDAY) is None
    soon = MONDAY + timedelta(minutes=20)
    assert fit.held(a_calendar(), new_id(), new_id(), [soon], [], soon, MONDAY) is None
    noticed = a_calendar(notice_hours=25)
    assert fit.held(noticed, new_id(), new_id(), [TUESDAY], [], TUESDAY, MONDAY) is None


# Through the service


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
    assert len(held_for(booking, client)) == 4


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
