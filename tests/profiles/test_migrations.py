"""What a former release left: accounts get the key of their address, and its form where it is
free; profiles get a slug; history keeps licence numbers apart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from alembic import command
from sqlalchemy import ColumnClause, Uuid, column, insert, inspect, select, table, update

from chassis.database import migrations
from chassis.database.database import Database
from chassis.database.tables import AnyJson, UtcDateTime
from chassis.ids import new_id
from chassis.times import utc_now
from contracts.profiles.licences import LicenceStatus
from contracts.profiles.right_to_practise import Standing
from firststep.commands.migrate import migrations_of
from services.profiles.licences.licences import Licence
from services.profiles.licences.service import review_licences
from services.profiles.service import ProfilesService
from services.profiles.specialists.history import Change
from services.profiles.specialists.slugs import Slug
from services.profiles.specialists.specialists import Specialist
from tests.chassis.bank import create_database
from tests.chassis.conftest import postgres_databases_of
from tests.profiles.builders import an_empty_licence, an_empty_specialist

BEFORE = "profiles_0006"
VERSIONS = migrations_of("profiles")
ACCOUNTS = table(
    "accounts",
    column("id", Uuid()),
    *map(column, ("email", "display_name", "password_hash")),
    column("roles", AnyJson),
    column("created_at", UtcDateTime()),
    column("suspended_at", UtcDateTime()),
)


@pytest.fixture(params=["sqlite", "postgresql"])
def before(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """The database of profiles as a former release left it."""
    if request.param == "sqlite":
        yield from _migrated_so_far(f"sqlite:///{tmp_path}/profiles.db")
        return
    databases = postgres_databases_of(request.getfixturevalue("postgres_url"))
    yield from _migrated_so_far(databases.template.format(service="profiles"))
    databases.drop()


def _migrated_so_far(url: str) -> Iterator[Database]:
    create_database(url)
    database = Database(ProfilesService.store.base)
    database.connect(url, "profiles")
    upgrade(database, BEFORE)
    yield database
    database.dispose()


def upgrade(database: Database, revision: str) -> None:
    with database.writer.begin() as connection:
        config = migrations._config(VERSIONS, connection, database.base.metadata)
        command.upgrade(config, revision)


def put(database: Database, *emails: str) -> None:
    rows: list[dict[str, Any]] = [
        {
            "id": new_id(),
            "email": email,
            "display_name": "Sam",
            "password_hash": "a hash",
            "roles": ["client"],
            "created_at": utc_now(),
        }
        for email in emails
    ]
    with database.writer.begin() as connection:
        connection.execute(ACCOUNTS.insert(), rows)


def migrated(database: Database) -> dict[str, str]:
    """The key of each address, afterwards."""
    migrations.migrate(database.writer, VERSIONS, database.base.metadata)
    accounts = database.base.metadata.tables["accounts"]
    with database.writer.begin() as connection:
        found = connection.execute(select(accounts.c.id, accounts.c.email, accounts.c.email_key))
        rows = [(row.id, row.email, row.email_key) for row in found]
    assert all(isinstance(id, UUID) for id, *_ in rows)
    return {email: key for _, email, key in rows}


def test_an_address_gets_the_form_of_new_ones_where_no_other_account_meets_it(
    before: Database,
) -> None:
    put(before, "sam@example.org", "j@münchen.example", "k@faß.example")
    assert migrated(before) == {
        "sam@example.org": "sam@example.org",
        "j@xn--mnchen-3ya.example": "j@xn--mnchen-3ya.example",
        "k@xn--fa-hia.example": "k@xn--fa-hia.example",
    }


def test_addresses_that_meet_stay_as_they_are_under_one_key(before: Database) -> None:
    key = "j@xn--mnchen-3ya.example"
    meeting = ["j@münchen.example", "j@mu\u0308nchen.example", key]
    put(before, "a@ｍünchen.example", *meeting, "b@ｍünchen.example", "b@münchen.example")
    assert migrated(before) == {
        "a@xn--mnchen-3ya.example": "a@xn--mnchen-3ya.example",
        **dict.fromkeys(meeting, key),
        "b@ｍünchen.example": "b@xn--mnchen-3ya.example",
        "b@münchen.example": "b@xn--mnchen-3ya.example",
    }


def test_an_address_that_is_none_today_stays_as_it_is(before: Database) -> None:
    odd = ['"x"@example.org', '"\x0bx"@example.org', "=?utf-8?q?vic?=@example.org", "x@[127.0.0.1]"]
    put(before, *odd)
    assert migrated(before) == {email: email for email in odd}


def test_a_platform_without_accounts_migrates_too(before: Database) -> None:
    assert migrated(before) == {}


# Slugs


def test_who_has_a_profile_gets_a_slug_the_oldest_first(before: Database) -> None:
    names = ["Eva Novák", "Me", "Eva Novak", "", "心理", "Eva Novak 2"]
    ids = [new_id() for _ in names]
    with before.writer.begin() as connection:
        columns = {each["name"] for each in inspect(connection).get_columns("specialists")}
        for id, name in zip(ids, names, strict=True):
            row = {each: value for each, value in a_row(id, name).items() if each in columns}
            connection.execute(insert(table("specialists", *map(typed, row))), row)
    migrations.migrate(before.writer, VERSIONS, before.base.metadata)
    with before.reading() as session:
        slugs = [session.get_one(Specialist, id).slug for id in ids]
        kept = {each.slug: each.specialist_id for each in session.scalars(select(Slug))}
    assert slugs == ["eva-novak", "me-2", "eva-novak-2", "", "specialist", "eva-novak-2-2"]
    assert kept == {slug: id for slug, id in zip(slugs, ids, strict=True) if slug}


def typed(name: str) -> ColumnClause[Any]:
    return column(name, Specialist.__table__.columns[name].type)


def a_row(id: UUID, name: str) -> dict[str, Any]:
    """A specialist as this release would write it."""
    specialist = an_empty_specialist()
    row = {each.key: getattr(specialist, each.key) for each in inspect(Specialist).columns}
    return {**row, "id": id, "display_name": name}


# The right to practise


def test_who_was_suspended_or_whose_licence_ended_has_no_right_any_more(before: Database) -> None:
    put(before, "good@x.org", "suspended@x.org", "client@x.org", "withdrawn@x.org", "lapsed@x.org")
    upgrade(before, "profiles_0013")
    with before.reading() as session:
        ids = dict(session.execute(select(ACCOUNTS.c.email, ACCOUNTS.c.id)).all())
    practising = ACCOUNTS.c.id != ids["client@x.org"]
    suspended = ACCOUNTS.c.id == ids["suspended@x.org"]
    with before.writer.begin() as connection:
        connection.execute(update(ACCOUNTS).where(practising).values(roles=["specialist"]))
        connection.execute(update(ACCOUNTS).where(suspended).values(suspended_at=utc_now()))
        columns = {each["name"] for each in inspect(connection).get_columns("specialists")}
        for email, id in ids.items():
            values = {**a_row(id, "Eva"), "lapsed": email == "lapsed@x.org"}
            row = {each: value for each, value in values.items() if each in columns}
            connection.execute(insert(table("specialists", *map(typed, row))), row)
        licence = an_empty_licence(ids["withdrawn@x.org"])
        licence.status = LicenceStatus.DECLINED
        values = {each.key: getattr(licence, each.key) for each in inspect(Licence).columns}
        connection.execute(insert(Licence), values)

    migrated(before)

    review_licences(before, utc_now())
    with before.reading() as session:
        standings = {email: session.get_one(Specialist, id).standing for email, id in ids.items()}
    assert standings == {
        "good@x.org": Standing.GOOD,
        "suspended@x.org": Standing.ACCOUNT_SUSPENDED,
        "client@x.org": Standing.ROLE_REVOKED,
        "withdrawn@x.org": Standing.LICENCE_WITHDRAWN,
        "lapsed@x.org": Standing.LICENCE_EXPIRED,
    }


HISTORY = table(
    "specialist_history",
    column("id", Uuid()),
    column("specialist_id", Uuid()),
    column("at", UtcDateTime()),
    column("changes", AnyJson),
)


def test_licence_numbers_are_taken_out_of_history_and_read_as_before(before: Database) -> None:
    changes = {
        "licence.number": {"before": "A-1", "after": "B-2"},
        "headline": {"before": "", "after": "Hello"},
    }
    in_force = {"licence.in_force": {"before": {}, "after": {"number": "B-2", "country": "DE"}}}
    with before.writer.begin() as connection:
        rows = [
            {"id": new_id(), "specialist_id": new_id(), "at": utc_now(), "changes": each}
            for each in (changes, in_force)
        ]
        connection.execute(HISTORY.insert(), rows)

    migrated(before)

    with before.reading() as session:
        found = list(session.scalars(select(Change).order_by(Change.id)))
    assert [(each.number_before, each.number_after) for each in found] == [
        ("A-1", "B-2"),
        (None, "B-2"),
    ]
    assert not any("-1" in str(each.changes) or "-2" in str(each.changes) for each in found)
    assert [each.to_resource().changes for each in found] == [changes, in_force]
