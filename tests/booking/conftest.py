"""The booking service, running."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from services.booking.service import BookingService
from tests.booking.external_site import ExternalSite, an_external_calendar
from tests.support.databases import Databases
from tests.support.service_client import Talking, serving


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def booking(request: pytest.FixtureRequest) -> Iterator[Talking]:
    """Booking on a database of each kind; tests share it and bring their own people."""
    kind = "sqlite_databases" if request.param == "sqlite" else "postgres_databases"
    databases: Databases = request.getfixturevalue(kind)
    with serving(BookingService, databases.fresh("booking")) as running:
        yield running


@pytest.fixture
def external(monkeypatch: pytest.MonkeyPatch) -> Iterator[ExternalSite]:
    """The site of an external calendar, which answers with an empty one."""
    with an_external_calendar(monkeypatch) as site:
        site.shows()
        yield site
