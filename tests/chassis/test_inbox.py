"""The inbox: each event takes effect once for each handler, and a failed one is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import eventlet
import pytest
from eventlet.event import Event as GreenEvent
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from chassis.database.refusals import DatabaseAway
from chassis.error_text import LONGEST_ERROR
from chassis.events import Envelope, Event
from chassis.messaging import inbox as inbox_module
from chassis.messaging.inbox import (
    Inbox,
    Waiting,
    pause_before,
)
from chassis.messaging.redrive import Redrive, Selection
from chassis.messaging.retry_limits import ATTEMPTS, FIRST_PAUSE, LONGEST_PAUSE
from chassis.store import Store
from chassis.times import utc_now
from tests.chassis.bank import (
    Base,
    Ears,
    Fickle,
    Told,
    a_store,
    an_envelope,
    hear,
    heard_in,
    rows_of,
)

HANDLER = "note_down"
NEXT_YEAR = timedelta(days=365)
MANY = 8


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    store = a_store(database, "listener", Ears)
    yield store
    store.dispose()


@pytest.fixture
def inbox(store: Store) -> Inbox:
    return Inbox(store)


@pytest.fixture
def redrive(store: Store) -> Redrive:
    return Redrive(store, by="ada@desk")


def receive(inbox: Inbox, envelope: Envelope[Event], run: Any = None, handler: str = "") -> None:
    handler = handler or HANDLER
    inbox.receive(envelope, envelope.to_json(), handler, run or hear(handler))


def failing(event: object, tx: object) -> None:
    raise RuntimeError("the line is dead")


def hearing_then_failing(event: Told, tx: Any) -> None:
    hear(HANDLER)(event, tx)
    tx.flush()
    raise RuntimeError("the line is dead")


def the_row(store: Store) -> Any:
    [row] = rows_of(store, "inbox")
    return row


def waiting(inbox: Inbox) -> Waiting:
    [waits] = inbox.due(utc_now() + NEXT_YEAR, 10, [HANDLER])
    return waits


def fail_until_parked(inbox: Inbox, envelope: Envelope[Event]) -> None:
    receive(inbox, envelope, failing)
    for _ in range(ATTEMPTS - 1):
        inbox.retry(waiting(inbox), envelope, failing)


# Once


def test_an_event_takes_effect(inbox: Inbox, store: Store) -> None:
    receive(inbox, an_envelope("hello"))

    assert heard_in(store) == ["note_down:hello"]
    row = the_row(store)
    assert (row.status, row.attempts, row.body) == ("done", 1, None)


def test_a_repeated_event_takes_effect_once(inbox: Inbox, store: Store) -> None:
    envelope = an_envelope("hello")
    for _ in range(3):
        receive(inbox, envelope)

    assert heard_in(store) == ["note_down:hello"]


def test_repetitions_at_the_same_moment_take_effect_once(inbox: Inbox, store: Store) -> None:
    envelope = an_envelope("hello")

    def slowly(event: Told, tx: Any) -> None:
        eventlet.sleep(0.01)
        hear(HANDLER)(event, tx)

    at_once(lambda: receive(inbox, envelope, slowly))

    assert heard_in(store) == ["note_down:hello"]


def test_each_handler_of_an_event_has_its_own_effect(inbox: Inbox, store: Store) -> None:
    envelope = an_envelope("hello")
    receive(inbox, envelope, handler="note_down")
    receive(inbox, envelope, handler="pass_on")

    assert heard_in(store) == ["note_down:hello", "pass_on:hello"]


def test_events_that_a_handler_emits_stand_or_fall_with_its_effects(database: str) -> None:
    teller = a_store(database, "teller", Base)
    inbox = Inbox(teller)

    def echo_and_fail(event: Told, tx: Any) -> None:
        tx.emit(event)
        raise RuntimeError("the line is dead")

    receive(inbox, an_envelope("lost"), echo_and_fail)
    receive(inbox, an_envelope("kept"), lambda event, tx: tx.emit(event))

    assert [b'"word":"kept"' in row.body for row in rows_of(teller, "outbox")] == [True]
    teller.dispose()


# Failed


def test_a_failed_event_is_kept_with_its_bytes_and_leaves_no_effect(
    inbox: Inbox, store: Store
) -> None:
    envelope = an_envelope("hello")
    receive(inbox, envelope, hearing_then_failing)

    assert heard_in(store) == []
    row = the_row(store)
    assert (row.status, row.handler, row.attempts) == ("retry", HANDLER, 1)
    assert row.error == "RuntimeError: the line is dead"
    assert row.body == envelope.to_json()
    assert utc_now() < row.next_attempt_at + FIRST_PAUSE


def test_what_failed_is_tried_again_when_it_is_due_and_not_before(
    inbox: Inbox, store: Store
) -> None:
    receive(inbox, an_envelope("hello"), failing)
    due_at = the_row(store).next_attempt_at

    assert inbox.due(due_at - timedelta(microseconds=1), 10, [HANDLER]) == []
    assert len(inbox.due(due_at, 10, [HANDLER])) == 1


def test_what_failed_takes_effect_once_when_it_succeeds(inbox: Inbox, store: Store) -> None:
    envelope = an_envelope("hello")
    receive(inbox, envelope, failing)
    inbox.retry(waiting(inbox), envelope, hear(HANDLER))
    receive(inbox, envelope)  # a late repetition from the broker

    assert heard_in(store) == ["note_down:hello"]
    row = the_row(store)
    assert (row.status, row.attempts, row.error, row.body) == ("done", 2, None, None)


def test_a_repetition_of_what_waits_for_its_retry_does_nothing(inbox: Inbox, store: Store) -> None:
    envelope = an_envelope("hello")
    receive(inbox, envelope, failing)
    receive(inbox, envelope)

    assert heard_in(store) == []
    assert the_row(store).status == "retry"


def test_two_clocks_that_retry_the_same_attempt_cause_one_effect(
    inbox: Inbox, store: Store
) -> None:
    envelope = an_envelope("hello")
    receive(inbox, envelope, failing)
    waits = waiting(inbox)  # as both of them saw it

    at_once(lambda: inbox.retry(waits, envelope, hear(HANDLER)))

    assert heard_in(store) == ["note_down:hello"]


def test_a_clock_that_failed_does_not_undo_what_another_one_did(inbox: Inbox, store: Store) -> None:
    envelope = an_envelope("hello")
    receive(inbox, envelope, failing)
    waits = waiting(inbox)
    inbox.retry(waits, envelope, hear(HANDLER))
    inbox.retry(waits, envelope, failing)

    assert heard_in(store) == ["note_down:hello"]
    row = the_row(store)
    assert (row.status, row.attempts, row.error) == ("done", 2, None)


def test_two_clocks_that_fail_together_consume_one_attempt(inbox: Inbox, store: Store) -> None:
    envelope = an_envelope("hello")
    receive(inbox, envelope, failing)
    waits = waiting(inbox)

    at_once(lambda: inbox.retry(waits, envelope, failing))

    assert the_row(store).attempts == 2


# Parked


def test_after_its_last_attempt_an_event_is_parked_for_a_person(
    inbox: Inbox, redrive: Redrive, store: Store
) -> None:
    envelope = an_envelope("hello")
    fail_until_parked(inbox, envelope)

    [parked] = redrive.dead_letters()
    assert (parked.event_id, parked.handler) == (envelope.id, HANDLER)
    assert parked.attempts == ATTEMPTS == 10
    assert parked.error == "RuntimeError: the line is dead"
    assert parked.body == envelope.to_json()
    assert inbox.due(utc_now() + NEXT_YEAR, 10, [HANDLER]) == []
    assert heard_in(store) == []


def test_a_replayed_event_takes_effect_once_and_replaying_it_again_is_a_no_op(
    inbox: Inbox, redrive: Redrive, store: Store
) -> None:
    envelope = an_envelope("hello")
    fail_until_parked(inbox, envelope)

    assert redrive.replay(Selection(envelope.id)) == 1
    assert redrive.replay(Selection(envelope.id)) == 0
    inbox.retry(waiting(inbox), envelope, hear(HANDLER))
    assert redrive.replay(Selection(envelope.id)) == 0

    assert heard_in(store) == ["note_down:hello"]
    assert redrive.dead_letters() == []


def test_a_replayed_event_that_fails_again_has_all_its_attempts(
    inbox: Inbox, redrive: Redrive, store: Store
) -> None:
    envelope = an_envelope("hello")
    fail_until_parked(inbox, envelope)
    redrive.replay(Selection(envelope.id))

    inbox.retry(waiting(inbox), envelope, failing)

    assert (the_row(store).status, the_row(store).attempts) == ("retry", 1)


def test_one_handler_of_an_event_can_be_replayed_alone(inbox: Inbox, redrive: Redrive) -> None:
    envelope = an_envelope("hello")
    for handler in ("note_down", "pass_on"):
        inbox.park(b"{}", handler, "Told", "unreadable")
        receive(inbox, envelope, failing, handler)
    [first, second] = redrive.dead_letters()

    assert redrive.replay(Selection(first.event_id, second.handler)) == 0
    assert redrive.replay(Selection(first.event_id, first.handler)) == 1
    assert [each.handler for each in redrive.dead_letters()] == [second.handler]


def test_a_discarded_event_is_given_up_for_good(
    inbox: Inbox, redrive: Redrive, store: Store
) -> None:
    envelope = an_envelope("hello")
    fail_until_parked(inbox, envelope)

    assert redrive.discard(Selection(envelope.id)) == 1
    assert redrive.discard(Selection(envelope.id)) == 0
    assert redrive.replay(Selection(envelope.id)) == 0
    receive(inbox, envelope)

    assert redrive.dead_letters() == []
    assert heard_in(store) == []
    assert the_row(store).status == "discarded"


def test_only_what_is_parked_can_be_discarded(inbox: Inbox, redrive: Redrive, store: Store) -> None:
    envelope = an_envelope("hello")
    receive(inbox, envelope, failing)

    assert redrive.discard(Selection(envelope.id)) == 0
    assert the_row(store).status == "retry"


def test_the_same_unreadable_bytes_are_parked_once(inbox: Inbox, redrive: Redrive) -> None:
    for body in (b"\xff", b"\xff", b"\xfe"):
        inbox.park(body, HANDLER, "Told", "not UTF-8")

    assert sorted(each.body for each in redrive.dead_letters()) == [b"\xfe", b"\xff"]


def test_parked_events_are_listed_oldest_first(inbox: Inbox, redrive: Redrive) -> None:
    for body in (b"1", b"2", b"3"):
        inbox.park(body, HANDLER, "Told", "unreadable")

    assert [each.body for each in redrive.dead_letters()] == [b"1", b"2", b"3"]


def test_what_has_no_handler_any_more_does_not_keep_others_waiting(
    inbox: Inbox, redrive: Redrive
) -> None:
    for number in range(3):
        inbox.park(b"%d" % number, "rpc.tell", "", "not JSON")
    for parked in redrive.dead_letters():
        redrive.replay(Selection(parked.event_id))
    receive(inbox, an_envelope("hello"), failing)

    [due] = inbox.due(utc_now() + NEXT_YEAR, 3, [HANDLER])
    assert due.handler == HANDLER


def test_an_error_of_any_length_is_kept_shortened(inbox: Inbox, store: Store) -> None:
    def fail_at_length(event: object, tx: object) -> None:
        raise RuntimeError("x" * 100_000)

    receive(inbox, an_envelope("hello"), fail_at_length)

    assert len(the_row(store).error) == LONGEST_ERROR


def test_an_error_that_no_database_could_keep_is_kept(inbox: Inbox, store: Store) -> None:
    def fail_strangely(event: object, tx: object) -> None:
        raise RuntimeError("a NUL \x00 and half a pair \ud800")

    receive(inbox, an_envelope("hello"), fail_strangely)

    assert the_row(store).status == "retry"
    assert "a NUL" in the_row(store).error


def raising(error: BaseException) -> Any:
    def fail(event: object, tx: object) -> None:
        raise error

    return fail


def hanging(event: object, tx: object) -> None:
    GreenEvent().wait()


class Unspeakable(Exception):
    def __str__(self) -> str:
        raise RuntimeError("not even its text")


@pytest.mark.parametrize(
    ("fail", "said"),
    [
        (raising(MemoryError()), "MemoryError"),
        (raising(RecursionError()), "RecursionError"),
        (raising(eventlet.Timeout(None)), "Timeout"),
        (raising(Unspeakable()), "Unspeakable"),
        (hanging, "Timeout"),
    ],
    ids=["no memory", "too deep", "a timeout", "without a text", "it hangs"],
)
def test_whatever_befalls_a_handler_its_event_is_kept_and_the_next_is_handled(
    inbox: Inbox, store: Store, monkeypatch: pytest.MonkeyPatch, fail: Any, said: str
) -> None:
    monkeypatch.setattr(inbox_module, "HANDLER_DEADLINE_S", 0.5)
    poison = an_envelope("poison")
    receive(inbox, poison, fail)
    receive(inbox, an_envelope("good"))
    inbox.retry(waiting(inbox), poison, fail)

    assert heard_in(store) == ["note_down:good"]
    [kept] = [row for row in rows_of(store, "inbox") if row.status == "retry"]
    assert (kept.event_id, kept.attempts) == (poison.id, 2)
    assert kept.error.startswith(said)
    inbox.retry(waiting(inbox), poison, hear(HANDLER))
    assert sorted(heard_in(store)) == ["note_down:good", "note_down:poison"]


# The database's own failures


def test_a_statement_that_fails_in_a_handler_consumes_an_attempt(
    inbox: Inbox, store: Store
) -> None:
    receive(inbox, an_envelope("hello"), lambda event, tx: tx.execute(text("SELECT FROM nowhere")))

    assert (the_row(store).status, the_row(store).attempts) == ("retry", 1)


def test_while_the_database_is_away_nothing_is_handled_and_the_caller_learns_it() -> None:
    store = Store(Ears)
    store.connect("postgresql+psycopg://x:x@127.0.0.1:1/nowhere", "listener")
    tries = Fickle(0)
    with pytest.raises(DatabaseAway):
        receive(Inbox(store), an_envelope("hello"), tries)
    assert tries.tries == 0
    store.dispose()


def test_a_session_that_the_server_ended_consumes_no_more_than_an_attempt(
    postgres_database: str,
) -> None:
    store = a_store(postgres_database, "listener", Ears)
    fickle = Fickle(1)

    def lose_the_session(event: Told, tx: Any) -> None:
        try:
            fickle()
        except RuntimeError:
            tx.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        hear(HANDLER)(event, tx)

    envelope = an_envelope("hello")
    receive(Inbox(store), envelope, lose_the_session)
    Inbox(store).retry(waiting(Inbox(store)), envelope, lose_the_session)

    assert heard_in(store) == ["note_down:hello"]
    store.dispose()


# When


@given(attempt=st.integers(2, ATTEMPTS), chance=st.floats(0, 1))
def test_pauses_double_up_to_a_longest_one(attempt: int, chance: float) -> None:
    pause = pause_before(attempt, chance)
    longest = min(FIRST_PAUSE * 2 ** (attempt - 2), LONGEST_PAUSE)
    assert longest / 2 <= pause <= longest


@given(chance=st.floats(0, 1), other=st.floats(0, 1))
def test_what_failed_together_comes_back_apart(chance: float, other: float) -> None:
    one, two = pause_before(5, chance), pause_before(5, other)
    assert (one <= two) or (chance > other)


def test_the_schedule_in_numbers() -> None:
    schedule = [pause_before(attempt, 1).total_seconds() for attempt in range(2, ATTEMPTS + 1)]
    assert schedule == [1, 2, 4, 8, 16, 32, 64, 128, 256]


def test_the_longest_pause_is_kept_however_often_one_tries() -> None:
    assert pause_before(40, 1) == LONGEST_PAUSE


def test_the_event_id_is_what_a_repetition_is_known_by(inbox: Inbox, store: Store) -> None:
    first, second = an_envelope("same"), an_envelope("same")
    receive(inbox, first)
    receive(inbox, second)

    assert heard_in(store) == ["note_down:same"] * 2


def at_once(work: Callable[[], object]) -> None:
    pool = eventlet.GreenPool(MANY)
    for _ in range(MANY):
        pool.spawn(work)
    pool.waitall()


def test_a_clock_that_saw_an_earlier_attempt_does_nothing(inbox: Inbox, store: Store) -> None:
    envelope = an_envelope("hello")
    receive(inbox, envelope, failing)
    outdated = waiting(inbox)
    inbox.retry(outdated, envelope, failing)
    inbox.retry(outdated, envelope, hear(HANDLER))

    assert heard_in(store) == []
    assert (the_row(store).status, the_row(store).attempts) == ("retry", 2)
