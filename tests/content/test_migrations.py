"""Articles of a former release are found, and read as HTML."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Text, Uuid, column, insert, select, table

from chassis.database import migrations
from chassis.database.database import Database
from chassis.database.tables import AnyJson, UtcDateTime
from chassis.ids import new_id
from chassis.times import utc_now
from contracts.content import ArticleQuery
from firststep.commands.migrate import migrations_of
from services.content import search
from services.content.articles import Article
from services.content.queries import find_article
from services.content.service import ContentService
from tests.chassis.bank import create_database
from tests.chassis.conftest import postgres_databases_of

BEFORE = "content_0001"
VERSIONS = migrations_of("content")
ARTICLES = table(
    "articles",
    column("id", Uuid()),
    *(column(name, Text()) for name in ("slug", "title", "summary", "body")),
    *(column(name, AnyJson) for name in ("topics", "references")),
    column("published_at", UtcDateTime()),
)


@pytest.fixture(params=["sqlite", "postgresql"])
def before(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """The database of content as a former release left it."""
    if request.param == "sqlite":
        yield from _migrated_so_far(f"sqlite:///{tmp_path}/content.db")
        return
    databases = postgres_databases_of(request.getfixturevalue("postgres_url"))
    yield from _migrated_so_far(databases.template.format(service="content"))
    databases.drop()


def _migrated_so_far(url: str) -> Iterator[Database]:
    create_database(url)
    database = Database(ContentService.store.base)
    database.connect(url, "content")
    with database.writer.begin() as connection:
        config = migrations._config(VERSIONS, connection, database.base.metadata)
        command.upgrade(config, BEFORE)
    yield database
    database.dispose()


def test_an_article_from_before_is_found_and_read_as_html(before: Database) -> None:
    row = {
        "id": new_id(),
        "slug": "sleep",
        "title": "Müde",
        "summary": "",
        "body": "# Sleep",
        "topics": ["sleep"],
        "references": [],
        "published_at": utc_now(),
    }
    with before.writer.begin() as connection:
        connection.execute(insert(ARTICLES), row)
    migrations.migrate(before.writer, VERSIONS, before.base.metadata)
    query = ArticleQuery(words="muede schlaf", topic=["sleep"], language=["en"])
    with before.reading() as session:
        [found] = session.scalars(search.matching(query))
        assert found.body_html == "<h2>Sleep</h2>\n"
        assert find_article(session, "sleep") is found
        assert found.to_manuscript().changed_at == found.published_at
        assert session.scalars(select(Article)).all() == [found]
