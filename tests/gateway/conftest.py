"""One platform for all tests of the gateway: they add to it, and never count what is there."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from gateway.live import live
from tests.gateway.description import Description
from tests.support.databases import Databases
from tests.support.factories import Person, a_client, a_specialist, an_admin
from tests.support.platform import House, a_house, a_mail_folder, an_embedded_broker
from tests.support.quick_hashes import quick_hashes
from tests.support.servers import SmtpServer, rabbitmq_of_our_own


@pytest.fixture(scope="package", autouse=True)
def _quick_hashes() -> Iterator[None]:
    with quick_hashes():
        yield


@pytest.fixture(scope="package", autouse=True)
def _streams_end_after_their_first_event() -> Iterator[None]:
    """For tests that read each answer to its end. Tests of streams let them go on."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(live, "LIFETIME_S", (0.0, 0.0))
        yield


@pytest.fixture(scope="package")
def shared_house(
    sqlite_databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """Each answer that this house gives, to whatever test, is held against its description."""
    mail = a_mail_folder(tmp_path_factory.mktemp("gateway"))
    with a_house(an_embedded_broker(), sqlite_databases.fresh(), mail) as running:
        description = Description(running.http.get("/openapi.json").json())
        running.http.event_hooks = {"response": [description.hold_against]}
        yield running


@pytest.fixture(scope="package", params=["embedded", "real"])
def each_house(
    request: pytest.FixtureRequest, shared_house: House, smtp_server: SmtpServer
) -> Iterator[House]:
    """The shared one, then one on RabbitMQ and PostgreSQL that tests share as well.

    It has a broker of its own: two platforms at one broker would take each other's messages.
    """
    if request.param == "embedded":
        yield shared_house
        return
    databases: Databases = request.getfixturevalue("postgres_databases")
    broker: str = request.getfixturevalue("rabbitmq_of_the_shared_house")
    with a_house(broker, databases.fresh(), smtp_server.url) as running:
        yield running


@pytest.fixture(scope="package")
def rabbitmq_of_the_shared_house(rabbitmq_url: str) -> Iterator[str]:
    """Where no broker can be had, ``rabbitmq_url`` has skipped or failed before."""
    with rabbitmq_of_our_own() as server:
        yield server.url


@pytest.fixture(scope="package")
def description(shared_house: House) -> Description:
    return Description(shared_house.http.get("/openapi.json").json())


@pytest.fixture(scope="package")
def http(shared_house: House) -> httpx.Client:
    """Somebody who has not signed in."""
    return shared_house.http


@pytest.fixture(scope="package")
def client(http: httpx.Client) -> Person:
    return a_client(http)


@pytest.fixture(scope="package")
def admin(http: httpx.Client) -> Person:
    return an_admin(http)


@pytest.fixture(scope="package")
def specialist(http: httpx.Client) -> Person:
    """Listed and featured, with free slots on each of the coming days."""
    return a_specialist(http, featured=True)
