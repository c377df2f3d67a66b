"""What goes wrong inside shows nothing of itself, and what is away is said to be away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import httpx
import pytest
from eventlet.event import Event as GreenEvent
from structlog.testing import capture_logs

from chassis.errors import Conflict, DomainError, FieldError, Unavailable
from chassis.runtime.process import Process
from contracts.profiles.accounts import Role
from gateway.http import server
from gateway.http.endpoint import endpoint
from gateway.http.problems import STATUSES, status_of
from gateway.service import Gateway
from tests.gateway.description import errors_by_field, expect_problem
from tests.support.databases import Databases
from tests.support.platform import SITE, URL, House, a_house, an_embedded_broker

SECRET = "postgresql://profiles:hunter2@10.0.0.5/profiles"
SHORT_DEADLINE_S = 0.4
LATE = GreenEvent()


class Sulking(Conflict):
    """It does not want to."""

    code = "sulking"


class Sick:
    def failures(self) -> dict[str, str]:
        return {"booking.database": "connection refused"}


class FaultyGateway(Gateway):
    """With endpoints that fail, each in its way."""

    name = "gateway"
    health: Any = Sick()

    @endpoint("GET", "/api/v1/faults/bug", returns=None)
    def bug(self) -> Any:
        """Raises what nobody expected."""
        raise RuntimeError(SECRET)

    @endpoint("GET", "/api/v1/faults/answer", returns=Role)
    def answer(self) -> Any:
        """Answers what can't be written as JSON."""
        return object()

    @endpoint("GET", "/api/v1/faults/away", returns=None)
    def away(self) -> Any:
        """Something is away."""
        raise Unavailable("the calendar is away")

    @endpoint("GET", "/api/v1/faults/refusal", returns=None, errors=[Sulking])
    def refusal(self) -> Any:
        """Refuses."""
        raise Sulking("it is Monday", [FieldError("day", "Must not be Monday.", "monday")])

    @endpoint("GET", "/api/v1/faults/slow", returns=None)
    def slow(self) -> Any:
        """Takes longer than anybody waits."""
        LATE.wait()


@contextmanager
def served(*classes: type) -> Iterator[httpx.Client]:
    address = {"AMQP_URI": an_embedded_broker(), "WEB_SERVER_ADDRESS": "127.0.0.1:0"}
    config = {**SITE, "URL": URL, **address}
    with Process(classes, config, []).running() as process:
        [gateway] = process.containers
        [server] = {each for each in gateway.extensions if hasattr(each, "address")}
        with httpx.Client(base_url=f"http://{server.address}", timeout=15) as http:
            yield http


@pytest.fixture(scope="module")
def faulty() -> Iterator[httpx.Client]:
    with served(FaultyGateway) as http:
        yield http


@pytest.mark.parametrize("fault", ["bug", "answer"])
def test_a_bug_shows_nothing_of_itself_but_where_to_find_it(
    faulty: httpx.Client, fault: str
) -> None:
    with capture_logs() as logged:
        response = faulty.get(
            f"/api/v1/faults/{fault}", headers={"X-Correlation-Id": "found-by-this"}
        )
    problem = expect_problem(response, 500, "internal_error")
    assert problem["errors"] == []
    for hidden in ("hunter2", "RuntimeError", "TypeError", "Traceback", "object"):
        assert hidden not in response.text
        assert hidden not in str(response.headers)
    assert response.headers["X-Correlation-Id"] == "found-by-this"
    [told] = [each for each in logged if each["event"] == "request_failed"]
    assert isinstance(told["exc_info"], Exception)


def test_a_refusal_is_said_with_its_code_detail_and_fields(faulty: httpx.Client) -> None:
    problem = expect_problem(faulty.get("/api/v1/faults/refusal"), 409, "sulking")
    assert problem["detail"] == "it is Monday"
    assert errors_by_field(problem)["day"]["value"] == "monday"


def test_what_is_away_is_said_to_be_with_a_time_to_try_again(faulty: httpx.Client) -> None:
    response = faulty.get("/api/v1/faults/away")
    assert expect_problem(response, 503, "unavailable")["detail"] == "the calendar is away"
    assert int(response.headers["Retry-After"]) > 0


def test_nobody_waits_beyond_the_deadline(
    faulty: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "OUTERMOST_DEADLINE_S", SHORT_DEADLINE_S)
    try:
        response = faulty.get("/api/v1/faults/slow")
    finally:
        LATE.send()
    expect_problem(response, 503, "unavailable")
    assert response.headers["Retry-After"]


def test_a_gateway_that_is_not_ready_says_what_is_missing(faulty: httpx.Client) -> None:
    errors = errors_by_field(expect_problem(faulty.get("/readyz"), 503, "not_ready"))
    assert errors["booking.database"]["detail"] == "connection refused"
    assert faulty.get("/healthz").json() == {"status": "alive"}


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, "<script>", "\xe9"])
def test_a_malformed_correlation_id_is_replaced(faulty: httpx.Client, given: str) -> None:
    headers = [(b"X-Correlation-Id", given.encode("latin-1"))]
    own = faulty.get("/healthz", headers=headers).headers["X-Correlation-Id"]
    assert own != given
    assert own.isalnum()


# Services that do not run


@pytest.fixture(scope="module")
def half_a_house(
    sqlite_databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """Profiles and the gateway run; booking, notifications and content do not."""
    mail = str(tmp_path_factory.mktemp("mail"))
    parts = (an_embedded_broker(), sqlite_databases.fresh(), mail)
    with a_house(*parts, services=("profiles", "gateway")) as running:
        yield running


def test_what_needs_a_service_that_does_not_run_is_unavailable_in_time(
    half_a_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "OUTERMOST_DEADLINE_S", SHORT_DEADLINE_S)
    for path in ("/api/v1/articles", f"/api/v1/specialists/{uuid4()}/slots"):
        response = half_a_house.http.get(path)
        expect_problem(response, 503, "unavailable")
        assert response.headers["Retry-After"]


def test_the_rest_of_the_platform_goes_on(half_a_house: House) -> None:
    http = half_a_house.http
    assert http.get("/api/v1/specialists").json()["items"] == []
    wrong = {"email": "nobody@example.org", "password": "a wrong password"}
    expect_problem(http.post("/api/v1/sessions", json=wrong), 401, "wrong_credentials")
    assert http.get("/readyz").status_code == 200


def test_nobody_is_taken_for_a_stranger_because_profiles_is_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A token that can't be checked is no bad token: 401 would make people sign in again."""
    monkeypatch.setattr(server, "OUTERMOST_DEADLINE_S", SHORT_DEADLINE_S)
    with served(Gateway) as http:
        response = http.get("/api/v1/me", headers={"Authorization": "Bearer e30.e30.e30"})
        expect_problem(response, 503, "unavailable")
        assert http.get("/healthz").status_code == 200
        assert http.get("/docs").status_code == 200


# The table of statuses


def test_each_refusal_has_a_status() -> None:
    for refusal in DomainError.by_code.values():
        if refusal is not DomainError:
            assert status_of(refusal) in STATUSES.values()
            assert 400 <= status_of(refusal) < 600
