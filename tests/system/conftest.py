"""A platform of real processes on real servers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from firststep.platform import SERVICES
from tests.databases import Databases
from tests.house import TOKEN_KEY, sweep_queues
from tests.servers import SmtpServer
from tests.system.processes import Settings, real_settings


@pytest.fixture
def real(
    rabbitmq_url: str, postgres_databases: Databases, smtp_server: SmtpServer
) -> Iterator[Settings]:
    """Settings for processes on RabbitMQ, PostgreSQL and SMTP."""
    yield real_settings(rabbitmq_url, postgres_databases.fresh(), smtp_server.url)
    sweep_queues(rabbitmq_url, *SERVICES.values())


@pytest.fixture
def embedded(tmp_path: Path) -> Settings:
    """Settings for one embedded process."""
    return {"data": str(tmp_path / "data"), "token_key": TOKEN_KEY}
