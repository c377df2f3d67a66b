"""A platform of real processes on real servers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from firststep.platform import SERVICES
from tests.support.databases import Databases
from tests.support.platform import sweep_queues
from tests.support.servers import SmtpServer
from tests.support.tokens import SEAL_KEYS
from tests.system.processes import Settings, real_settings


@pytest.fixture
def real(
    rabbitmq_url: str, postgres_databases: Databases, smtp_server: SmtpServer
) -> Iterator[Settings]:
    """Settings for processes on RabbitMQ, PostgreSQL and SMTP."""
    yield real_settings(rabbitmq_url, postgres_databases.fresh(), smtp_server.url)
    sweep_queues(rabbitmq_url, *SERVICES.values())


@pytest.fixture
def embedded(sqlite_databases: Databases) -> Settings:
    """Settings for one embedded process, whose databases were migrated before."""
    url = sqlite_databases.fresh()
    return {"data": str(Path(urlsplit(url).path[1:]).parent), "seal_keys": SEAL_KEYS}
