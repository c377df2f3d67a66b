"""A platform of real processes on real servers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from firststep.platform import SERVICES
from tests.support.databases import Databases
from tests.support.platform import sweep_queues
from tests.support.servers import SmtpServer
from tests.system.processes import Settings, embedded_settings, real_settings


@pytest.fixture
def real(
    rabbitmq_url: str, postgres_databases: Databases, smtp_server: SmtpServer
) -> Iterator[Settings]:
    """Settings for processes on RabbitMQ, PostgreSQL and SMTP."""
    yield real_settings(rabbitmq_url, postgres_databases.fresh(), smtp_server.url)
    sweep_queues(rabbitmq_url, *SERVICES.values())


@pytest.fixture(scope="package")
def unused(rabbitmq_url: str, postgres_databases: Databases, smtp_server: SmtpServer) -> Settings:
    """Settings for processes that end, or are asked nothing, before they change anything: all
    share these databases."""
    return real_settings(rabbitmq_url, postgres_databases.fresh(), smtp_server.url)


@pytest.fixture
def embedded(sqlite_databases: Databases) -> Settings:
    """Settings for one embedded process, whose databases were migrated before."""
    return embedded_settings(sqlite_databases)
