"""Database of a service: transactions, and sessions that only read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Table, literal, select
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

from chassis.database.combined_writes import write_together
from chassis.database.constraints import refusal_of
from chassis.database.engines import (
    engines_for,
    has_row_locks,
    is_away,
    is_deadlock,
    is_unmigrated,
    truncate_wal,
    vacuum,
)
from chassis.database.refusals import DatabaseAway
from chassis.database.transaction import Outboxed, Transaction, changes_of
from chassis.errors import Unavailable
from chassis.idempotency.keys import current_call
from chassis.idempotency.stored_replies import error_for_repetition
from chassis.sealing import Seal

_in_transaction: ContextVar[bool] = ContextVar("in_transaction", default=False)


class Database:
    """``base`` is the declarative base of its tables.

    A call may have one transaction open at a time: on SQLite a second one would wait for the first.
    """

    def __init__(self, base: type[DeclarativeBase]) -> None:
        self.base = base
        self.when_committed: list[Callable[[], object]] = []
        """Called after each transaction, not after ``writing``."""

    def connect(self, url: str, service: str, pool_size: int = 5, seal: Seal | None = None) -> None:
        """Prepare the engines; nothing is connected yet. ``seal`` encrypts replies with secrets."""
        self.service = service
        self._seal = seal
        self.writer, self.readers = engines_for(url, pool_size)
        info = {"metadata": self.base.metadata, "seal": seal}
        self._transactions = sessionmaker(
            self.writer, class_=Transaction, expire_on_commit=False, producer=service, info=info
        )
        self._reads = sessionmaker(self.readers, expire_on_commit=False, autoflush=False)

    def dispose(self) -> None:
        self.writer.dispose()
        self.readers.dispose()

    def table(self, name: str) -> Table:
        return self.base.metadata.tables[name]

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Unit of work: rows and events written inside are committed together, or not at all.

        Raises ``DatabaseAway``; ``Unavailable`` after a deadlock; the refusal of a violated
        constraint; and ``AlreadyAnswered`` where the call took effect before (the RPC entrypoint
        answers with the stored reply). A repetition is noticed where it fails: its key is there
        already, or a rule refuses it because of the first call's effects.
        """
        if _in_transaction.get():
            raise RuntimeError("one transaction at a time: this call has one open")
        token = _in_transaction.set(True)
        try:
            with self._errors_translated(), self._transactions() as tx, tx.begin():
                yield tx
                tx.end_call()
        except DatabaseAway:
            raise
        except Exception:
            self.raise_if_answered()
            raise
        finally:
            _in_transaction.reset(token)
        if tx.outbox:
            self.has_emitted(tx.outbox)
        self._has_committed()

    def _has_committed(self) -> None:
        for call in self.when_committed:
            call()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Statements that PostgreSQL commits one by one (one round trip in place of three), and
        SQLite all at the end: do not rely on either. No events, and nothing that waits for a commit
        hears of it. Raises ``DatabaseAway``."""
        alone = self.readers if has_row_locks(self.writer) else self.writer
        with self._errors_translated(), alone.begin() as connection:
            yield connection

    def save(self, row: Any) -> bool:
        """Write what has changed in a row that ``reading`` gave, by one statement; whether the row
        is still there. It was not locked: what others change in the same columns is lost. Raises
        ``DatabaseAway``."""
        changes = changes_of(row)
        if changes is None:
            return True
        with self.writing() as connection:
            written = write_together(connection, [replace(changes, returned=changes.key)])
        self._has_committed()
        return bool(written)

    def raise_if_answered(self) -> None:
        """Raises ``AlreadyAnswered`` or ``KeyReused`` where the call's key is stored already.

        Call it before a refusal outside of a transaction, where the first run of the same call may
        be the reason for the refusal.
        """
        call = current_call()
        if call is None:
            return
        replies = self.table("replies")
        with self.reading() as session:
            before = session.execute(select(replies).where(replies.c.key == call.key)).first()
        if before is not None:
            raise error_for_repetition(before.reply, before.fingerprint, call, self._seal) from None

    def has_emitted(self, events: Sequence[Outboxed]) -> None:
        """Hook, called after events were committed; ``Store`` gives them to its relay."""

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that only reads; raises ``DatabaseAway``."""
        with self._errors_translated(), self._reads() as session:
            yield session

    @contextmanager
    def looking(self) -> Iterator[Connection]:
        """``reading`` without the ORM, at half the cost; raises ``DatabaseAway``."""
        with self._errors_translated(), self.readers.connect() as connection:
            yield connection

    def truncate_wal(self) -> bool:
        """Remove deleted rows from SQLite's write-ahead log; ``False`` while a reader uses it."""
        with self._errors_translated():
            return truncate_wal(self.writer)

    def wipe_deleted(self) -> bool:
        """Remove deleted rows from all of SQLite's files; ``False``: try again later.

        PostgreSQL does this itself in time: by autovacuum, and the retention of its WAL archive.
        """
        with self._errors_translated():
            return vacuum(self.writer) and truncate_wal(self.writer)

    def check(self) -> None:
        """Raises ``DatabaseAway`` where the database does not answer, or has no tables yet."""
        with self.reading() as session:
            session.execute(select(literal(1)).select_from(self.table("clocks")).limit(1))

    @contextmanager
    def _errors_translated(self) -> Iterator[None]:
        try:
            yield
        except IntegrityError as error:
            refusal = refusal_of(error, self.base.metadata)
            if refusal is None:
                raise
            raise refusal() from error
        except PoolExhausted as error:
            raise DatabaseAway("The database is busy. Please try again in a minute.") from error
        except DBAPIError as error:
            if is_away(error):
                raise DatabaseAway from error
            if is_deadlock(error):
                raise Unavailable(
                    "This was changed at the same moment. Please try again."
                ) from error
            if is_unmigrated(error):
                raise DatabaseAway(
                    "The database lacks a table. The operator must run firststep migrate."
                ) from error
            raise


def service_url(template: str, service: str) -> str:
    """The URL of a service's own database, from ``FIRSTSTEP_DATABASE``."""
    return template.replace("{service}", service)


def database_of(container: Any) -> Database:
    """The database of a container's service."""
    return next(each for each in container.dependencies if isinstance(each, Database))
