"""Migrations with alembic: one history for each service, beside the chassis's own.

A service's ``migrations/`` folder holds its version files and nothing else; the chassis's tables
come from ``chassis/database/alembic/versions``, as a second branch of the same database.

A version's file is named ``<branch>_<number>_<words>.py`` and its revision ``<branch>_<number>``.
So a look at the names says whether a database is current: the embedded platform, which asks at each
start, then loads neither alembic nor the versions.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, MetaData, column, inspect, select, table

from chassis.database.engines import truncate_wal, vacuum

if TYPE_CHECKING:
    from alembic.config import Config

ENVIRONMENT = Path(__file__).parent / "alembic"
OWN_VERSIONS = ENVIRONMENT / "versions"
VERSION = re.compile(r"(?P<revision>(?P<branch>[a-z]+)_\d{4})_\w+\.py")
APPLIED = table("alembic_version", column("version_num"))


def migrate(engine: Engine, versions: Path, metadata: MetaData) -> None:
    """Bring a service's database to the newest version. Idempotent; concurrent runs wait.

    Afterwards SQLite's files are rewritten: rows that migrations removed, or that an earlier
    release left in free pages, remain in none of them.
    """
    if is_current(engine, versions):
        return
    from alembic import command

    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(4711)")
        command.upgrade(_config(versions, connection, metadata), "heads")
    if vacuum(engine):
        truncate_wal(engine)


def is_current(engine: Engine, versions: Path) -> bool:
    """Whether the database has every migration that this code knows."""
    with engine.connect() as connection:
        migrated = inspect(connection).has_table(APPLIED.name)
        applied = set(connection.scalars(select(APPLIED.c.version_num))) if migrated else set()
    return heads(versions) <= applied


def heads(versions: Path) -> set[str]:
    """The newest revision of each branch."""
    newest = {}
    for name in sorted(each.name for each in (*OWN_VERSIONS.iterdir(), *versions.iterdir())):
        if found := VERSION.match(name):
            newest[found["branch"]] = found["revision"]
    return set(newest.values())


def _config(versions: Path, connection: Any = None, metadata: MetaData | None = None) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(ENVIRONMENT))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", f"{OWN_VERSIONS}\n{versions}")
    config.attributes["connection"] = connection
    config.attributes["metadata"] = metadata
    return config
