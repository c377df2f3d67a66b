"""Fresh databases for each test: copies of ones that were migrated once."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import psycopg

from chassis.database.database import Database, service_url
from chassis.database.migrations import migrate
from firststep.commands.migrate import migrations_of
from firststep.platform import SERVICES
from services.profiles.service import ProfilesService
from tests.support.tokens import plant_key


class Databases(Protocol):
    """Makes databases of one kind."""

    def fresh(self, *services: str) -> str:
        """A ``FIRSTSTEP_DATABASE``: for each of these services (default: all) an empty database,
        fully migrated. Name the services that the test needs: each database takes PostgreSQL
        a tenth of a second."""

    def drop(self) -> None:
        """Remove all that were made."""


class SqliteDatabases:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._template = folder / "template"
        _migrate_all(f"sqlite:///{self._template}/{{service}}.db")

    def fresh(self, *services: str) -> str:
        copy = self._folder / uuid4().hex
        copy.mkdir()
        for service in services or SERVICES:
            shutil.copy(self._template / f"{service}.db", copy)
        return f"sqlite:///{copy}/{{service}}.db"

    def drop(self) -> None:
        shutil.rmtree(self._folder)


class PostgresDatabases:
    def __init__(self, server: str) -> None:
        self._server = server
        self._made: list[str] = []
        self._template = self._create("", SERVICES)
        _migrate_all(f"{server}/{self._template}_{{service}}")

    def fresh(self, *services: str) -> str:
        prefix = self._create(self._template, services or SERVICES)
        return f"{self._server}/{prefix}_{{service}}"

    def drop(self) -> None:
        self._run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)" for name in self._made)

    def _create(self, template: str, services: Iterable[str]) -> str:
        prefix = f"firststep_{uuid4().hex[:12]}"
        sources = {f"{prefix}_{each}": f"{template}_{each}" for each in services}
        self._made += sources
        self._run(
            f"CREATE DATABASE {name}" + f" TEMPLATE {source}" * bool(template)
            for name, source in sources.items()
        )
        return prefix

    def _run(self, statements: Iterable[str]) -> None:
        server = self._server.replace("+psycopg", "")
        with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
            for each in statements:
                connection.execute(each.encode())


def _migrate_all(url: str) -> None:
    for name, service in SERVICES.items():
        database = connected_database(url, name)
        migrate(database.writer, migrations_of(name), service.store.base.metadata)
        if name == ProfilesService.name:
            plant_key(database)
        database.dispose()


def connected_database(url: str, service: str) -> Database:
    """The database of a service, outside of its process."""
    database = Database(SERVICES[service].store.base)
    database.connect(service_url(url, service), service)
    return database
