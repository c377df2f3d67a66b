"""The content service, running."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from services.content.service import ContentService
from tests.support.databases import Databases
from tests.support.service_client import Talking, serving


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def content(request: pytest.FixtureRequest) -> Iterator[Talking]:
    """Content on a database of each kind; tests share it and bring their own articles."""
    kind = "sqlite_databases" if request.param == "sqlite" else "postgres_databases"
    databases: Databases = request.getfixturevalue(kind)
    with serving(ContentService, databases.fresh("content")) as running:
        yield running
