"""``firststep migrate``: migrate the services' databases to the newest version."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

import structlog
from sqlalchemy.exc import DBAPIError

import services
from chassis.database.engines import is_away
from chassis.database.migrations import migrate
from chassis.settings import Settings
from firststep.platform import SERVICES, UnknownService, database_of

RETRY_AFTER_S = 1.0

log = structlog.get_logger()


def migrate_all(settings: Settings, names: Iterable[str] = ()) -> list[str]:
    """Migrate the databases of these services, or of all; returns their names."""
    done = []
    for name in list(names) or list(SERVICES):
        if name not in SERVICES:
            raise UnknownService(name)
        with database_of(name, settings) as database:
            _when_available(
                name, partial(migrate, database.writer, migrations_of(name), database.base.metadata)
            )
        done.append(name)
    return done


def migrations_of(name: str) -> Path:
    return Path(services.__path__[0]) / name / "migrations"


def _when_available(name: str, work: Callable[[], None]) -> None:
    """Wait while the database is away, and log it."""
    while True:
        try:
            return work()
        except DBAPIError as error:
            if not is_away(error):
                raise
            log.warning("database_away", service=name, error=str(error.orig).strip())
            time.sleep(RETRY_AFTER_S)
