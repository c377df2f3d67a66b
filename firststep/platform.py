"""The wiring: which services there are, and what each process is given."""

from __future__ import annotations

import base64
import fcntl
import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy.exc import DBAPIError

import services
from chassis.config import TOKEN_KEY_BYTES, BadSettings, Settings
from chassis.database import Database, service_url
from chassis.engines import is_away
from chassis.health import HealthService
from chassis.migrations import migrate
from chassis.process import Process
from chassis.subscribe import queues_of
from gateway.service import Gateway
from services.booking.service import BookingService
from services.content.service import ContentService
from services.notifications.service import NotificationsService
from services.profiles.service import ProfilesService

GATEWAY = "gateway"
LOOK_AGAIN_AFTER_S = 1.0
SERVICES: dict[str, Any] = {
    each.name: each
    for each in (ProfilesService, BookingService, NotificationsService, ContentService)
}
EVERYBODY = (*SERVICES, GATEWAY)
TOPOLOGY = queues_of(*SERVICES.values())

log = structlog.get_logger()


class UnknownService(Exception):
    def __init__(self, name: str) -> None:
        super().__init__(f"there is no service {name!r}; there are {', '.join(EVERYBODY)}")


def process_for(names: Iterable[str], settings: Settings, *extra: type) -> Process:
    """The process that hosts these services; all of them where none is named."""
    chosen = list(dict.fromkeys(names)) or list(EVERYBODY)
    for name in chosen:
        if name not in EVERYBODY:
            raise UnknownService(name)
    if settings.embedded and set(chosen) != set(EVERYBODY):
        raise BadSettings("FIRSTSTEP_BROKER is not set: the embedded platform runs whole")
    classes = [SERVICES[name] for name in chosen if name != GATEWAY]
    classes.append(Gateway if GATEWAY in chosen else HealthService)
    return Process([*classes, *extra], config_for(settings), TOPOLOGY)


def config_for(settings: Settings) -> dict[str, Any]:
    """Settings as nameko hands them to extensions."""
    return {
        "AMQP_URI": settings.broker,
        "WEB_SERVER_ADDRESS": settings.http,
        "DATABASE": settings.database,
        "MAIL": settings.mail,
        "TOKEN_KEY": settings.token_key,
    }


def prepared(settings: Settings) -> Settings:
    """The embedded platform sets itself up: its key, its databases."""
    if not settings.embedded:
        return settings
    _lock(settings.data)
    migrate_all(settings)
    return replace(settings, token_key=settings.token_key or _own_token_key(settings.data))


def migrate_all(settings: Settings, names: Iterable[str] = ()) -> list[str]:
    """Bring the databases of these services, or all, to the newest version; their names."""
    done = []
    for name in list(names) or list(SERVICES):
        if name not in SERVICES:
            raise UnknownService(name)
        with database_of(name, settings) as database:
            _patiently(
                name, partial(migrate, database.writer, migrations_of(name), database.base.metadata)
            )
        done.append(name)
    return done


@contextmanager
def database_of(name: str, settings: Settings) -> Iterator[Database]:
    """A service's database, outside of the service."""
    if not settings.database:
        raise BadSettings("FIRSTSTEP_DATABASE is missing")
    database = Database(SERVICES[name].store.base)
    database.connect(service_url(settings.database, name), name)
    try:
        yield database
    finally:
        database.dispose()


def migrations_of(name: str) -> Path:
    return Path(services.__path__[0]) / name / "migrations"


def new_token_key() -> str:
    """A key for ``FIRSTSTEP_TOKEN_KEY``."""
    return base64.urlsafe_b64encode(os.urandom(TOKEN_KEY_BYTES)).decode().rstrip("=")


def _patiently(name: str, work: Callable[[], None]) -> None:
    """Wait for a database that is away, saying so."""
    while True:
        try:
            return work()
        except DBAPIError as error:
            if not is_away(error):
                raise
            log.warning("database_away", service=name, error=str(error.orig).strip())
            time.sleep(LOOK_AGAIN_AFTER_S)


def _lock(data: Path) -> None:
    """Keep a second embedded platform out of this folder, for as long as this process lives."""
    data.mkdir(parents=True, exist_ok=True)
    lock = os.open(data / "lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise BadSettings(f"FIRSTSTEP_DATA: another platform runs on {data}") from None


def _own_token_key(data: Path) -> str:
    path = data / "token.key"
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(new_token_key())
    return path.read_text().strip()
