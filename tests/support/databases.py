"""Fresh databases for each test: copies of ones that were migrated once."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import psycopg

from chassis.database.database import Database, service_url
from chassis.database.migrations import migrate
from firststep.migrate import migrations_of
from firststep.platform import SERVICES
from services.profiles.service import ProfilesService
from tests.support.tokens import plant_key


class Databases(Protocol):
    """Makes databases of one kind."""

    def fresh(self) -> str:
        """A ``FIRSTSTEP_DATABASE``: for each service an empty database, fully migrated."""

    def drop(self) -> None:
        """Remove all that were made."""


class SqliteDatabases:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._template = folder / "template"
        _migrate_all(f"sqlite:///{self._template}/{{service}}.db")

    def fresh(self) -> str:
        copy = self._folder / uuid4().hex
        shutil.copytree(self._template, copy)
        return f"sqlite:///{copy}/{{service}}.db"

    def drop(self) -> None:
        shutil.rmtree(self._folder)


class PostgresDatabases:
    def __init__(self, server: str) -> None:
        self._server = server
        self._made: list[str] = []
        self._template = self._create("")
        _migrate_all(f"{server}/{self._template}_{{service}}")

    def fresh(self) -> str:
        return f"{self._server}/{self._create(self._template)}_{{service}}"

    def drop(self) -> None:
        for prefix in self._made:
            for service in SERVICES:
                self._run(f"DROP DATABASE IF EXISTS {prefix}_{service} WITH (FORCE)")

    def _create(self, template: str) -> str:
        prefix = f"firststep_{uuid4().hex[:12]}"
        self._made.append(prefix)
        for service in SERVICES:
            source = f" TEMPLATE {template}_{service}" if template else ""
            self._run(f"CREATE DATABASE {prefix}_{service}{source}")
        return prefix

    def _run(self, statement: str) -> None:
        server = self._server.replace("+psycopg", "")
        with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
            connection.execute(statement.encode())


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
