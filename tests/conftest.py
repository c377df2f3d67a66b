"""Fixtures for all tests. The process is green: see ``chassis.concurrency.green``."""

import chassis.concurrency.green  # noqa: F401, I001  # first

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import pytest
from hypothesis import settings

from chassis.runtime import logs
from chassis.scheduling import for_each
from firststep.platform import SERVICES
from services.booking.external_calendars import queries as external_calendars
from tests.support import servers
from tests.booking.external_site import none_due
from tests.support.databases import Databases, PostgresDatabases, SqliteDatabases
from tests.support.folders import a_database_folder
from tests.support.platform import House, a_house, a_mail_folder, an_embedded_broker
from tests.support.servers import SmtpServer

logs.configure("console", "warning")
settings.register_profile("patient", settings(), deadline=None)
settings.load_profile("patient")


@pytest.fixture(scope="session", autouse=True)
def _no_external_calendar_is_read_by_itself() -> Iterator[None]:
    """What the clock of a running booking service would look up on the internet."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(external_calendars, "due", none_due)
        yield


@pytest.fixture(autouse=True)
def _no_test_remembers_what_failed_in_another() -> None:
    """Which processes do, as long as they live."""
    for_each._failing.clear()


@pytest.fixture(scope="session")
def needed() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def _needed(stack: ExitStack, server: AbstractContextManager[str]) -> str:
    """The server's address. Where none can be had, a laptop skips and CI fails."""
    try:
        return stack.enter_context(server)
    except servers.Unavailable as reason:
        if os.environ.get("CI"):
            pytest.fail(str(reason))
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def rabbitmq_url(needed: ExitStack) -> str:
    return _needed(needed, servers.rabbitmq())


@pytest.fixture(scope="session")
def postgres_url(needed: ExitStack) -> str:
    return _needed(needed, servers.postgres())


@pytest.fixture(scope="session")
def redis_url(needed: ExitStack) -> str:
    return _needed(needed, servers.limits())


@pytest.fixture(scope="session")
def smtp_server(needed: ExitStack) -> SmtpServer:
    return needed.enter_context(servers.smtp())


@pytest.fixture(scope="session")
def sqlite_databases() -> Iterator[Databases]:
    with a_database_folder() as folder:
        yield SqliteDatabases(folder)


@pytest.fixture(scope="session")
def postgres_databases(postgres_url: str) -> Iterator[Databases]:
    databases = PostgresDatabases(postgres_url)
    yield databases
    if not servers.is_our_own(postgres_url):  # which ends with these tests
        databases.drop()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """Fresh databases, once of each kind: of the service that the test's folder is named after,
    or of all services."""
    kind = "sqlite_databases" if request.param == "sqlite" else "postgres_databases"
    databases: Databases = request.getfixturevalue(kind)
    return databases.fresh(*SERVICES.keys() & {request.path.parent.name})


@pytest.fixture(params=["embedded", "rabbitmq"])
def broker(request: pytest.FixtureRequest) -> str:
    """A broker, once of each kind."""
    if request.param == "embedded":
        return an_embedded_broker()
    url: str = request.getfixturevalue("rabbitmq_url")
    return url


@pytest.fixture(params=["embedded", "real"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    """The whole platform: embedded on SQLite, and on RabbitMQ with PostgreSQL."""
    if request.param == "embedded":
        databases: Databases = request.getfixturevalue("sqlite_databases")
        parts = (an_embedded_broker(), databases.fresh(), a_mail_folder(tmp_path))
    else:
        databases = request.getfixturevalue("postgres_databases")
        smtp: SmtpServer = request.getfixturevalue("smtp_server")
        parts = (request.getfixturevalue("rabbitmq_url"), databases.fresh(), smtp.url)
    with a_house(*parts) as running:
        yield running


@pytest.fixture
def embedded_house(sqlite_databases: Databases, tmp_path: Path) -> Iterator[House]:
    """The embedded platform, for what does not depend on broker and database."""
    parts = (an_embedded_broker(), sqlite_databases.fresh(), a_mail_folder(tmp_path))
    with a_house(*parts) as running:
        yield running
