"""Engines: PostgreSQL and SQLite, each set up so that greenthreads share it without harm."""

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
from chassis.database.green_postgres import GreenConnection

STATEMENT_TIMEOUT_MS = 10_000
CONNECT_TIMEOUT_S = 5
POOL_TIMEOUT_S = 5
KEEPALIVE_S = 30
SQLITE_LOCK_PATIENCE_S = 5.0
SQLITE_READERS = 4
WAL_PATIENCE_S = 0.5
"""Nobody writes while the log is to be emptied; it is tried again soon."""

UNDEFINED_TABLE = "42P01"
DEADLOCK_DETECTED = "40P01"
CONNECTION_EXCEPTION, ADMIN_SHUTDOWN, TOO_MANY_CONNECTIONS = "08", "57P", "53300"


def engines_for(url: str, pool_size: int) -> tuple[Engine, Engine]:
    """The engine that writes and the one that reads; on PostgreSQL they share a pool.

    There a reading session needs no transaction: at READ COMMITTED each statement sees what is
    committed when it begins, in a transaction or not.

    Errors do not repeat a statement's parameters: those would bring people's data into logs.
    """
    if make_url(url).get_backend_name() == "sqlite":
        return _sqlite_writer(url), _sqlite_readers(url)
    engine = _postgres(url, pool_size)
    return engine, engine.execution_options(isolation_level="AUTOCOMMIT")


def has_row_locks(engine: Engine) -> bool:
    return engine.dialect.name != "sqlite"


def truncate_wal(engine: Engine) -> bool:
    """Bring what was written into SQLite's file itself and cut its log (``-wal``) to nothing.

    ``False`` where somebody reads what stands in the log. PostgreSQL has nothing to be done.
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
    """Write SQLite's file anew, with nothing in it but what its tables hold.

    ``secure_delete`` overwrites what is deleted, but not each copy that SQLite left behind when it
    moved rows between pages. A real thread does it: for a large file it takes seconds. ``False``
    where another process writes.
    """
    if has_row_locks(engine):
        return True
    connection = engine.raw_connection()  # as for a checkpoint
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
    """Whether the database itself is out of reach, rather than a statement at fault."""
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
    """Whether the database ended one of several transactions that waited for each other."""
    return getattr(error.orig, "sqlstate", None) == DEADLOCK_DETECTED


def is_unmigrated(error: DBAPIError) -> bool:
    """Whether a table is missing."""
    state = getattr(error.orig, "sqlstate", None)
    return state == UNDEFINED_TABLE or "no such table" in str(error.orig)


def _postgres(url: str, pool_size: int) -> Engine:
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
    event.listen(engine, "do_connect", _connect_green)
    event.listen(engine, "checkout", _refuse_hung_up)
    return engine


def _connect_green(dialect: Any, record: Any, arguments: Any, named: Any) -> GreenConnection:
    return GreenConnection.connect(*arguments, **named)


def _refuse_hung_up(connection: Any, record: Any, proxy: Any) -> None:
    """A server that ended an idle connection has said so: there is something to read. The pool
    makes another then. Unlike a ping it costs no round trip; that the network has ended it,
    TCP's keep-alive notices."""
    if is_readable(connection.fileno()):
        raise DisconnectionError("the server has hung up")


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
    """The file is there, and its owner's alone, before SQLite opens it: what SQLite puts beside
    it (``-wal``, ``-shm``) gets the same mode."""
    path = make_url(url).database
    if path:
        try:
            private_files.make_folder(Path(path).parent)
            private_files.make_file(Path(path))
        except PermissionError:
            raise private_files.barred(Path(path)) from None
    return {"check_same_thread": False, "timeout": 0.01}


def _on_writer_connect(connection: Any, _: Any) -> None:
    connection.isolation_level = None
    pragmas = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")
    for pragma in pragmas:  # the last: what is deleted is overwritten
        connection.execute(f"PRAGMA {pragma}")


def _on_reader_connect(connection: Any, _: Any) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA query_only=ON")


def _begin_immediate(connection: Any) -> None:
    """Wait for another process's lock without stopping the hub, as SQLite's own wait would."""
    end = monotonic() + SQLITE_LOCK_PATIENCE_S
    while True:
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            return
        except OperationalError as error:
            if "locked" not in str(error.orig) or monotonic() > end:
                raise
            eventlet.sleep(0.01)
