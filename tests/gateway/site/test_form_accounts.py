"""Forms act for the account that their page was shown to, and for no other one."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

import gateway.site
from chassis.context import Caller
from chassis.errors import NotFound
from contracts.profiles.accounts import Role
from gateway.http.declaration import IN_BRACES
from gateway.pages.carried import Carried
from gateway.pages.declaration import PageDeclaration
from gateway.pages.form_handler import FormHandler
from gateway.pages.page import pages_of
from gateway.service import Gateway
from tests.support.browsing import Browser, PageSeen, signed_in
from tests.support.factories import PASSWORD, Person, somebody
from tests.support.tokens import KEY, a_token_of

TEMPLATES = Path(gateway.site.__file__).with_name("templates")
FORM = re.compile(r"<form[^>]*method=\"post\".*?</form>", re.DOTALL)
FOR_ANYONE = re.compile(r"{{ to\(\"/(sign-out|leave)\"\) }}")
OF_AN_ACCOUNT = [each for each, _ in pages_of(Gateway) if each.again and each.needs_account]
EACH_FORM = pytest.mark.parametrize("declaration", OF_AN_ACCOUNT, ids=lambda each: each.path)
WRITTEN = "What I wrote"


@pytest.fixture(scope="module")
def person(http: httpx.Client) -> Person:
    return somebody(http, "client", "Sam")


@pytest.fixture(scope="module")
def other(http: httpx.Client) -> Person:
    return somebody(http, "client", "Robin")


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths of the forms whose fields were read so far, which then end."""
    paths: list[str] = []

    def read(handler: FormHandler, *_: Any) -> dict[str, Any]:
        paths.append(handler.declaration.path)
        raise NotFound

    monkeypatch.setattr(FormHandler, "_body", read)
    monkeypatch.setattr(FormHandler, "_with_rows", read)
    return paths


def everyone(person: Person) -> Browser:
    """A visitor with every role."""
    caller = Caller(UUID(person.id), frozenset(Role), verified=True, second_factor=True)
    return Browser(person.http, {"__Host-access": a_token_of(KEY, caller)})


def path_of(declaration: PageDeclaration) -> str:
    return IN_BRACES.sub(str(uuid4()), declaration.path)


@EACH_FORM
def test_a_form_is_taken_from_the_account_that_it_was_shown_to_alone(
    person: Person, other: Person, taken: list[str], declaration: PageDeclaration
) -> None:
    browser = everyone(person)
    for mark in ("", "nobody", other.id):
        for more in ({}, {"_add": "x"}, {"_remove": "x.0"}):
            answer = browser.send(path_of(declaration), {"_account": mark, **more})
            assert answer.status in (409, 404), answer.text
    assert taken == []
    browser.send(path_of(declaration), {"_account": person.id})
    assert taken == [declaration.path]


@EACH_FORM
def test_what_bears_no_account_is_carried_through_no_sign_in(
    http: httpx.Client, person: Person, declaration: PageDeclaration
) -> None:
    path, browser = path_of(declaration), Browser(http)
    asked = browser.send(path, {"_account": "", "display_name": WRITTEN})
    assert (asked.status, asked.h1) == (401, "Sign in")
    assert "_carried" not in asked.html
    made_up = Carried(path, {"display_name": [WRITTEN]}, "").to_field()
    fields = {"email": person.email, "password": PASSWORD, "_carried": made_up}
    answer = browser.send("/sign-in", fields)
    assert (answer.status, answer.location) == (303, "/consultations")


def test_forms_of_pages_name_the_account_that_they_are_shown_to() -> None:
    """They are made by ``posted``, or have ``beside_fields``; two forms are for anyone."""
    forms = [
        form for each in TEMPLATES.rglob("*.html") for form in FORM.findall(each.read_text("utf-8"))
    ]
    assert len(forms) > 5
    assert [
        each for each in forms if "beside_fields(" not in each and not FOR_ANYONE.search(each)
    ] == []


def opened_by_another_account(http: httpx.Client, person: Person, other: Person) -> PageSeen:
    """The answer to a form that was open while another account signed in in the same browser."""
    browser = signed_in(http, person.email)
    page = browser.get("/settings/name")
    browser.cookies = signed_in(http, other.email).cookies
    return browser.fill(page, "/settings/name", display_name=WRITTEN)


def test_a_form_of_another_account_changes_nothing_and_says_so(
    http: httpx.Client, person: Person, other: Person
) -> None:
    answer = opened_by_another_account(http, person, other)
    assert (answer.status, answer.title) == (409, "Error: Your name here · Firststep")
    assert "You are signed in to another account" in answer.text
    assert WRITTEN not in answer.html
    assert person.id not in answer.html
    form = answer.form("/settings/name")
    assert (form.fields["display_name"], form.fields["_account"]) == (["Robin"], [other.id])
    assert other.get("/me").json()["display_name"] == "Robin"


def test_a_form_that_is_shown_again_can_be_sent(
    http: httpx.Client, person: Person, other: Person
) -> None:
    answer = opened_by_another_account(http, person, other)
    browser = signed_in(http, other.email)
    assert browser.fill(answer, "/settings/name").status == 303
