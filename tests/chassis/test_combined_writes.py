"""Writes that a transaction sends together at its end, on each kind of database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import select

from chassis.context import CallContext, entered
from chassis.idempotency.keys import AlreadyAnswered, keyed_call
from chassis.store import Store
from tests.chassis.bank import Note, WordTaken, count_of, rows_of, words_in
from tests.support.statements import statements_of


@contextmanager
def a_call(key: str) -> Iterator[None]:
    with entered(CallContext(idempotency_key=key)), keyed_call("tell", {}):
        yield


def a_note(store: Store, word: str) -> Note:
    note = Note.of(word)
    with store.transaction() as tx:
        tx.insert(note)
    return note


def tell(store: Store, word: str) -> None:
    """Call after call with the same key."""
    note = Note.of(word)
    with a_call("once"), store.transaction() as tx:
        tx.insert(note)
        tx.emit(note.told())
        tx.reply(word)


def test_rows_reply_and_events_are_one_statement_on_postgres(store: Store) -> None:
    old, new = a_note(store, "old"), Note.of("new")

    with a_call("once"), statements_of(store) as statements, store.transaction() as tx:
        locked = tx.lock(Note, old.id)
        tx.insert(new)
        locked.times = 7
        tx.update(locked)
        tx.emit(new.told(), locked.told())
        tx.reply("done")

    assert len(statements) == (1 + 1 if store.writer.dialect.name == "postgresql" else 1 + 4)
    times = {row.word: row.times for row in rows_of(store, "notes")}
    assert times == {"old": 7, "new": 1}
    assert [row.type for row in rows_of(store, "outbox")] == ["Told", "Told"]
    assert [row.reply for row in rows_of(store, "replies")] == [b'"done"']


def test_the_relay_learns_the_numbers_of_the_events(store: Store) -> None:
    with store.transaction() as tx:
        notes = [Note.of(word) for word in ("a", "b", "c")]
        for note in notes:
            tx.insert(note)
        tx.emit(*(note.told() for note in notes))

    rows = {(row.seq, row.event_id, row.body) for row in rows_of(store, "outbox")}
    assert {(each.seq, each.event_id, each.body) for each in tx.outbox} == rows
    assert [each.body for each in tx.outbox] == [each.to_json() for each in tx.emitted]


def test_a_violation_is_its_refusal_and_leaves_nothing(store: Store) -> None:
    a_note(store, "hello")

    with pytest.raises(WordTaken):
        tell(store, "hello")

    assert [count_of(store, each) for each in ("notes", "outbox", "replies")] == [1, 0, 0]


def test_a_repeated_key_leaves_nothing_of_the_repetition(store: Store) -> None:
    tell(store, "first")
    with pytest.raises(AlreadyAnswered) as before:
        tell(store, "second")

    assert before.value.reply == "first"
    assert words_in(store) == ["first"]
    assert [count_of(store, each) for each in ("outbox", "replies")] == [1, 1]


def test_a_query_finds_what_was_inserted_before_it(store: Store) -> None:
    with store.transaction() as tx:
        tx.insert(Note.of("hello"))
        assert list(tx.scalars(select(Note.word))) == ["hello"]
        tx.insert(Note.of("again"))
        [again] = tx.scalars(select(Note).where(Note.word == "again"))
        again.times = 5

    assert {row.word: row.times for row in rows_of(store, "notes")} == {"hello": 1, "again": 5}


def test_changes_before_and_after_a_query_are_written(store: Store) -> None:
    note = a_note(store, "hello")

    with store.transaction() as tx:
        locked = tx.lock(Note, note.id)
        tx.update(locked)
        locked.times = 2
        assert list(tx.scalars(select(Note.times))) == [2]
        locked.word = "changed"

    [row] = rows_of(store, "notes")
    assert (row.word, row.times) == ("changed", 2)


def test_a_row_without_a_change_is_not_written(store: Store) -> None:
    note = a_note(store, "hello")

    with statements_of(store) as statements, store.transaction() as tx:
        locked = tx.lock(Note, note.id)
        locked.times = locked.times + 0
        tx.update(locked)

    assert len(statements) == 1


@pytest.mark.parametrize("number", [1, 2, 30])
def test_any_number_of_rows_and_events_is_written(store: Store, number: int) -> None:
    notes = [Note.of(f"word {each:02}") for each in range(number)]

    with store.transaction() as tx:
        tx.insert_all(notes)
        tx.emit(*(each.told() for each in notes))

    assert words_in(store) == [each.word for each in notes]
    assert len({row.event_id for row in rows_of(store, "outbox")}) == number
