"""Engines for PostgreSQL and SQLite, configured so that greenthreads can share them."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from time import monotonic
from typing import Any

import eventlet
from eventlet import tpool
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, DisconnectionError, InterfaceError, OperationalError

from chassis import private_files
from chassis.concurrency.sockets import is_readable

STATEMENT_TIMEOUT_MS = 10_000
CONNECT_TIMEOUT_S = 5
POOL_TIMEOUT_S = 5
KEEPALIVE_S = 30
SQLITE_LOCK_PATIENCE_S = 5.0
SQLITE_READERS = 4
WAL_PATIENCE_S = 0.5
"""No transaction can write while the log is truncated, so one try is short."""

UNDEFINED_TABLE = "42P01"
DEADLOCK_DETECTED = "40P01"
CONNECTION_EXCEPTION, ADMIN_SHUTDOWN, TOO_MANY_CONNECTIONS = "08", "57P", "53300"


def engines_for(url: str, pool_size: int) -> tuple[Engine, Engine]:
    """The engine that writes and the one that reads.

    On PostgreSQL they share a pool, and reading sessions use autocommit: at READ COMMITTED each
    statement sees what is committed when it begins, in a transaction or not.

    Errors hide a statement's parameters: those would bring personal data into logs.
    """
    if make_url(url).get_backend_name() == "sqlite":
        return _sqlite_writer(url), _sqlite_readers(url)
    engine = _postgres(url, pool_size)
    return engine, engine.execution_options(isolation_level="AUTOCOMMIT")


def has_row_locks(engine: Engine) -> bool:
    return engine.dialect.name != "sqlite"


def truncate_wal(engine: Engine) -> bool:
    """Checkpoint SQLite's write-ahead log (``-wal``) into the database file and truncate it.

    ``False`` while a reader still uses the log. On PostgreSQL there is nothing to do.
    """
    if has_row_locks(engine):
        return True
    connection = engine.raw_connection()  # a checkpoint takes no transaction
    try:
        end = monotonic() + WAL_PATIENCE_S
        while True:
            cursor = connection.cursor()
            busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            cursor.close()
            if not busy or monotonic() > end:
                return not busy
            eventlet.sleep(0.01)
    finally:
        connection.close()


def vacuum(engine: Engine) -> bool:
    """Rewrite SQLite's file (``VACUUM``), with nothing in it but the rows of its tables.

    ``secure_delete`` overwrites deleted rows, but not each copy that SQLite left behind when it
    moved rows between pages. It runs in an operating system thread: a large file takes seconds.
    ``False`` while another process writes.
    """
    if has_row_locks(engine):
        return True
    connection = engine.raw_connection()  # VACUUM takes no transaction either
    try:
        tpool.execute(connection.cursor().execute, "VACUUM")
    except sqlite3.OperationalError as error:
        if "locked" not in str(error):
            raise
        return False
    finally:
        connection.close()
    return True


def is_away(error: BaseException) -> bool:
    """Whether the error means that the database is unreachable, not that a statement is wrong."""
    if not isinstance(error, OperationalError | InterfaceError):
        return isinstance(error, DBAPIError) and error.connection_invalidated
    if error.connection_invalidated:
        return True
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        return any(word in str(cause) for word in ("locked", "unable to open", "disk"))
    state = getattr(cause, "sqlstate", None)
    return state is None or state.startswith(
        (CONNECTION_EXCEPTION, ADMIN_SHUTDOWN, TOO_MANY_CONNECTIONS)
    )


def is_deadlock(error: DBAPIError) -> bool:
    """Whether the database ended this transaction because of a deadlock."""
    return getattr(error.orig, "sqlstate", None) == DEADLOCK_DETECTED


def is_unmigrated(error: DBAPIError) -> bool:
    """Whether a table is missing."""
    state = getattr(error.orig, "sqlstate", None)
    return state == UNDEFINED_TABLE or "no such table" in str(error.orig)


def _postgres(url: str, pool_size: int) -> Engine:
    from chassis.database.green_postgres import GreenConnection

    def connect_green(dialect: Any, record: Any, arguments: Any, named: Any) -> GreenConnection:
        return GreenConnection.connect(*arguments, **named)

    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=POOL_TIMEOUT_S,
        hide_parameters=True,
        connect_args={
            "connect_timeout": CONNECT_TIMEOUT_S,
            "keepalives_idle": KEEPALIVE_S,
            "tcp_user_timeout": KEEPALIVE_S * 1000,
            "options": f"-c statement_timeout={STATEMENT_TIMEOUT_MS} -c timezone=UTC",
        },
    )
    # several rows of one table go in one INSERT, not one by one in a pipeline
    engine.dialect.use_insertmanyvalues_wo_returning = True
    event.listen(engine, "do_connect", connect_green)
    event.listen(engine, "checkout", _discard_closed)
    return engine


def _discard_closed(connection: Any, record: Any, proxy: Any) -> None:
    """Discard a pooled connection that the server has closed: there is something to read on it.

    Unlike a ping this costs no round trip. A broken network is noticed by TCP keep-alive.
    """
    if is_readable(connection.fileno()):
        raise DisconnectionError("the server closed the connection")


def _sqlite_writer(url: str) -> Engine:
    """One connection: SQLite has one writer, and a second would block the hub on its lock."""
    engine = create_engine(
        url,
        pool_size=1,
        max_overflow=0,
        hide_parameters=True,
        connect_args=_sqlite_arguments(url),
    )
    event.listen(engine, "connect", _on_writer_connect)
    event.listen(engine, "begin", _begin_immediate)
    return engine


def _sqlite_readers(url: str) -> Engine:
    engine = create_engine(
        url,
        pool_size=SQLITE_READERS,
        max_overflow=0,
        hide_parameters=True,
        connect_args=_sqlite_arguments(url),
    )
    event.listen(engine, "connect", _on_reader_connect)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    return engine


def _sqlite_arguments(url: str) -> dict[str, Any]:
    """Create the file with mode 0600 before SQLite opens it: the files that SQLite puts beside it
    (``-wal``, ``-shm``) get the same mode."""
    path = make_url(url).database
    if path:
        try:
            private_files.make_folder(Path(path).parent)
            private_files.make_file(Path(path))
        except PermissionError:
            raise private_files.access_denied(Path(path)) from None
    return {"check_same_thread": False, "timeout": 0.01}


def _on_writer_connect(connection: Any, _: Any) -> None:
    connection.isolation_level = None
    pragmas = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")
    for pragma in pragmas:  # secure_delete overwrites deleted rows
        connection.execute(f"PRAGMA {pragma}")


def _on_reader_connect(connection: Any, _: Any) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA query_only=ON")


def _begin_immediate(connection: Any) -> None:
    """Wait for another process's lock without blocking the hub, as SQLite's own wait would."""
    end = monotonic() + SQLITE_LOCK_PATIENCE_S
    while True:
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            return
        except OperationalError as error:
            if "locked" not in str(error.orig) or monotonic() > end:
                raise
            eventlet.sleep(0.01)
