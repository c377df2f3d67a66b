"""The profiles service, running."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from services.profiles.accounts import passwords
from services.profiles.service import ProfilesService
from tests.profiles.finding import Finding, a_mark, finding_in
from tests.support.databases import Databases
from tests.support.quick_hashes import quick_hashes
from tests.support.service_client import Talking, serving


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def profiles(request: pytest.FixtureRequest) -> Iterator[Talking]:
    """Profiles on a database of each kind; tests share it and bring their own people."""
    kind = "sqlite_databases" if request.param == "sqlite" else "postgres_databases"
    databases: Databases = request.getfixturevalue(kind)
    with serving(ProfilesService, databases.fresh("profiles")) as running:
        yield running


PRODUCTION = passwords._hasher


@pytest.fixture(autouse=True, scope="package")
def _quick_hashes() -> Iterator[None]:
    with quick_hashes():
        yield


@pytest.fixture
def production_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2 with the parameters of production: a tenth of a second for each hash."""
    monkeypatch.setattr(passwords, "_hasher", PRODUCTION)


@pytest.fixture(scope="package")
def urls(sqlite_databases: Databases, postgres_databases: Databases) -> dict[str, str]:
    """Databases of each kind for searches, which share them."""
    return {
        "sqlite": sqlite_databases.fresh("profiles"),
        "postgresql": postgres_databases.fresh("profiles"),
    }


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def finding(request: pytest.FixtureRequest, urls: dict[str, str]) -> Iterator[Finding]:
    """Tests share it: each marks its own people with a topic of their own."""
    with finding_in(urls[request.param]) as found:
        yield found


@pytest.fixture(scope="module")
def both(sqlite_databases: Databases, postgres_databases: Databases) -> Iterator[list[Finding]]:
    """Two that are told the same."""
    with (
        finding_in(sqlite_databases.fresh("profiles")) as one,
        finding_in(postgres_databases.fresh("profiles")) as two,
    ):
        yield [one, two]


@pytest.fixture
def on_postgres(urls: dict[str, str]) -> Iterator[Finding]:
    with finding_in(urls["postgresql"]) as found:
        yield found


@pytest.fixture
def mark() -> str:
    return a_mark()
