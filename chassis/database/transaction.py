"""Unit of work: rows, events and the call's reply are committed together, or not at all."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Collection, Sequence
from functools import cache
from typing import Any, NamedTuple, TypeVar, cast
from uuid import UUID

from sqlalchemy import MetaData, Select, Table, bindparam, inspect, select
from sqlalchemy.orm import InstanceState, Mapper, Session

from chassis import context
from chassis.database import event_log
from chassis.database.change_tracking import Tracked, change_handlers_of
from chassis.database.combined_writes import Write, write_together
from chassis.database.name_locks import LOCK_NAME
from chassis.database.refusals import Erased
from chassis.database.tombstones import erased_among
from chassis.database.upserts import insert_if_absent
from chassis.errors import NotFound
from chassis.events import Envelope, Event
from chassis.idempotency.keys import current_call
from chassis.idempotency.stored_replies import encode_reply
from chassis.times import utc_now

T = TypeVar("T")
R = TypeVar("R")


class Outboxed(NamedTuple):
    """An event that is in the outbox once its transaction is committed."""

    seq: int
    event_id: UUID
    type: str
    body: bytes


class Transaction(Session):
    """A session that also holds the events to emit and the reply to the call."""

    def __init__(self, *args: Any, producer: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._producer = producer
        self._call = current_call()
        self._replied = False
        self._answer: Any = None
        self._tracked: dict[int, tuple[Tracked, Any]] = {}
        self._at_end: dict[Callable[[Transaction, list[Any]], None], list[Any]] = {}
        self._erased: dict[UUID, bool] = {}
        self._inserts: list[Write] = []
        self._changed: dict[int, Any] = {}
        self.emitted: list[Envelope[Any]] = []
        self.outbox: list[Outboxed] = []

    def find(self, kind: type[T], id: Any) -> T:
        """The row; raises ``NotFound``."""
        return self._found(kind, id, self.get(kind, id))

    def lock(self, kind: type[T], id: Any) -> T:
        """The row, locked until the end of the transaction; raises ``NotFound``."""
        row: T | None = self.scalar(_locking(inspect(kind)), {"id": id})
        if isinstance(row, Tracked):
            self._tracked.setdefault(builtins.id(row), (row, row.snapshot()))
        return self._found(kind, id, row)

    def lock_or_create(self, kind: type[T], id: Any) -> T:
        """The row, locked; created with its columns' defaults where there was none.

        Raises ``Erased`` instead of creating it where the id was erased.
        """
        mapper = inspect(kind)
        [key] = mapper.primary_key
        if insert_if_absent(self, cast(Table, mapper.local_table), **{key.name: id}):
            self.refuse_erased(id)
        return self.lock(kind, id)

    def insert(self, row: Any) -> None:
        """Insert a row as it is now: later changes of the object are not written.

        It is sent with the reply and the events, or before the next query of an entity, as rows
        are that were added. The unit of work costs several times as much.
        """
        self.insert_all([row])

    def insert_all(self, rows: Sequence[Any]) -> None:
        """Insert rows of one table by one statement; see ``insert``."""
        if rows:
            mapper: Mapper[Any] = inspect(type(rows[0]))
            given = [_values_of(each, mapper) for each in rows]
            self._inserts.append(Write(cast(Table, mapper.local_table), given))

    def update(self, row: Any) -> None:
        """Send the changes of a locked row with the reply and the events. The unit of work would
        need a statement of its own, and costs several times as much."""
        self._changed[builtins.id(row)] = row

    def flush(self, objects: Sequence[Any] | None = None) -> None:
        super().flush(objects)
        if self._inserts:
            write_together(self.connection(), self._taken_inserts())

    def lock_name(self, name: str) -> None:
        """Take an advisory lock on a name until the end of the transaction.

        For rules over several rows. Lock names before rows, and always in the same order: the
        database ends one of two transactions that wait for each other.
        """
        if self.get_bind().dialect.name == "postgresql":  # SQLite has one writer anyway
            self.connection().execute(LOCK_NAME, {"name": name})

    def at_end(self, work: Callable[[Transaction, list[T]], None], item: T) -> None:
        """Call ``work`` when the block has ended, before the commit, once with all its items.

        It can write them by one statement for each table. Of rows that many transactions lock, it
        locks those of all items in one order, for the shortest time.
        """
        self._at_end.setdefault(work, []).append(item)

    def mark_erased(self, id: UUID) -> None:
        """Leave a tombstone for this id; ``messaging.erasure`` then removes what mentions it."""
        insert_if_absent(self, self._table("forgotten"), id=id, begun_at=utc_now())

    def is_erased(self, id: UUID) -> bool:
        """Whether the id was erased. Asked once in a transaction: what is written after an erasure
        began is found by its second run (``messaging.erasure``)."""
        self.learn_erased({id})
        return self._erased[id]

    def learn_erased(self, ids: Collection[UUID]) -> None:
        """Ask for all of these ids at once; ``is_erased`` then knows them."""
        unknown = set(ids) - self._erased.keys()
        if unknown:
            erased = erased_among(self, self.info["metadata"], unknown)
            self._erased.update((each, each in erased) for each in unknown)

    def refuse_erased(self, id: Any) -> None:
        """Raises ``Erased`` where the id was erased."""
        if isinstance(id, UUID) and self.is_erased(id):
            raise Erased

    def emit(self, *events: Event) -> None:
        """Publish these events if, and only if, the transaction commits."""
        for event in events:
            if event.producer != self._producer:
                raise TypeError(f"{event.type()} is not {self._producer}'s to emit")
            self.emitted.append(Envelope.around(event, utc_now(), context.current().correlation_id))

    def reply(self, answer: R) -> R:
        """Store the call's reply together with its effects, and return it."""
        self._replied, self._answer = True, answer
        return answer

    def end_call(self) -> None:
        """Write the events of tracked rows, the work of ``at_end``, what was left for the end, the
        reply, and the outbox: the last three by one statement, where the database can.

        A writing call must have given its reply. Where the same call was answered before, its key
        is there and nothing is written; a concurrent repetition waits here.
        """
        for row, seen in self._tracked.values():
            changes = list(row.changes_since(seen))
            self.emit(*changes)
            for handle in change_handlers_of(row) if changes else ():
                handle(self, row)
        while self._at_end:  # such work may leave more of it
            work = next(iter(self._at_end))
            work(self, self._at_end.pop(work))
        updates = [self._update_of(each) for each in self._changed.values()]
        super().flush()
        writes = [*self._taken_inserts(), *filter(None, updates), *self._reply_written()]
        if self.emitted:
            self._write_with_outbox(writes)
            event_log.append(self, self.info["metadata"], self.emitted)
        elif writes:
            write_together(self.connection(), writes)

    def _taken_inserts(self) -> list[Write]:
        taken, self._inserts = self._inserts, []
        return taken

    def _update_of(self, row: Any) -> Write | None:
        """The changes of a row, which the unit of work then leaves alone."""
        changes = changes_of(row)
        self.expunge(row)
        return changes

    def _reply_written(self) -> list[Write]:
        if self._call is None:
            return []
        if not self._replied:
            raise TypeError("a writing call must give its answer to tx.reply()")
        reply = {
            "key": self._call.key,
            "fingerprint": self._call.fingerprint,
            "reply": encode_reply(self._answer, self._call, self.info["seal"]),
            "made_at": utc_now(),
        }
        return [Write(self._table("replies"), [reply])]

    def _write_with_outbox(self, writes: Sequence[Write]) -> None:
        rows = [
            {
                "event_id": envelope.id,
                "type": envelope.type,
                "body": envelope.to_json(),
                "emitted_at": envelope.time,
            }
            for envelope in self.emitted
        ]
        events = Write(self._table("outbox"), rows, returned=("seq", "event_id"))
        written = write_together(self.connection(), [*writes, events])
        seqs = {row.event_id: row.seq for row in written}
        for envelope, row in zip(self.emitted, rows, strict=True):
            body = cast(bytes, row["body"])
            self.outbox.append(Outboxed(seqs[envelope.id], envelope.id, envelope.type, body))

    def _table(self, name: str) -> Table:
        metadata: MetaData = self.info["metadata"]
        return metadata.tables[name]

    @staticmethod
    def _found(kind: type[T], id: Any, row: T | None) -> T:
        if row is None:
            raise NotFound
        return row


def changes_of(row: Any) -> Write | None:
    """The UPDATE of what has changed in a row since it was read; ``None`` where nothing has."""
    mapper: Mapper[Any] = inspect(type(row))
    state: InstanceState[Any] = inspect(row)
    unmodified = state.unmodified
    changed = {
        column: getattr(row, name)
        for name, column in _columns(mapper)
        if name not in unmodified and state.attrs[name].history.has_changes()
    }
    if not changed:
        return None
    key = tuple(each.name for each in mapper.primary_key)
    found = dict(zip(key, mapper.primary_key_from_instance(row), strict=True))
    return Write(cast(Table, mapper.local_table), [{**found, **changed}], key=key)


def _values_of(row: Any, mapper: Mapper[Any]) -> dict[str, Any]:
    """The row's values by column. Attributes that were not set get their defaults."""
    values = row.__dict__
    for name, default in _defaults(mapper):
        if name not in values:
            setattr(row, name, default.arg(None) if default.is_callable else default.arg)
    return {column: values.get(name) for name, column in _columns(mapper)}


@cache
def _columns(mapper: Mapper[Any]) -> list[tuple[str, str]]:
    """Each attribute with its column's name."""
    return [(each.key, each.columns[0].key) for each in mapper.column_attrs]


@cache
def _defaults(mapper: Mapper[Any]) -> list[tuple[str, Any]]:
    """Each attribute that has a default, with it."""
    return [
        (each.key, each.columns[0].default)
        for each in mapper.column_attrs
        if each.columns[0].default is not None
    ]


@cache
def _locking(mapper: Mapper[Any]) -> Select[Any]:
    """The SELECT that locks one row, and refreshes it where the session has it already."""
    [key] = mapper.primary_key
    one = select(mapper).where(key == bindparam("id", type_=key.type)).with_for_update()
    return one.execution_options(populate_existing=True)
