"""Transactions: rows and events, both or neither, on each kind of database."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import eventlet
import pytest
from eventlet.event import Event as GreenEvent
from sqlalchemy import create_engine, delete, insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from chassis import context, json
from chassis.context import OUTERMOST_DEADLINE_S, CallContext
from chassis.database import engines
from chassis.database.database import service_url
from chassis.database.refusals import DatabaseAway
from chassis.database.tables import UtcDateTime
from chassis.errors import NotFound, Unavailable
from chassis.events import Event
from chassis.ids import new_id
from chassis.store import Store
from chassis.times import utc_now
from tests.chassis.bank import Base, Note, Told, WordTaken, a_store, count_of, rows_of, words_in
from tests.support.eventually import eventually

GREENTHREADS = 16
ROUNDS = 20

HOLD_THE_LOCK = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.readline()
connection.execute("COMMIT")
"""


@dataclass(frozen=True, kw_only=True)
class Shouted(Event, producer="crier"):
    """Somebody else's event."""

    word: str


def write(store: Store, word: str) -> Note:
    with store.transaction() as tx:
        note = Note.of(word)
        tx.add(note)
        tx.emit(note.told())
    return note


def test_rows_and_events_are_written_together(store: Store) -> None:
    note = write(store, "hello")

    assert words_in(store) == ["hello"]
    [row] = rows_of(store, "outbox")
    assert (row.type, row.sent_at) == ("Told", None)
    wire = json.loads(row.body)
    assert wire["id"] == str(row.event_id)
    assert wire["data"] == {"note_id": str(note.id), "word": "hello"}


def test_what_is_left_for_the_end_is_done_once_with_all_its_items(store: Store) -> None:
    done: list[list[int]] = []

    def work(_: object, items: list[int]) -> None:
        done.append(items)

    with store.transaction() as tx:
        for each in (2, 3, 1):
            tx.at_end(work, each)
        assert done == []
    assert done == [[2, 3, 1]]


def read(store: Store, id: UUID) -> Note:
    with store.reading() as session:
        return session.get_one(Note, id)


def test_a_row_that_was_read_is_saved_alone_and_counts_as_a_commit(store: Store) -> None:
    note, other = read(store, write(store, "hello").id), write(store, "other")
    commits: list[str] = []
    store.when_committed.append(lambda: commits.append("commit"))

    note.word = "bye"

    assert store.save(note)
    assert commits == ["commit"]
    assert read(store, note.id).word == "bye"
    assert read(store, other.id).word == "other"


def test_a_row_without_a_change_is_not_written(store: Store) -> None:
    note = read(store, write(store, "hello").id)
    with store.transaction() as tx:
        tx.lock(Note, note.id).word = "changed by another"
    assert store.save(note)
    assert read(store, note.id).word == "changed by another"


def test_a_row_that_is_gone_is_not_saved_and_not_made_again(store: Store) -> None:
    note = read(store, write(store, "hello").id)
    with store.transaction() as tx:
        tx.delete(tx.lock(Note, note.id))
    note.word = "bye"
    assert not store.save(note)
    assert words_in(store) == []


def write_and_fail(store: Store, word: str) -> None:
    with store.transaction() as tx:
        note = Note.of(word)
        tx.add(note)
        tx.flush()
        tx.emit(note.told())
        raise ZeroDivisionError


def test_an_exception_leaves_neither_row_nor_event(store: Store) -> None:
    with pytest.raises(ZeroDivisionError):
        write_and_fail(store, "hello")

    assert words_in(store) == []
    assert rows_of(store, "outbox") == []


def test_a_commit_with_events_rings_the_relays_bell_and_a_rollback_does_not(
    store: Store,
) -> None:
    with pytest.raises(ZeroDivisionError):
        write_and_fail(store, "hello")
    assert not store.relay._loop._wakeup.wait(0)

    write(store, "hello")
    assert store.relay._loop._wakeup.wait(0)


def test_events_are_told_in_the_order_in_which_they_were_emitted(store: Store) -> None:
    with store.transaction() as tx:
        for word in ("one", "two", "three"):
            tx.emit(Told(note_id=new_id(), word=word))

    bodies = [json.loads(row.body) for row in sorted(rows_of(store, "outbox"))]
    assert [each["data"]["word"] for each in bodies] == ["one", "two", "three"]


def test_an_event_bears_the_correlation_id_of_the_call_that_caused_it(store: Store) -> None:
    with context.entered(CallContext(correlation_id="c-42")):
        write(store, "hello")

    assert json.loads(rows_of(store, "outbox")[0].body)["correlationid"] == "c-42"


def test_a_service_emits_only_its_own_events(store: Store) -> None:
    with store.transaction() as tx, pytest.raises(TypeError, match="not teller's to emit"):
        tx.emit(Shouted(word="hey"))

    assert rows_of(store, "outbox") == []


def test_a_violated_constraint_is_the_refusal_that_it_bears(store: Store) -> None:
    write(store, "hello")

    with pytest.raises(WordTaken, match="That word was told before"):
        write(store, "hello")

    assert count_of(store, "outbox") == 1


def test_a_violation_within_the_transaction_is_a_refusal_as_well(store: Store) -> None:
    write(store, "hello")

    with pytest.raises(WordTaken):
        write_and_fail(store, "hello")


def test_a_violation_that_bears_no_refusal_is_not_swallowed(store: Store) -> None:
    note = write(store, "hello")

    with pytest.raises(IntegrityError), store.transaction() as tx:
        tx.execute(insert(Note).values(id=note.id, word="another", times=1))


def test_one_transaction_at_a_time(store: Store) -> None:
    with store.transaction() as tx:
        tx.add(Note.of("hello"))
        with pytest.raises(RuntimeError, match="one transaction at a time"):
            with store.transaction():
                pass

    assert words_in(store) == ["hello"]
    write(store, "again")  # the guard opens with the end of the transaction


def test_other_greenthreads_have_transactions_of_their_own(store: Store) -> None:
    with store.transaction() as tx:
        tx.add(Note.of("outer"))
        started = eventlet.spawn(write, store, "inner")
        eventlet.sleep(0)
    started.wait()

    assert words_in(store) == ["inner", "outer"]


def test_what_is_not_there_is_not_found(store: Store) -> None:
    missing = new_id()
    for look in ("find", "lock"):
        with pytest.raises(NotFound, match="We could not find this"):
            with store.transaction() as tx:
                getattr(tx, look)(Note, missing)


def test_find_and_lock_give_the_row(store: Store) -> None:
    note = write(store, "hello")
    with store.transaction() as tx:
        assert tx.find(Note, note.id).word == "hello"
        assert tx.lock(Note, note.id).word == "hello"


def test_a_locked_row_has_one_writer_at_a_time(store: Store) -> None:
    note = write(store, "hello")

    def count_up(_: int) -> None:
        with store.transaction() as tx:
            locked = tx.lock(Note, note.id)
            seen = locked.times
            eventlet.sleep(0.001)
            locked.times = seen + 1

    at_once(GREENTHREADS, count_up)

    with store.transaction() as tx:
        assert tx.find(Note, note.id).times == 1 + GREENTHREADS


def test_a_row_that_several_create_at_once_is_made_once(store: Store) -> None:
    id = new_id()

    def count_up(_: int) -> None:
        with store.transaction() as tx:
            tx.lock_or_create(Note, id).times += 1

    at_once(GREENTHREADS, count_up)

    with store.transaction() as tx:
        assert tx.find(Note, id).times == GREENTHREADS
    assert count_of(store, "notes") == 1


def test_a_database_that_is_not_there_is_away_and_names_no_address() -> None:
    store = Store(Base)
    store.connect("postgresql+psycopg://x:secret@127.0.0.1:1/nowhere", "teller")
    for attempt in (store.check, lambda: write(store, "hello")):
        with pytest.raises(DatabaseAway) as refusal:
            attempt()
        assert "secret" not in refusal.value.detail
    store.dispose()


def test_a_failed_statement_is_not_taken_for_a_database_that_is_away(store: Store) -> None:
    with pytest.raises(DBAPIError) as error, store.reading() as session:
        session.execute(text("SELECT nothing FROM outbox"))
    assert not isinstance(error.value, DatabaseAway)


def test_of_two_that_wait_for_each_other_one_is_told_to_try_again(postgres_database: str) -> None:
    store = a_store(postgres_database, "teller", Base)
    both_hold_one = [GreenEvent(), GreenEvent()]

    def take(first: int, second: int) -> str:
        try:
            with store.transaction() as tx:
                tx.lock_name(f"name {first}")
                both_hold_one[first].send()
                both_hold_one[second].wait()
                tx.lock_name(f"name {second}")
        except Unavailable as refusal:
            return refusal.detail
        return "done"

    taking = [eventlet.spawn(take, 0, 1), eventlet.spawn(take, 1, 0)]
    ended = sorted(each.wait() for each in taking)
    assert ended == ["This was changed at the same moment. Please try again.", "done"]
    store.dispose()


def test_a_database_without_its_tables_says_what_to_do(store: Store) -> None:
    with store.transaction() as tx:
        tx.execute(text("DROP TABLE clocks"))
    with pytest.raises(DatabaseAway, match="run firststep migrate"):
        store.check()


def test_times_are_aware_utc_on_every_database(store: Store) -> None:
    write(store, "hello")
    [row] = rows_of(store, "outbox")
    assert row.emitted_at.utcoffset().total_seconds() == 0
    assert abs((utc_now() - row.emitted_at).total_seconds()) < 60


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="a naive time"):
        UtcDateTime().process_bind_param(utc_now().replace(tzinfo=None), None)  # type: ignore[arg-type]


# SQLite: one writer, and nobody waits for it with the hub


@pytest.fixture
def sqlite(sqlite_database: str) -> Iterator[Store]:
    store = a_store(sqlite_database, "teller", Base)
    yield store
    store.dispose()


def test_a_reading_session_can_not_write_on_sqlite(sqlite: Store) -> None:
    with sqlite.reading() as session, pytest.raises(OperationalError, match="readonly"):
        session.execute(insert(Note).values(id=new_id(), word="hello", times=1))


def test_sixteen_sqlite_writers_lose_nothing(sqlite: Store) -> None:
    note = write(sqlite, "hello")

    def count_often(_: int) -> None:
        for _ in range(ROUNDS):
            count(sqlite, note.id)

    at_once(GREENTHREADS, count_often)

    assert times_of(sqlite, note.id) == 1 + GREENTHREADS * ROUNDS
    assert count_of(sqlite, "outbox") == 1 + GREENTHREADS * ROUNDS


def test_writers_wait_for_another_process_without_stopping_the_hub(sqlite: Store) -> None:
    note = write(sqlite, "hello")

    with another_process_holding_the_lock(sqlite):
        writing = [eventlet.spawn(count, sqlite, note.id) for _ in range(GREENTHREADS)]
        for _ in range(ROUNDS):
            eventlet.sleep(0.01)
            assert words_in(sqlite) == ["hello"]
        assert not any(each.dead for each in writing)
    for each in writing:
        each.wait()

    assert times_of(sqlite, note.id) == 1 + GREENTHREADS


def test_readers_read_while_another_process_holds_the_lock(sqlite: Store) -> None:
    write(sqlite, "hello")
    with another_process_holding_the_lock(sqlite):
        assert words_in(sqlite) == ["hello"]


def test_what_sqlite_wrote_survives_a_loss_of_power(sqlite: Store) -> None:
    with sqlite.transaction() as tx:
        assert tx.execute(text("PRAGMA synchronous")).scalar() == 2  # FULL
        assert tx.execute(text("PRAGMA journal_mode")).scalar() == "wal"


# What was deleted is in no file of SQLite's


def in_files(store: Store, word: str) -> bool:
    path = Path(str(store.writer.url.database))
    files = path.parent.glob(f"{path.name}*")
    return any(word.encode() in each.read_bytes() for each in files)


def test_what_was_deleted_is_in_no_file_of_sqlite_once_it_is_wiped(sqlite: Store) -> None:
    note = write(sqlite, "xylographic")
    with sqlite.transaction() as tx:
        tx.delete(tx.get(Note, note.id))
        tx.execute(delete(sqlite.table("outbox")))
    assert in_files(sqlite, "xylographic")

    assert sqlite.wipe_deleted()

    assert not in_files(sqlite, "xylographic")
    assert write(sqlite, "quixotism").word == "quixotism"


def test_what_retention_deletes_is_overwritten_without_rewriting_the_file(sqlite: Store) -> None:
    note = write(sqlite, "xylographic")
    with sqlite.transaction() as tx:
        tx.delete(tx.get(Note, note.id))
        tx.execute(delete(sqlite.table("outbox")))

    assert sqlite.truncate_wal()

    assert not in_files(sqlite, "xylographic")


def test_of_many_rows_that_grew_shrank_and_went_not_one_leaves_a_copy(sqlite: Store) -> None:
    kept: dict[UUID, str] = {}
    gone, dice = [], random.Random(1)
    for number in range(1200):
        word, id = f"Zq{number:06}x", new_id()
        with sqlite.transaction() as tx:
            tx.add(Note(id=id, word=word * dice.randint(1, 200), times=1))
            if number % 3 == 0 and kept:
                leaving = dice.choice(list(kept))
                tx.delete(tx.get(Note, leaving))
                gone.append(kept.pop(leaving))
        kept[id] = word

    assert sqlite.wipe_deleted()

    path = Path(str(sqlite.writer.url.database))
    content = b"".join(each.read_bytes() for each in path.parent.glob(f"{path.name}*"))
    assert [word for word in gone if word.encode() in content] == []
    assert all(word.encode() in content for word in kept.values())


def test_what_somebody_reads_is_wiped_later(sqlite: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "WAL_PATIENCE_S", 0.05)
    write(sqlite, "hello")
    with sqlite.reading() as session:
        session.execute(select(Note)).all()
        write(sqlite, "xylographic")
        assert not sqlite.wipe_deleted()
        assert not sqlite.truncate_wal()
    assert sqlite.wipe_deleted()


def test_what_another_process_writes_to_is_wiped_later(sqlite: Store) -> None:
    write(sqlite, "hello")
    with another_process_holding_the_lock(sqlite):
        assert not sqlite.wipe_deleted()
    assert sqlite.wipe_deleted()


def test_queries_do_not_stop_the_hub(postgres_database: str) -> None:
    store = a_store(postgres_database, "teller", Base)
    asking = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")

    def wait_for_the_lock() -> None:
        with store.reading() as session:
            session.execute(text("SELECT pg_advisory_lock(1), pg_advisory_unlock(1)"))

    with store.reading() as holder:
        holder.execute(text("SELECT pg_advisory_lock(1)"))
        waiting = [eventlet.spawn(wait_for_the_lock) for _ in range(3)]
        eventually(lambda: holder.scalar(asking) == 3)
        holder.execute(text("SELECT pg_advisory_unlock(1)"))
    for each in waiting:
        each.wait()
    store.dispose()


def test_no_statement_runs_for_longer_than_a_call_may_take(postgres_database: str) -> None:
    store = a_store(postgres_database, "teller", Base)
    with store.transaction() as tx:
        assert tx.scalar(text("SHOW statement_timeout")) == f"{OUTERMOST_DEADLINE_S:.0f}s"
    store.dispose()


def test_sessions_that_the_server_ended_are_not_given_out(postgres_database: str) -> None:
    store = a_store(postgres_database, "teller", Base)
    at_once(4, lambda _: write(store, str(new_id())))

    end_all_sessions(service_url(postgres_database, "teller"))

    at_once(4, lambda _: write(store, str(new_id())))
    assert len(words_in(store)) == 8
    store.dispose()


def end_all_sessions(url: str) -> None:
    """But for one's own; returns when the server has ended them."""
    others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"SELECT pg_terminate_backend(pid) {others}"))
        left = text(f"SELECT count(*) {others}")
        eventually(lambda: connection.scalar(left) == 0)
    engine.dispose()


def at_once(number: int, work: Any) -> None:
    pool = eventlet.GreenPool(number)
    list(pool.imap(work, range(number)))


def count(store: Store, id: UUID) -> None:
    """Read, let others run, write: what a lost update is made of."""
    with store.transaction() as tx:
        note = tx.lock(Note, id)
        seen = note.times
        eventlet.sleep(0)
        note.times = seen + 1
        tx.emit(note.told())


def times_of(store: Store, id: UUID) -> int:
    with store.transaction() as tx:
        return tx.find(Note, id).times


@contextmanager
def another_process_holding_the_lock(store: Store) -> Iterator[None]:
    path = str(store.writer.url.database)
    command = [sys.executable, "-c", HOLD_THE_LOCK, path]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == "locked\n"
        with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as connection:
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                connection.execute("BEGIN IMMEDIATE")
        yield
        process.stdin.write("\n")
        process.stdin.close()


def test_an_error_of_a_statement_repeats_no_parameter(store: Store) -> None:
    long = "s3cret" * 100
    mendings = store.table("mendings")
    broken = {"id": new_id(), "at": utc_now(), "by": long, "action": None, "handler": "x"}
    with pytest.raises(DBAPIError) as error, store.transaction() as tx:
        tx.execute(insert(mendings).values(event_id=new_id(), **broken))
    assert "INSERT INTO mendings" in str(error.value)
    assert "[SQL parameters hidden" in str(error.value)
