"""Where the specialist cancels or misses, times with others are held for the client."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from uuid import UUID

import eventlet
import pytest

from chassis.ids import new_id
from chassis.times import utc_now
from contracts.booking.attendance import ConsultationMissed
from contracts.booking.availability import AvailabilityChanged
from contracts.booking.consultations import Attendance, Party, SlotTaken
from contracts.booking.holds import RescueOffered
from contracts.profiles.featuring import SpecialistFeatured
from contracts.profiles.privacy import AccountErased
from services.booking.holds.holds import Hold
from services.booking.rescue import offering
from tests.booking.builders import on
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

AN_HOUR = timedelta(hours=1)


# Who fits


# What is lost


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


def test_who_books_gives_up_times_that_were_held_while_the_booking_waited(
    booking: Talking,
) -> None:
    here, elsewhere, client = a_specialist(booking), a_specialist(booking), a_client()
    slot, lost, until = IN_THREE_DAYS, new_id(), utc_now() + AN_HOUR

    with booking.store.transaction() as tx:
        tx.lock_name(f"client {client.known()}")
        for each in (here, elsewhere):
            tx.add(Hold.of(each.known(), client.known(), slot, until, instead_of=lost))
        tx.flush()
        booked = eventlet.spawn(book, booking, client, here, slot)
        eventlet.sleep(0.5)
        assert not booked.dead
    booked.wait()

    assert held_for(booking, client) == []


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
