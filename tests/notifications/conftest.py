"""The notifications service, running."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from services.notifications.service import NotificationsService
from tests.support.databases import Databases
from tests.support.service_client import Talking, serving


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def notifications(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Talking]:
    """Notifications on a database of each kind, with a folder of mail; tests share it and bring
    their own people."""
    kind = "sqlite_databases" if request.param == "sqlite" else "postgres_databases"
    databases: Databases = request.getfixturevalue(kind)
    mail = str(tmp_path_factory.mktemp("mail"))
    with serving(NotificationsService, databases.fresh("notifications"), mail) as running:
        yield running
