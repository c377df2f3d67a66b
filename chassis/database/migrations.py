"""Migrations with alembic: one history for each service, beside the chassis's own.

A service's ``migrations/`` folder holds its version files and nothing else; the chassis's tables
come from ``chassis/database/alembic/versions``, as a second branch of the same database.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, MetaData

from chassis.database.engines import truncate_wal, vacuum

ENVIRONMENT = Path(__file__).parent / "alembic"
OWN_VERSIONS = ENVIRONMENT / "versions"


def migrate(engine: Engine, versions: Path, metadata: MetaData) -> None:
    """Bring a service's database to the newest version. Idempotent; concurrent runs wait.

    Afterwards SQLite's files are rewritten: rows that migrations removed, or that an earlier
    release left in free pages, remain in none of them.
    """
    if is_current(engine, versions):
        return
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(4711)")
        command.upgrade(_config(versions, connection, metadata), "heads")
    if vacuum(engine):
        truncate_wal(engine)


def is_current(engine: Engine, versions: Path) -> bool:
    """Whether the database has every migration that this code knows."""
    script = ScriptDirectory.from_config(_config(versions))
    with engine.connect() as connection:
        applied = set(MigrationContext.configure(connection).get_current_heads())
    return set(script.get_heads()) <= applied


def _config(versions: Path, connection: Any = None, metadata: MetaData | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(ENVIRONMENT))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", f"{OWN_VERSIONS}\n{versions}")
    config.attributes["connection"] = connection
    config.attributes["metadata"] = metadata
    return config
