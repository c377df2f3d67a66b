"""What becomes of a consultation, as others meet it: asked by RPC, told by events, on each
database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import insert

from chassis.errors import Invalid, NotFound, Unauthenticated
from chassis.idempotency.keys import KeyReused
from chassis.ids import new_id
from contracts.booking import consultations as contract
from contracts.booking.attendance import ConsultationCompleted, ConsultationMissed
from contracts.booking.availability import AvailabilityChanged
from contracts.booking.consultations import (
    AlreadyBooked,
    Attendance,
    BookingPaused,
    CancelConsultation,
    ConsultationBooked,
    ConsultationCancelled,
    ConsultationRescheduled,
    ConsultationsQuery,
    ConsultationStatus,
    NotBooked,
    NoticeTooShort,
    Party,
    PrivateNote,
    SlotTaken,
)
from contracts.booking.outcomes import BothWishToContinue, OutcomeGiven, Wish
from contracts.booking.waitlist import SlotReleased
from contracts.profiles.privacy import AccountErased
from services.booking.consultations.consultations import Consultation
from services.booking.service import BookingService
from tests.booking.builders import HALF_AN_HOUR
from tests.booking.steps import (
    IN_THREE_DAYS,
    SECRET,
    a_client,
    a_pair,
    a_row,
    a_specialist,
    attend,
    book,
    book_with_note,
    cancel,
    put,
    reschedule,
    say,
    seen,
    slots_of,
)
from tests.support.begun_consultations import AN_HOUR, AN_HOUR_AGO, let_begin
from tests.support.databases import connected_database
from tests.support.eventually import eventually
from tests.support.service_client import NOBODY, Talking, at_once, serving, somebody

# Cancelling


@pytest.mark.parametrize("by", Party)
def test_either_side_cancels_and_the_slot_is_free_again(booking: Talking, by: Party) -> None:
    client, specialist, consultation = a_pair(booking)
    who = client if by == Party.CLIENT else specialist
    answer = cancel(booking, who, consultation.id, "something_came_up")
    assert (answer.status, answer.cancelled_by) == (ConsultationStatus.CANCELLED, by)
    assert slots_of(booking, specialist)[0] == consultation.starts_at
    [event] = booking.told(ConsultationCancelled, consultation.id)
    assert event.cancelled_by == by
    assert booking.told(AvailabilityChanged, specialist.known())[-1].next_slot_at == IN_THREE_DAYS
    [released] = booking.told(SlotReleased, specialist.known())
    assert released.starts_at == consultation.starts_at
    assert book(booking, client, specialist, consultation.starts_at)


def test_the_notice_is_shown_before_booking_and_kept_after(booking: Talking) -> None:
    client, specialist, consultation = a_pair(booking)
    slots = booking.asked_by(NOBODY).list_slots(specialist_id=specialist.known(), query={})
    assert slots["cancellation_notice_hours"] == 12
    let_begin(booking.store, consultation.id, datetime.now(UTC) + timedelta(hours=11))
    with pytest.raises(NoticeTooShort):
        cancel(booking, client, consultation.id)
    assert cancel(booking, specialist, consultation.id)


def test_cancelling_again_is_refused_and_tells_nothing(booking: Talking) -> None:
    client, specialist, consultation = a_pair(booking)
    cancel(booking, client, consultation.id)
    with pytest.raises(NotBooked):
        cancel(booking, specialist, consultation.id)
    assert len(booking.told(ConsultationCancelled, consultation.id)) == 1
    assert len(booking.told(SlotReleased, specialist.known())) == 1


def test_of_many_cancellations_at_once_one_takes_effect(booking: Talking) -> None:
    client, specialist, consultation = a_pair(booking)
    outcomes = at_once(
        [partial(cancel, booking, who, consultation.id) for who in (client, specialist) * 5]
    )
    assert len([each for each in outcomes if not isinstance(each, Exception)]) == 1
    assert len(booking.told(ConsultationCancelled, consultation.id)) == 1


def test_a_reason_that_nobody_may_give_is_refused(booking: Talking) -> None:
    client, _, consultation = a_pair(booking)
    for reason in ("account_erased", "because", ""):
        with pytest.raises(Invalid):
            cancel(booking, client, consultation.id, reason)


# Moving


@pytest.mark.parametrize("by", Party)
def test_either_side_moves_it(booking: Talking, by: Party) -> None:
    client, specialist, consultation = a_pair(booking)
    who = client if by == Party.CLIENT else specialist
    [_, later, *_] = slots_of(booking, specialist)
    answer = reschedule(booking, who, consultation.id, later)
    assert (answer.id, answer.starts_at) == (consultation.id, later)
    [event] = booking.told(ConsultationRescheduled, consultation.id)
    assert (event.previous_starts_at, event.starts_at) == (consultation.starts_at, later)
    assert event.version == 2
    assert slots_of(booking, specialist)[0] == consultation.starts_at
    assert later not in slots_of(booking, specialist)
    [released] = booking.told(SlotReleased, specialist.known())
    assert released.starts_at == consultation.starts_at


def test_its_own_old_time_does_not_stand_against_moving_it(booking: Talking) -> None:
    client, specialist, consultation = a_pair(booking)
    answer = booking.asked_by(specialist).get_availability()
    booking.asked_by(specialist).set_availability(
        availability={**answer, "grid_minutes": 15, "most_per_day": 1}
    )
    later = consultation.starts_at + timedelta(minutes=15)
    assert reschedule(booking, client, consultation.id, later).starts_at == later


def test_it_does_not_move_onto_another(booking: Talking) -> None:
    client, specialist, consultation = a_pair(booking)
    [taken, *_] = slots_of(booking, specialist)
    book(booking, a_client(), specialist, taken)
    with pytest.raises(SlotTaken):
        reschedule(booking, client, consultation.id, taken)
    assert seen(booking, client, consultation.id).starts_at == consultation.starts_at


def test_of_those_who_move_to_and_book_one_slot_at_once_exactly_one_gets_it(
    booking: Talking,
) -> None:
    client, specialist, consultation = a_pair(booking)
    wanted = slots_of(booking, specialist)[5]
    moving: Callable[[], contract.Consultation] = partial(
        reschedule, booking, client, consultation.id, wanted
    )
    calls = [moving]
    calls += [partial(book, booking, a_client(), specialist, wanted) for _ in range(5)]
    outcomes = at_once(calls)
    assert len([each for each in outcomes if not isinstance(each, Exception)]) == 1
    assert {type(each) for each in outcomes if isinstance(each, Exception)} == {SlotTaken}


# Whom it concerns


def test_for_others_there_is_nothing_to_change(booking: Talking) -> None:
    _, _, consultation = a_pair(booking)
    let_begin(booking.store, consultation.id)
    for other in (a_client(), somebody("specialist", "admin", "editor")):
        for change in (
            partial(cancel, booking, other, consultation.id),
            partial(reschedule, booking, other, consultation.id, IN_THREE_DAYS),
            partial(attend, booking, other, consultation.id, Attendance.HELD),
            partial(say, booking, other, consultation.id, Wish.CONTINUE),
        ):
            with pytest.raises(NotFound):
                change()
    with pytest.raises(Unauthenticated):
        cancel(booking, NOBODY, consultation.id)


# Attendance


def test_it_took_place(booking: Talking) -> None:
    client, specialist, consultation = a_pair(booking)
    let_begin(booking.store, consultation.id)
    answer = attend(booking, specialist, consultation.id, Attendance.HELD)
    assert (answer.status, answer.your_attendance) == (ConsultationStatus.COMPLETED, "held")
    assert seen(booking, client, consultation.id).your_attendance is None
    assert len(booking.told(ConsultationCompleted, consultation.id)) == 1


def test_a_disputed_miss_is_completed_after_all(booking: Talking) -> None:
    client, specialist, consultation = a_pair(booking)
    let_begin(booking.store, consultation.id)
    missed = attend(booking, specialist, consultation.id, Attendance.CLIENT_MISSED)
    assert (missed.status, missed.missed_by) == (ConsultationStatus.MISSED, Party.CLIENT)
    disputed = attend(booking, client, consultation.id, Attendance.HELD)
    assert (disputed.status, disputed.missed_by) == (ConsultationStatus.COMPLETED, None)
    [event] = booking.told(ConsultationMissed, consultation.id)
    assert event.missed_by == Party.CLIENT
    [after] = booking.told(ConsultationCompleted, consultation.id)
    assert after.version == event.version + 1


def test_what_the_specialist_missed_and_says_so_leaves_the_client_their_free_one(
    booking: Talking,
) -> None:
    client, specialist, consultation = a_pair(booking)
    let_begin(booking.store, consultation.id)
    attend(booking, client, consultation.id, Attendance.SPECIALIST_MISSED)
    [slot, *_] = slots_of(booking, specialist)
    with pytest.raises(AlreadyBooked):  # the specialist may still see it otherwise
        book(booking, client, specialist, slot)
    attend(booking, specialist, consultation.id, Attendance.SPECIALIST_MISSED)
    assert book(booking, client, specialist, slot)


def test_who_missed_two_is_told_until_when_they_can_not_book(booking: Talking) -> None:
    client = a_client()
    for hours in (2, 20):
        specialist = a_specialist(booking)
        consultation = book(booking, client, specialist, slots_of(booking, specialist)[0])
        let_begin(booking.store, consultation.id, AN_HOUR_AGO - hours * AN_HOUR)
        attend(booking, specialist, consultation.id, Attendance.CLIENT_MISSED)
        with pytest.raises(AlreadyBooked):
            book(booking, client, specialist, slots_of(booking, specialist)[0])
    other = a_specialist(booking)
    until = AN_HOUR_AGO - 2 * AN_HOUR + timedelta(days=30)
    with pytest.raises(BookingPaused, match=f"{until:%Y-%m-%d}"):
        book(booking, client, other, slots_of(booking, other)[0])


@pytest.mark.parametrize("missed_by", Party)
def test_the_database_itself_lets_a_pair_have_another_where_the_specialist_missed(
    booking: Talking, missed_by: Party
) -> None:
    row = a_row(status="missed", missed_by=missed_by)
    put(booking, row)
    another = {**row, "id": new_id(), "status": "booked", "missed_by": None}
    if missed_by == Party.SPECIALIST:
        put(booking, another)
    else:
        with pytest.raises(AlreadyBooked):
            put(booking, another)


def test_the_clock_closes_what_nobody_closed(database: str) -> None:
    long_ago = datetime.now(UTC) - timedelta(hours=49)
    over = a_row(starts_at=long_ago, ends_at=long_ago + HALF_AN_HOUR)
    ahead = a_row()
    store = connected_database(database, "booking")
    with store.transaction() as tx:
        tx.execute(insert(Consultation), [over, ahead])
    store.dispose()
    with serving(BookingService, database) as booking:
        [event] = eventually(partial(booking.told, ConsultationCompleted, over["id"]))
        assert event.version == 2
        assert booking.told(ConsultationCompleted, ahead["id"]) == []


# Outcome


def test_only_a_mutual_wish_is_told_and_nobody_sees_the_others_answer(booking: Talking) -> None:
    client, specialist, consultation = a_pair(booking)
    let_begin(booking.store, consultation.id)
    say(booking, client, consultation.id, Wish.CONTINUE)
    assert booking.told(BothWishToContinue, consultation.id) == []
    say(booking, specialist, consultation.id, Wish.GOOD_FIT)
    assert len(booking.told(BothWishToContinue, consultation.id)) == 1
    say(booking, specialist, consultation.id, Wish.GOOD_FIT)
    assert len(booking.told(BothWishToContinue, consultation.id)) == 1
    for person in (client, specialist):
        assert "continue" not in str(seen(booking, person, consultation.id))
    exported = booking.asked_by(specialist).export_personal_data()
    assert [each["outcome"] for each in exported["outcomes"]] == ["good_fit"]


def test_of_two_who_want_to_go_on_at_once_both_are_told_once(booking: Talking) -> None:
    for _ in range(3):
        client, specialist, consultation = a_pair(booking)
        let_begin(booking.store, consultation.id)
        at_once(
            [
                partial(say, booking, client, consultation.id, Wish.CONTINUE),
                partial(say, booking, specialist, consultation.id, Wish.GOOD_FIT),
            ]
        )
        assert len(booking.told(BothWishToContinue, consultation.id)) == 1


def test_who_does_not_want_to_go_on_is_not_mentioned_to_anybody(booking: Talking) -> None:
    client, specialist, consultation = a_pair(booking)
    let_begin(booking.store, consultation.id)
    say(booking, specialist, consultation.id, Wish.GOOD_FIT)
    before = len(booking.rows("outbox"))
    say(booking, client, consultation.id, Wish.TRY_ANOTHER)
    with pytest.raises(OutcomeGiven):
        say(booking, client, consultation.id, Wish.CONTINUE)
    assert len(booking.rows("outbox")) == before


# The note


def test_the_two_sides_read_the_note_and_nothing_that_is_kept_does(booking: Talking) -> None:
    specialist, client = a_specialist(booking), a_client()
    consultation = book_with_note(booking, client, specialist)
    for person in (client, replace(specialist, second_factor=True)):
        assert seen(booking, person, consultation.id).note == SECRET
        page = booking.asked_by(person).list_consultations(query=ConsultationsQuery())
        assert [each["note"] for each in page["items"]] == [SECRET]
    assert SECRET not in str(PrivateNote(text=SECRET))
    for table in ("consultations", "replies", "outbox"):
        assert SECRET not in str([tuple(row) for row in booking.rows(table)])
        assert SECRET[2:12].encode() not in b"".join(
            each for row in booking.rows(table) for each in row if isinstance(each, bytes)
        )


def test_another_note_is_another_request(booking: Talking) -> None:
    """What tells notes apart is kept sealed, with the answer."""
    specialist, client = a_specialist(booking), a_client()
    slot = slots_of(booking, specialist)[0]

    def ask(text: str) -> Any:
        return booking.asked_by(client, "once").book_consultation(
            specialist_id=specialist.known(), starts_at=slot, note=PrivateNote(text=text)
        )

    first = ask(SECRET)
    assert first["note"] is None
    with pytest.raises(KeyReused):
        ask("Something else.")
    assert ask(SECRET) == first


def test_a_specialist_does_not_take_others_notes_along(booking: Talking) -> None:
    specialist, client = a_specialist(booking), a_client()
    book_with_note(booking, client, specialist)
    theirs, mine = (
        booking.asked_by(each).export_personal_data()["consultations"][0]["note"]
        for each in (specialist, client)
    )
    assert (theirs, mine) == (None, SECRET)


@pytest.mark.parametrize("by", Party)
def test_the_note_the_place_and_their_own_outcome_go_with_either_account(
    booking: Talking, by: Party
) -> None:
    specialist, client = a_specialist(booking), a_client()
    consultation = book_with_note(booking, client, specialist)
    let_begin(booking.store, consultation.id)
    say(booking, client, consultation.id, Wish.CONTINUE)
    say(booking, specialist, consultation.id, Wish.NOT_A_FIT)
    erased, other = (client, specialist) if by == Party.CLIENT else (specialist, client)
    booking.hears(AccountErased(account_id=erased.known()))
    left = seen(booking, other, consultation.id)
    assert (left.note, left.meeting_link) == (None, None)
    [row] = [each for each in booking.rows("consultations") if each.id == consultation.id]
    assert row.sealed_note is None
    outcomes = [each for each in booking.rows("outcomes") if each.consultation_id == row.id]
    assert [each.account_id for each in outcomes] == [other.known()]


# The place


def test_each_consultation_has_a_room_of_its_own_that_its_sides_alone_are_shown(
    booking: Talking,
) -> None:
    client, specialist, one = a_pair(booking)
    _, _, other = a_pair(booking)
    assert one.meeting_link is not None
    assert one.meeting_link.startswith("https://meet.example/")
    assert one.meeting_link != other.meeting_link
    for person in (client, specialist):
        assert seen(booking, person, one.id).meeting_link == one.meeting_link
    [told] = booking.told(ConsultationBooked, one.id)
    assert (told.meeting_link, told.meeting_address) == (one.meeting_link, None)


def test_where_there_is_a_practice_it_takes_place_there(booking: Talking) -> None:
    client, specialist = a_client(), somebody("specialist")
    _, _, consultation = a_pair(booking)
    assert consultation.meeting_address is None
    specialist = a_specialist(booking)
    answer = booking.asked_by(specialist).get_availability()
    booking.asked_by(specialist).set_availability(
        availability={**answer, "in_person_address": "1 Example Street"}
    )
    consultation = book(booking, client, specialist, slots_of(booking, specialist)[0])
    assert (consultation.meeting_address, consultation.meeting_link) == ("1 Example Street", None)


# Each change is told once


def test_a_change_tells_exactly_one_event_beside_the_calendars(booking: Talking) -> None:
    client, specialist, consultation = a_pair(booking)
    later = slots_of(booking, specialist)[3]
    reschedule(booking, specialist, consultation.id, later)
    let_begin(booking.store, consultation.id)
    attend(booking, client, consultation.id, Attendance.HELD)
    attend(booking, specialist, consultation.id, Attendance.HELD)
    kinds = [
        row.type
        for row in sorted(booking.rows("outbox"), key=lambda each: each.seq)
        if str(consultation.id).encode() in bytes(row.body)
    ]
    assert kinds == [
        each.type() for each in (ConsultationBooked, ConsultationRescheduled, ConsultationCompleted)
    ]


def test_each_change_repeated_with_its_key_takes_effect_once(booking: Talking) -> None:
    client, _, consultation = a_pair(booking)
    answers = [
        booking.asked_by(client, "once").cancel_consultation(
            consultation_id=consultation.id, cancellation=CancelConsultation()
        )
        for _ in range(2)
    ]
    assert answers[0] == answers[1]
    assert len(booking.told(ConsultationCancelled, consultation.id)) == 1


# On a clock


def test_one_that_can_not_be_dealt_with_stops_no_clock_for_those_after_it(
    booking: Talking, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, _, consultation = a_pair(booking)
    for earlier in range(2):
        _, _, other = a_pair(booking)
        let_begin(booking.store, other.id, AN_HOUR_AGO - (60 + earlier) * AN_HOUR)
    let_begin(booking.store, consultation.id, AN_HOUR_AGO - 50 * AN_HOUR)
    close = Consultation.close

    def only_this(self: Consultation, *given: Any) -> Any:
        if self.id != consultation.id:
            raise ValueError("a row that nobody foresaw")
        return close(self, *given)

    monkeypatch.setattr(Consultation, "close", only_this)
    clocks = BookingService()
    clocks.store = booking.store
    clocks.close_consultations()
    assert seen(booking, client, consultation.id).status == ConsultationStatus.COMPLETED
