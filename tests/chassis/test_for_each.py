"""An item that waits for a lock in the database is ended at its deadline; the rest go on."""

from __future__ import annotations

import eventlet
from eventlet.event import Event as GreenEvent

from chassis.scheduling.for_each import for_each
from tests.chassis.bank import Base, Note, a_store, rows_of


def test_an_item_that_waits_for_the_database_is_ended_and_leaves_it_usable(
    postgres_database: str,
) -> None:
    store, failed = a_store(postgres_database, "teller", Base), []
    notes = [Note.of("locked"), Note.of("free")]
    with store.transaction() as tx:
        tx.add_all(notes)
    locked, over = GreenEvent(), GreenEvent()

    def hold_the_lock() -> None:
        with store.transaction() as tx:
            tx.lock(Note, notes[0].id)
            locked.send(None)
            over.wait()

    def count(note: Note) -> None:
        with store.transaction() as tx:
            tx.lock(Note, note.id).times += 1

    holding = eventlet.spawn(hold_the_lock)
    locked.wait()
    for_each(notes, count, on_failure=lambda *each: failed.append(each), deadline_s=0.5)
    over.send(None)
    holding.wait()
    assert [note.word for note, _ in failed] == ["locked"]
    assert {row.word: row.times for row in rows_of(store, "notes")} == {"locked": 1, "free": 2}

    for_each(notes, count)
    assert {row.word: row.times for row in rows_of(store, "notes")} == {"locked": 2, "free": 3}
    store.dispose()
