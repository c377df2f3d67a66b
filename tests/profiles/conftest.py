"""The profiles service, running."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from services.profiles.accounts import passwords
from services.profiles.service import ProfilesService
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
