"""Databases for the small services that these tests make up, of each kind."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from chassis.store import Store
from tests.chassis.bank import Base, a_store
from tests.chassis.sites import NAME, Answer, Authority, Names, Opened, Site, a_site
from tests.support import servers
from tests.support.folders import a_database_folder
from tests.support.servers import RabbitServer


@dataclass
class PostgresDatabases:
    """The databases of one prefix, made when a test asks for them."""

    server: str
    prefix: str

    @property
    def template(self) -> str:
        return f"{self.server}/{self.prefix}_{{service}}"

    def names(self) -> list[str]:
        found = self._run("postgres", "SELECT datname FROM pg_database").fetchall()
        return [name for (name,) in found if name.startswith(self.prefix)]

    def empty(self) -> None:
        """Keep the tables: making a database takes longer than most tests."""
        for name in self.names():
            tables = self._run(name, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            if listed := ", ".join(table for (table,) in tables.fetchall()):
                self._run(name, f"TRUNCATE {listed} RESTART IDENTITY")

    def drop(self) -> None:
        for name in self.names():
            self._run("postgres", f"DROP DATABASE {name} WITH (FORCE)")

    def _run(self, database: str, statement: str) -> psycopg.Cursor[Any]:
        address = f"{self.server.replace('+psycopg', '')}/{database}"
        with psycopg.connect(address, autocommit=True) as connection:
            return connection.execute(statement.encode())


def postgres_databases_of(server: str) -> PostgresDatabases:
    return PostgresDatabases(server, f"chassis_{uuid4().hex[:12]}")


@pytest.fixture(scope="session")
def shared_postgres_databases(postgres_url: str) -> Iterator[PostgresDatabases]:
    databases = postgres_databases_of(postgres_url)
    yield databases
    databases.drop()


@pytest.fixture
def postgres_database(shared_postgres_databases: PostgresDatabases) -> Iterator[str]:
    """A ``FIRSTSTEP_DATABASE`` on PostgreSQL, empty at the beginning of each test."""
    yield shared_postgres_databases.template
    shared_postgres_databases.empty()


@pytest.fixture
def sqlite_database() -> Iterator[str]:
    with a_database_folder() as folder:
        yield f"sqlite:///{folder}/{{service}}.db"


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """A ``FIRSTSTEP_DATABASE``, once of each kind."""
    kind = "sqlite_database" if request.param == "sqlite" else "postgres_database"
    url: str = request.getfixturevalue(kind)
    return url


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    """The teller's store, outside of any process, on each kind of database."""
    store = a_store(database, "teller", Base)
    yield store
    store.dispose()


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    made_up = Names()
    monkeypatch.setattr(socket, "getaddrinfo", made_up.getaddrinfo)
    return made_up


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def opened(names: Names) -> Iterator[Opened]:
    """Opens a site that says what it is given, under the name of the tests."""
    with ExitStack() as stack:

        def open_site(says: Answer | bytes, **options: Any) -> Site:
            names.say(NAME, "127.0.0.1")
            spoken = (lambda _: [says]) if isinstance(says, bytes) else says
            return stack.enter_context(a_site(spoken, **options))

        yield open_site


@pytest.fixture(scope="session")
def own_broker() -> Iterator[RabbitServer]:
    """A broker that these tests may set limits and alarms on, and no other tests use."""
    with servers.rabbitmq_of_our_own() as server:
        yield server
