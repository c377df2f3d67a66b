"""``If-Match``: who writes over what somebody else has changed meanwhile is told so."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import httpx
import pytest

from tests.gateway.description import expect_problem
from tests.support.eventually import eventually
from tests.support.factories import Person, a_licence, a_specialist, an_availability, somebody
from tests.support.service_client import at_once

PROFILE = "/specialists/me"
AVAILABILITY = "/specialists/me/availability"
LICENCE = "/specialists/me/licence"
WRITES: dict[str, tuple[str, Callable[[int], dict[str, Any]]]] = {
    PROFILE: ("PATCH", lambda n: {"headline": f"Way {n}"}),
    AVAILABILITY: ("PUT", lambda n: {**an_availability(), "horizon_days": 30 + n}),
    LICENCE: (
        "PUT",
        lambda n: a_licence(number=f"N-{n}"),
    ),
}


@pytest.fixture(scope="module")
def specialist(http: httpx.Client) -> Person:
    return a_specialist(http, featured=True)


def read(person: Person, path: str) -> httpx.Response:
    response = person.get(path)
    assert response.status_code == 200, response.text
    return response


def write(person: Person, path: str, n: int, if_match: str | None = None) -> httpx.Response:
    method, body = WRITES[path]
    headers = {} if if_match is None else {"If-Match": if_match}
    return person.call(method, path, json=body(n), headers=headers)


@pytest.mark.parametrize("path", WRITES)
def test_a_write_takes_the_version_that_was_read_and_no_older_one(
    specialist: Person, path: str
) -> None:
    etag = read(specialist, path).headers["ETag"]
    assert etag.startswith('"')
    assert write(specialist, path, 1, etag).status_code == 200
    refused = write(specialist, path, 2, etag)
    expect_problem(refused, 412, "stale")
    present = read(specialist, path)
    assert refused.headers["ETag"] == present.headers["ETag"] != etag
    assert write(specialist, path, 2, refused.headers["ETag"]).status_code == 200


@pytest.mark.parametrize("path", WRITES)
@pytest.mark.parametrize("given", [None, "*", '"another", {}', "{}"])
def test_without_a_version_or_with_one_of_several_the_write_goes_on(
    specialist: Person, path: str, given: str | None
) -> None:
    etag = read(specialist, path).headers["ETag"]
    if_match = None if given is None else given.format(etag)
    assert write(specialist, path, 3, if_match).status_code == 200


@pytest.mark.parametrize("path", WRITES)
@pytest.mark.parametrize("given", ['"another"', "W/{}", "", "rubbish", '"'])
def test_what_names_no_present_version_is_stale(specialist: Person, path: str, given: str) -> None:
    before = read(specialist, path)
    given = given.format(before.headers["ETag"])
    expect_problem(write(specialist, path, 4, given), 412, "stale")
    assert read(specialist, path).json() == before.json()


@pytest.mark.parametrize("path", WRITES)
def test_of_many_who_write_over_one_version_at_once_one_does(specialist: Person, path: str) -> None:
    write(specialist, path, 0)
    etag = read(specialist, path).headers["ETag"]
    answers: list[Any] = at_once([partial(write, specialist, path, n, etag) for n in range(10, 15)])
    assert sorted(each.status_code for each in answers) == [200, 412, 412, 412, 412]


@pytest.mark.parametrize("path", WRITES)
def test_the_etag_says_that_there_is_no_change(specialist: Person, path: str) -> None:
    first = read(specialist, path)
    assert first.headers["Cache-Control"] == "private, no-cache"
    again = specialist.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_fact_that_follows_from_elsewhere_is_another_etag_and_makes_nothing_stale(
    http: httpx.Client,
) -> None:
    person = a_specialist(http, featured=True)
    before = read(person, PROFILE)
    shut = {**an_availability(), "offers_free_consultations": False}
    assert person.put(AVAILABILITY, shut).status_code == 200
    eventually(lambda: not read(person, PROFILE).json()["featured"])
    assert read(person, PROFILE).headers["ETag"] != before.headers["ETag"]
    assert write(person, PROFILE, 5, before.headers["ETag"]).status_code == 200


def test_where_there_is_no_licence_yet_no_version_of_one_is_met(http: httpx.Client) -> None:
    person = somebody(http, "specialist")
    for given in ('"x"', "*"):
        refused = write(person, LICENCE, 1, given)
        expect_problem(refused, 412, "stale")
        assert "ETag" not in refused.headers


def test_the_description_says_so(http: httpx.Client) -> None:
    paths = http.get("/openapi.json").json()["paths"]
    for path, (method, _) in WRITES.items():
        write_operation = paths[f"/api/v1{path}"][method.lower()]
        assert "If-Match" in {each["name"] for each in write_operation["parameters"]}
        assert "ETag" in write_operation["responses"]["412"]["headers"]
        assert "`stale`" in write_operation["responses"]["412"]["description"]
        assert "ETag" in paths[f"/api/v1{path}"]["get"]["responses"]["200"]["headers"]
