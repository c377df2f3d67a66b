"""An id that is forgotten is mentioned no more, by nothing that is kept for messages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert, update

from chassis.context import OUTERMOST_DEADLINE_S, CallContext, Caller, entered
from chassis.database.refusals import Erased
from chassis.database.tombstones import ids_mentioned_in
from chassis.database.transaction import Transaction
from chassis.errors import NotFound
from chassis.events import Envelope, Event
from chassis.idempotency.keys import keyed_call
from chassis.ids import new_id
from chassis.messaging import erasure, inbox, retry_limits
from chassis.messaging.inbox import Inbox, Status
from chassis.messaging.redrive import Redrive
from chassis.store import Store
from chassis.times import utc_now
from tests.chassis.bank import Note, Told, rows_of

A_MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def no_call_is_under_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasure, "CALLS_END_WITHIN", timedelta(0))


def nothing(tx: Transaction, id: UUID) -> None:
    """Nothing but messages speaks of the id."""


def forget(store: Store, id: UUID) -> None:
    with store.transaction() as tx:
        tx.mark_erased(id)


def finish(store: Store, erase: Callable[[Transaction, UUID], None] = nothing) -> None:
    erasure.finish(store, erase, lambda id: Told(note_id=id, word="forgotten"))


def answers(store: Store, id: UUID) -> list[str]:
    told = [row for row in rows_of(store, "outbox") if str(id).encode() in row.body]
    return [row.type for row in told if b"forgotten" in row.body]


def tell(store: Store, id: UUID, sent: bool) -> None:
    with store.transaction() as tx:
        tx.emit(Told(note_id=id, word="hello"))
    if sent:
        send(store)


def send(store: Store) -> None:
    outbox = store.table("outbox")
    with store.transaction() as tx:
        tx.execute(update(outbox).values(sent_at=utc_now()))


def receive(store: Store, id: UUID, status: Status, handler: str = "note_down") -> None:
    body = Envelope.around(Told(note_id=id, word="a secret"), utc_now(), "c").to_json()
    with store.transaction() as tx:
        tx.execute(
            insert(store.table("inbox")).values(
                event_id=new_id(),
                handler=handler,
                type="Told",
                status=status,
                attempts=3,
                received_at=utc_now(),
                next_attempt_at=utc_now() if status == Status.RETRY else None,
                error="RuntimeError: a secret",
                body=body,
            )
        )


def answer(store: Store, caller: UUID | None, about: UUID) -> None:
    """A call that wrote, and what it answered."""
    context = CallContext(caller=Caller(caller), idempotency_key=new_id().hex)
    with entered(context), keyed_call("tell", {"about": about}):
        with store.transaction() as tx:
            tx.reply({"id": about})


def the_one(store: Store, table: str) -> Any:
    [row] = rows_of(store, table)
    return row


# What is forgotten


def test_events_that_were_sent_are_deleted_where_they_mention_it(store: Store) -> None:
    id, other = new_id(), new_id()
    tell(store, id, sent=True)
    tell(store, other, sent=True)
    forget(store, id)
    finish(store)
    told = [row.body for row in rows_of(store, "outbox")]
    assert len(told) == 2
    assert str(other).encode() in told[0]
    assert answers(store, id) == ["Told"]


@pytest.mark.parametrize("by", ["its caller", "its text"])
def test_answers_are_deleted_where_they_mention_it(store: Store, by: str) -> None:
    id, other = new_id(), new_id()
    if by == "its caller":
        answer(store, id, new_id())
    else:
        answer(store, None, id)
    answer(store, other, other)
    forget(store, id)
    finish(store)
    assert str(other) in the_one(store, "replies").key


@pytest.mark.parametrize("status", [Status.PARKED, Status.DISCARDED])
def test_what_waits_for_a_person_is_given_up_and_written_down(store: Store, status: Status) -> None:
    id = new_id()
    receive(store, id, status)
    forget(store, id)
    finish(store)
    row = the_one(store, "inbox")
    assert (row.status, row.body, row.error) == (Status.DISCARDED, None, None)
    assert row.settled_at is not None
    [action] = Redrive(store).history()
    assert (action.by, action.action) == ("erasure", "discard")
    assert (action.event_id, action.handler) == (row.event_id, row.handler)


def test_what_others_wait_for_stays(store: Store) -> None:
    receive(store, new_id(), Status.PARKED)
    forget(store, new_id())
    finish(store)
    row = the_one(store, "inbox")
    assert row.status == Status.PARKED
    assert b"a secret" in row.body
    assert Redrive(store).history() == []


def test_an_id_is_found_in_bytes_that_are_nothing_in_either_case(store: Store) -> None:
    id = new_id()
    for body in (f"\x00\xff{id}".encode("latin-1"), f'{{"id": "{str(id).upper()}"'.encode()):
        Inbox(store).park(body, "note_down", "Told", "not JSON")
    forget(store, id)
    finish(store)
    assert {row.status for row in rows_of(store, "inbox")} == {Status.DISCARDED}
    assert {row.body for row in rows_of(store, "inbox")} == {None}


def test_a_table_of_many_rows_is_gone_through_step_by_step(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasure, "EVENTS_A_STATEMENT", 2)
    monkeypatch.setattr(erasure, "REPLIES_A_STATEMENT", timedelta(milliseconds=1))
    id = new_id()
    for _ in range(7):
        tell(store, id, sent=True)
        answer(store, None, new_id())
    answer(store, id, new_id())
    forget(store, id)
    finish(store)
    assert len(rows_of(store, "outbox")) == len(answers(store, id)) == 1
    assert not [row for row in rows_of(store, "replies") if str(id) in row.key]


# What it waits for


def test_what_was_told_goes_out_first_however_long_that_takes(store: Store) -> None:
    id = new_id()
    tell(store, id, sent=False)
    forget(store, id)
    for _ in range(retry_limits.ATTEMPTS * 3):
        finish(store)
    assert len(rows_of(store, "outbox")) == 1
    assert answers(store, id) == []
    send(store)
    finish(store)
    assert len(answers(store, id)) == len(rows_of(store, "outbox")) == 1


def test_what_was_heard_has_its_tries_first(store: Store) -> None:
    id = new_id()
    receive(store, id, Status.RETRY)
    forget(store, id)
    finish(store)
    assert the_one(store, "inbox").status == Status.RETRY
    assert answers(store, id) == []


def test_what_no_handler_tries_any_more_is_given_up_in_the_end(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = new_id()
    receive(store, id, Status.RETRY, handler="renamed_since")
    forget(store, id)
    monkeypatch.setattr(erasure, "PATIENCE", timedelta(0))
    finish(store)
    row = the_one(store, "inbox")
    assert (row.status, row.body) == (Status.DISCARDED, None)
    assert len(answers(store, id)) == 1


def test_calls_that_were_under_way_have_ended_before(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    assert timedelta(seconds=OUTERMOST_DEADLINE_S) == erasure.CALLS_END_WITHIN
    id = new_id()
    forget(store, id)
    finish(store)
    assert answers(store, id) == []


def test_what_they_brought_back_is_erased_again_and_told_before_the_answer(store: Store) -> None:
    id = new_id()
    forget(store, id)
    with store.transaction() as tx:
        tx.add(Note(id=id, word="brought back", times=1))

    def erase(tx: Transaction, id: UUID) -> None:
        note = tx.get(Note, id)
        if note is not None:
            tx.delete(note)
            tx.emit(Told(note_id=id, word="gone again"))

    finish(store, erase)
    assert rows_of(store, "notes") == []
    assert answers(store, id) == []
    send(store)
    finish(store, erase)
    assert len(answers(store, id)) == len(rows_of(store, "outbox")) == 1


def test_an_answer_is_given_once(store: Store) -> None:
    id = new_id()
    for _ in range(3):
        forget(store, id)
        finish(store)
    assert len(answers(store, id)) == 1
    assert the_one(store, "forgotten").completed_at is not None


def test_one_that_waits_keeps_no_other_waiting(store: Store) -> None:
    waiting, ready = new_id(), new_id()
    tell(store, waiting, sent=False)
    forget(store, waiting)
    forget(store, ready)
    finish(store)
    completed = {row.id for row in rows_of(store, "forgotten") if row.completed_at}
    assert completed == {ready}


def test_one_that_fails_is_tried_again_and_keeps_no_other_waiting(store: Store) -> None:
    failing, ready = new_id(), new_id()
    forget(store, failing)
    forget(store, ready)

    def erase(tx: Transaction, id: UUID) -> None:
        tx.add(Note(id=new_id(), word=str(id), times=1))
        if id == failing:
            raise OSError("the disk is away")

    finish(store, erase)
    assert answers(store, ready)
    assert answers(store, failing) == []
    assert [row.word for row in rows_of(store, "notes")] == [str(ready)]
    finish(store)
    assert answers(store, failing)


# What comes late


def test_nothing_is_made_under_a_forgotten_id(store: Store) -> None:
    id = new_id()
    forget(store, id)
    with pytest.raises(Erased), store.transaction() as tx:
        tx.lock_or_create(Note, id)
    assert rows_of(store, "notes") == []
    with store.transaction() as tx, pytest.raises(NotFound):
        tx.lock(Note, id)


def test_an_event_about_it_is_done_without_effect(store: Store) -> None:
    id = new_id()
    forget(store, id)
    envelope: Envelope[Event] = Envelope.around(Told(note_id=id, word="late"), utc_now(), "c")
    for _ in range(2):
        Inbox(store).receive(envelope, envelope.to_json(), "note_down", write_under_its_id)
    row = the_one(store, "inbox")
    assert (row.status, row.body) == (Status.DONE, None)
    assert rows_of(store, "notes") == []


def write_under_its_id(event: Told, tx: Transaction) -> None:
    tx.lock_or_create(Note, event.note_id).word = event.word


def test_an_event_that_failed_before_is_done_without_effect_at_its_next_try(
    store: Store,
) -> None:
    id = new_id()
    envelope = fails_first(store, id)
    forget(store, id)
    Inbox(store).retry(waiting(store), envelope, write_under_its_id)
    row = the_one(store, "inbox")
    assert (row.status, row.body, row.error) == (Status.DONE, None, None)
    assert rows_of(store, "notes") == []


def fails_first(store: Store, id: UUID) -> Envelope[Event]:
    envelope: Envelope[Event] = Envelope.around(Told(note_id=id, word="late"), utc_now(), "c")
    Inbox(store).receive(envelope, envelope.to_json(), "note_down", fail)
    assert the_one(store, "inbox").status == Status.RETRY
    return envelope


def fail(event: Any, tx: Transaction) -> None:
    raise RuntimeError(f"can't take {event}")


def waiting(store: Store) -> inbox.Waiting:
    [found] = Inbox(store).due(utc_now() + A_MINUTE, 1, ["note_down"])
    return found


@pytest.mark.parametrize("forgotten", [True, False])
def test_an_event_that_fails_to_the_last_is_parked_unless_it_mentions_what_is_forgotten(
    store: Store, forgotten: bool
) -> None:
    id = new_id()
    envelope = fails_first(store, id)
    if forgotten:
        forget(store, id)
    for _ in range(retry_limits.ATTEMPTS - 1):
        table = store.table("inbox")
        with store.transaction() as tx:
            tx.execute(update(table).values(next_attempt_at=utc_now()))
        Inbox(store).retry(waiting(store), envelope, fail)
    row = the_one(store, "inbox")
    assert row.attempts == retry_limits.ATTEMPTS
    if forgotten:
        assert (row.status, row.body, row.error) == (Status.DISCARDED, None, None)
        assert [each.by for each in Redrive(store).history()] == ["erasure"]
    else:
        assert row.status == Status.PARKED
        assert row.body == envelope.to_json()
        assert str(id) in row.error
        assert Redrive(store).history() == []


@pytest.mark.parametrize("forgotten", [True, False])
def test_what_can_not_be_read_is_parked_unless_it_mentions_what_is_forgotten(
    store: Store, forgotten: bool
) -> None:
    id = new_id()
    if forgotten:
        forget(store, id)
    for _ in range(2):
        Inbox(store).park(f"{{{id}".encode(), "note_down", "Told", "not JSON")
    row = the_one(store, "inbox")
    if forgotten:
        assert (row.status, row.body, row.error) == (Status.DISCARDED, None, None)
        assert row.settled_at is not None
    else:
        assert (row.status, row.error) == (Status.PARKED, "not JSON")


def test_ids_are_found_wherever_they_stand() -> None:
    one, two = new_id(), new_id()
    assert ids_mentioned_in(f"x{one}{str(two).upper()}/".encode() + b"\xff\x00") == {one, two}
    assert ids_mentioned_in(b"") == ids_mentioned_in(b"018f0000-0000-7000") == set()


def test_whoever_is_not_forgotten_is_not_refused(store: Store) -> None:
    forget(store, new_id())
    with store.transaction() as tx:
        tx.refuse_erased(new_id())
        assert tx.lock_or_create(Note, new_id()).word == ""
    assert len(rows_of(store, "notes")) == 1
