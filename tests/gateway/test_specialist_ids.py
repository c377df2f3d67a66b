"""Specialists in addresses: by id, slug or former slug."""

from __future__ import annotations

from uuid import uuid4

import httpx
import pytest

from tests.gateway.description import expect_problem
from tests.support.factories import Person, a_specialist, slots_of

API = "/api/v1/specialists"


@pytest.fixture(scope="module")
def specialist(http: httpx.Client) -> Person:
    return a_specialist(http, featured=True)


def rename(person: Person, name: str) -> str:
    slug: str = person.patch("/specialists/me", {"display_name": name}).json()["slug"]
    return slug


def a_name() -> str:
    return f"Łucja {uuid4().hex}"


def test_id_slug_and_former_slug_are_one_specialist(http: httpx.Client, specialist: Person) -> None:
    former = rename(specialist, a_name())
    slug = rename(specialist, a_name())
    assert former != slug
    assert slug.startswith("lucja-")
    for named in (specialist.id, specialist.id.upper(), slug, former):
        found = http.get(f"{API}/{named}").json()
        assert (found["id"], found["slug"]) == (specialist.id, slug)


def test_slots_are_found_by_slug_too(http: httpx.Client, specialist: Person) -> None:
    slug = rename(specialist, a_name())
    assert http.get(f"{API}/{slug}/slots?limit=500").json()["items"] == slots_of(specialist) != []


def test_what_is_remembered_under_a_slug_is_forgotten_with_a_change(
    http: httpx.Client, specialist: Person
) -> None:
    former, slug = rename(specialist, a_name()), rename(specialist, a_name())
    for headline in ("One way", "Another way"):
        specialist.patch("/specialists/me", {"headline": headline})
        for named in (slug, former, specialist.id):
            assert http.get(f"{API}/{named}").json()["headline"] == headline


@pytest.mark.parametrize(
    "named", ["no-such-slug", "Upper", "a_b", "x" * 81, "%00", "%C3%A9", "a%2Fb", "-", str(uuid4())]
)
def test_an_unknown_name_is_not_found(http: httpx.Client, named: str) -> None:
    expect_problem(http.get(f"{API}/{named}"), 404, "not_found")
    expect_problem(http.get(f"{API}/{named}/slots"), 404, "not_found")


def test_a_slug_does_not_stand_for_an_id_where_only_admins_look(
    http: httpx.Client, specialist: Person
) -> None:
    slug = rename(specialist, a_name())
    expect_problem(http.get(f"{API}/{slug}/history"), 404, "not_found")


# Pages


def test_pages_lead_from_id_and_former_slug_to_the_slug(
    http: httpx.Client, specialist: Person
) -> None:
    former, slug = rename(specialist, a_name()), rename(specialist, a_name())
    for named in (specialist.id, former):
        response = http.get(f"/specialists/{named}?visit=1&x=%C3%A9")
        assert response.status_code == 301
        assert response.headers["Location"] == f"/specialists/{slug}?visit=1&x=%C3%A9"


@pytest.mark.parametrize("named", ["no-such-slug", str(uuid4()), "x%0d%0aSet-Cookie:a"])
def test_pages_of_nobody_are_not_found(http: httpx.Client, named: str) -> None:
    assert http.get(f"/specialists/{named}").status_code == 404
