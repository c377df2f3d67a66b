"""Who reads what a client told before, and what is written down of that."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from chassis.context import CallContext, Caller, entered
from chassis.errors import NotFound
from contracts.booking.consultations import (
    ConsultationsQuery,
    HasBegun,
    NotBooked,
    NoteNotYours,
    NoteRead,
    Party,
    PrivateNote,
)
from services.booking.consultations.consultations import (
    NOTE_OPEN_FOR,
    READING_RECORDED_EVERY,
    Consultation,
)
from tests.booking.builders import HALF_AN_HOUR
from tests.booking.steps import (
    SECRET,
    a_client,
    a_specialist,
    book,
    book_with_note,
    cancel,
    seen,
    slots_of,
)
from tests.support.begun_consultations import let_begin
from tests.support.service_client import Talking

HOME, ELSEWHERE = "203.0.113.7", "198.51.100.7"


def with_second_factor(caller: Caller) -> Caller:
    return replace(caller, second_factor=True)


def reads(booking: Talking, caller: Caller, id: Any, address: str | None = None) -> Any:
    with entered(CallContext(caller=caller, address=address)):
        return booking.house.remote("booking").get_consultation(consultation_id=id)


def lists(booking: Talking, caller: Caller) -> Any:
    return booking.asked_by(caller).list_consultations(query=ConsultationsQuery())["items"]


def test_a_specialist_reads_a_note_in_a_session_that_showed_a_second_factor_alone(
    booking: Talking,
) -> None:
    specialist, client = a_specialist(booking), a_client()
    id = book_with_note(booking, client, specialist).id
    for resource in (reads(booking, specialist, id), *lists(booking, specialist)):
        assert (resource["note"], resource["note_withheld"]) == (None, True)
        assert SECRET not in str(resource)
    shown = with_second_factor(specialist)
    for resource in (reads(booking, shown, id), *lists(booking, shown)):
        assert (resource["note"], resource["note_withheld"]) == (SECRET, False)


def test_a_client_reads_their_own_without_one(booking: Talking) -> None:
    specialist, client = a_specialist(booking), a_client()
    id = book_with_note(booking, client, specialist).id
    for resource in (reads(booking, client, id), *lists(booking, client)):
        assert (resource["note"], resource["note_withheld"]) == (SECRET, False)
    assert not booking.told(NoteRead, id)


def test_where_there_is_no_note_none_is_withheld(booking: Talking) -> None:
    specialist, client = a_specialist(booking), a_client()
    id = book_with_note(booking, client, specialist).id
    with booking.store.transaction() as tx:
        tx.execute(update(Consultation).where(Consultation.id == id).values(sealed_note=None))
    assert seen(booking, specialist, id).note_withheld is False
    reads(booking, with_second_factor(specialist), id)
    assert not booking.told(NoteRead, id)


@pytest.mark.parametrize("how", ["one", "list"])
def test_that_a_specialist_is_shown_a_note_is_told_with_the_network(
    booking: Talking, how: str
) -> None:
    specialist, client = with_second_factor(a_specialist(booking)), a_client()
    id = book_with_note(booking, client, specialist).id
    if how == "one":
        reads(booking, specialist, id, HOME)
    else:
        with entered(CallContext(caller=specialist, address=HOME)):
            booking.house.remote("booking").list_consultations(query=ConsultationsQuery())
    assert booking.told(NoteRead, id) == [
        NoteRead(
            consultation_id=id,
            client_id=client.known(),
            specialist_id=specialist.known(),
            network="203.0.113.0/24",
        )
    ]


def test_it_is_told_again_after_an_hour_or_from_another_network(booking: Talking) -> None:
    specialist, client = with_second_factor(a_specialist(booking)), a_client()
    id = book_with_note(booking, client, specialist).id
    for address, told in ((HOME, 1), (HOME, 1), (ELSEWHERE, 2), (ELSEWHERE, 2), (HOME, 3)):
        reads(booking, specialist, id, address)
        assert len(booking.told(NoteRead, id)) == told
    aged(booking, id, READING_RECORDED_EVERY - timedelta(minutes=1))
    reads(booking, specialist, id, HOME)
    assert len(booking.told(NoteRead, id)) == 3
    aged(booking, id, timedelta(minutes=1))
    reads(booking, specialist, id, HOME)
    assert len(booking.told(NoteRead, id)) == 4


def aged(booking: Talking, id: Any, by: timedelta) -> None:
    with booking.store.transaction() as tx:
        consultation = tx.lock(Consultation, id)
        assert consultation.note_read_at is not None
        consultation.note_read_at -= by


def test_a_note_that_is_withheld_is_not_told_to_be_read(booking: Talking) -> None:
    specialist, client = a_specialist(booking), a_client()
    id = book_with_note(booking, client, specialist).id
    reads(booking, specialist, id)
    lists(booking, specialist)
    assert not booking.told(NoteRead, id)


def test_what_is_read_is_not_kept_as_an_answer(booking: Talking) -> None:
    specialist, client = with_second_factor(a_specialist(booking)), a_client()
    id = book_with_note(booking, client, specialist).id
    before = len(booking.rows("replies"))
    reads(booking, specialist, id)
    assert len(booking.rows("replies")) == before


# Changed and withdrawn

ANOTHER = "I would rather meet in the evening."


def write(booking: Talking, by: Caller, id: Any, text: str = ANOTHER) -> None:
    booking.asked_by(by).write_note(consultation_id=id, note=PrivateNote(text=text))


def withdraw(booking: Talking, by: Caller, id: Any) -> None:
    booking.asked_by(by).withdraw_note(consultation_id=id)


def test_a_client_changes_their_note_until_the_start(booking: Talking) -> None:
    specialist, client = with_second_factor(a_specialist(booking)), a_client()
    id = book_with_note(booking, client, specialist).id
    write(booking, client, id)
    assert reads(booking, specialist, id)["note"] == reads(booking, client, id)["note"] == ANOTHER
    assert len(booking.told(NoteRead, id)) == 1
    write(booking, client, id, SECRET)
    assert reads(booking, specialist, id)["note"] == SECRET
    assert len(booking.told(NoteRead, id)) == 2  # what is new to them is told anew


def test_what_was_written_is_kept_sealed_alone(booking: Talking) -> None:
    specialist, client = a_specialist(booking), a_client()
    id = book_with_note(booking, client, specialist).id
    booking.asked_by(client, "again").write_note(consultation_id=id, note=PrivateNote(text=ANOTHER))
    for table in ("consultations", "outbox", "replies", "inbox"):
        assert ANOTHER not in str(booking.rows(table))


def test_a_client_writes_a_note_where_there_was_none(booking: Talking) -> None:
    specialist, client = a_specialist(booking), a_client()
    id = book(booking, client, specialist, slots_of(booking, specialist)[0]).id
    write(booking, client, id)
    assert reads(booking, client, id)["note"] == ANOTHER


def test_a_note_that_is_withdrawn_is_deleted(booking: Talking) -> None:
    specialist, client = with_second_factor(a_specialist(booking)), a_client()
    id = book_with_note(booking, client, specialist).id
    for _ in range(2):  # again it changes nothing
        withdraw(booking, client, id)
        for person in (client, specialist):
            resource = reads(booking, person, id)
            assert (resource["note"], resource["note_withheld"]) == (None, False)
    [row] = [each for each in booking.rows("consultations") if each.id == id]
    assert row.sealed_note is None


@pytest.mark.parametrize("change", [write, withdraw])
def test_only_its_client_changes_a_note(booking: Talking, change: Any) -> None:
    specialist, client = with_second_factor(a_specialist(booking)), a_client()
    id = book_with_note(booking, client, specialist).id
    with pytest.raises(NoteNotYours):
        change(booking, specialist, id)
    with pytest.raises(NotFound):
        change(booking, a_client(), id)
    assert reads(booking, client, id)["note"] == SECRET


@pytest.mark.parametrize("change", [write, withdraw])
def test_from_the_start_on_a_note_stays_as_it_is(booking: Talking, change: Any) -> None:
    specialist, client = a_specialist(booking), a_client()
    id = book_with_note(booking, client, specialist).id
    let_begin(booking.store, id, datetime.now(UTC))
    with pytest.raises(HasBegun):
        change(booking, client, id)
    assert reads(booking, client, id)["note"] == SECRET


@pytest.mark.parametrize("change", [write, withdraw])
def test_of_what_is_cancelled_there_is_no_note(booking: Talking, change: Any) -> None:
    specialist, client = a_specialist(booking), a_client()
    id = book_with_note(booking, client, specialist).id
    cancel(booking, client, id)
    with pytest.raises(NotBooked):
        change(booking, client, id)
    assert reads(booking, client, id)["note"] is None


# Closed


def test_a_note_closes_to_the_specialist_7_days_after_the_end(booking: Talking) -> None:
    specialist, client = with_second_factor(a_specialist(booking)), a_client()
    id = book_with_note(booking, client, specialist).id
    closes_now = datetime.now(UTC) - NOTE_OPEN_FOR - HALF_AN_HOUR
    let_begin(booking.store, id, closes_now + timedelta(hours=1))
    for resource in (reads(booking, specialist, id), *lists(booking, specialist)):
        assert resource["note"] == SECRET
    let_begin(booking.store, id, closes_now)
    for resource in (reads(booking, specialist, id), *lists(booking, specialist)):
        assert (resource["note"], resource["note_withheld"]) == (None, False)
    assert reads(booking, client, id)["note"] == SECRET


@pytest.mark.parametrize("by", Party)
def test_a_note_is_deleted_with_the_cancellation(booking: Talking, by: Party) -> None:
    specialist, client = a_specialist(booking), a_client()
    id = book_with_note(booking, client, specialist).id
    cancel(booking, client if by == Party.CLIENT else specialist, id)
    [row] = [each for each in booking.rows("consultations") if each.id == id]
    assert (row.sealed_note, row.note_read_at) == (None, None)
