"""Migrations: repeatable, safe at once, and in step with the models."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import eventlet
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from chassis.database.database import service_url
from chassis.database.migrations import VERSION, _config, heads, is_current, migrate
from chassis.store import Store
from chassis.times import utc_now
from firststep.commands.migrate import migrations_of
from firststep.platform import SERVICES
from tests.chassis.bank import create_database, rows_of
from tests.chassis.conftest import postgres_databases_of

FULL_TEXT = "directory_words"
"""What each database has of its own kind, with tables of its own behind it."""
TABLES = {"outbox", "inbox", "replies", "clocks", "alembic_version"}


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """One in which no test has made tables before."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_database")
        return
    databases = postgres_databases_of(request.getfixturevalue("postgres_url"))
    yield databases.template
    databases.drop()


@pytest.fixture(params=sorted(SERVICES))
def service(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def empty(database: str, service: str) -> Any:
    """A service's store on a database without tables."""
    url = service_url(database, service)
    create_database(url)
    store = Store(SERVICES[service].store.base)
    store.connect(url, service)
    yield store
    store.dispose()


def bring_up(store: Store) -> None:
    migrate(store.writer, migrations_of(store.service), store.base.metadata)


def in_models(name: str | None, kind: str, parents: Any) -> bool:
    return not (kind == "table" and str(name).startswith(FULL_TEXT))


def test_migrations_make_what_the_models_say(empty: Store) -> None:
    bring_up(empty)
    options = {"compare_type": True, "include_name": in_models}
    with empty.writer.connect() as connection:
        difference = compare_metadata(
            MigrationContext.configure(connection, opts=options), empty.base.metadata
        )
        assert difference == []
        assert set(inspect(connection).get_table_names()) >= TABLES


def test_migrating_again_changes_nothing(empty: Store) -> None:
    bring_up(empty)
    with empty.transaction() as tx:
        tx.execute(empty.table("clocks").insert().values(name="kept", due_at=utc_now()))
    bring_up(empty)
    assert [row.name for row in rows_of(empty, "clocks")] == ["kept"]


def test_a_database_is_current_when_it_has_every_migration(empty: Store) -> None:
    versions = migrations_of(empty.service)
    assert not is_current(empty.writer, versions)
    bring_up(empty)
    assert is_current(empty.writer, versions)


def test_the_newest_versions_are_read_from_the_names_of_their_files(service: str) -> None:
    versions = migrations_of(service)
    script = ScriptDirectory.from_config(_config(versions))
    assert heads(versions) == set(script.get_heads())
    for each in script.walk_revisions():
        found = VERSION.match(Path(each.path).name)
        assert found is not None
        assert found["revision"] == each.revision


def test_two_that_migrate_at_once_wait_for_each_other(database: str) -> None:
    url = service_url(database, "booking")
    create_database(url)
    stores = [Store(SERVICES["booking"].store.base) for _ in range(2)]
    for store in stores:
        store.connect(url, "booking")
    for migrating in [eventlet.spawn(bring_up, store) for store in stores]:
        migrating.wait()

    assert is_current(stores[0].writer, migrations_of("booking"))
    for store in stores:
        store.dispose()
