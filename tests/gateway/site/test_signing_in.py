"""Signing in by the pages: with and without a second factor, and back to where one was."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

import httpx
import pytest
from pyotp import TOTP

from chassis.times import utc_now
from gateway.site.words.refusals import NEXT_STEPS
from tests.support.browsing import Browser, PageSeen, signed_in
from tests.support.factories import PASSWORD, Person, an_address, somebody

CODE = "/sign-in/code"
STEP = timedelta(seconds=30)


@pytest.fixture(scope="module")
def person(http: httpx.Client) -> Person:
    return somebody(http, "client", "Sam")


def protected(http: httpx.Client) -> tuple[Person, TOTP, list[str]]:
    """A person with a second factor, their authenticator, and their recovery codes."""
    person = somebody(http, "client")
    totp = TOTP(person.post("/me/totp", {"password": PASSWORD}).json()["secret"])
    confirmed = person.put("/me/totp", {"code": totp.at(utc_now() - STEP)})
    return person, totp, confirmed.json()["codes"]


def asked_for_code(browser: Browser, person: Person, **query: str) -> PageSeen:
    path = f"/sign-in?{urlencode(query)}" if query else "/sign-in"
    return browser.fill(browser.get(path), "/sign-in", email=person.email, password=PASSWORD)


# The password


def test_the_right_password_leads_to_the_page_that_was_wanted(
    http: httpx.Client, person: Person
) -> None:
    browser = Browser(http)
    wanted = browser.get("/settings/name?tz=Europe/Lisbon")
    assert wanted.location == "/sign-in?next=%2Fsettings%2Fname%3Ftz%3DEurope%2FLisbon"
    sign_in = browser.followed(wanted)
    answer = browser.fill(sign_in, "/sign-in", email=person.email, password=PASSWORD)
    assert (answer.status, answer.location) == (303, "/settings/name?tz=Europe/Lisbon")
    assert "Your name here" in browser.followed(answer).h1


def test_a_wrong_password_is_told_as_an_unknown_address_is(
    http: httpx.Client, person: Person
) -> None:
    browser = Browser(http)
    said = {}
    for email in (person.email, an_address()):
        answer = browser.fill(browser.get("/sign-in"), "/sign-in", email=email, password="wrong")
        said[email] = answer.html.replace(email, "")
        assert (answer.status, answer.title) == (401, "Error: Sign in · Firststep")
        assert 'href="/forgotten"' in answer.html
        assert answer.form("/sign-in").fields["email"] == [email]
        assert answer.form("/sign-in").fields["password"] == [""]
    first, second = (_without_keys(each) for each in said.values())
    assert first == second


def _without_keys(html: str) -> list[str]:
    return [line for line in html.splitlines() if '"_key"' not in line]


def test_blank_fields_are_named(http: httpx.Client) -> None:
    browser = Browser(http)
    answer = browser.fill(browser.get("/sign-in"), "/sign-in", email="", password="")
    assert answer.status == 422
    assert "E-mail address: Please fill this in." in answer.text
    german = browser.fill(browser.get("/de/sign-in"), "/de/sign-in", email="", password="x")
    assert "E-Mail-Adresse: Bitte füllen Sie das aus." in german.text


def test_who_wants_to_the_desk_is_told_why_to_sign_in(http: httpx.Client) -> None:
    browser = Browser(http)
    page = browser.get("/sign-in?next=/desk/profile")
    assert "To create your specialist profile, please log in to your account." in page.text
    assert 'href="/sign-up?role=specialist"' in page.html
    assert "Um Ihr Profil als Fachperson anzulegen" in browser.get("/de/sign-in?next=/desk").text


def test_who_is_signed_in_goes_on(http: httpx.Client, person: Person) -> None:
    browser = signed_in(http, person.email)
    assert browser.get("/sign-in?next=/settings").location == "/settings"


def test_signing_out_ends_the_session(http: httpx.Client, person: Person) -> None:
    browser = signed_in(http, person.email)
    copied = dict(browser.cookies)
    answer = browser.fill(browser.get("/settings"), "/sign-out")
    assert "You have signed out." in browser.followed(answer).text
    assert browser.get("/settings").location.startswith("/sign-in")
    browser.cookies = copied
    assert browser.get("/settings").location.startswith("/sign-in")


# The code


def test_the_code_is_asked_for_on_a_page_of_its_own(http: httpx.Client) -> None:
    person, totp, _ = protected(http)
    browser = Browser(http)
    page = asked_for_code(browser, person, next="/settings/email")
    assert (page.status, page.h1) == (200, "Your code")
    assert PASSWORD not in page.html
    assert 'inputmode="numeric" autocomplete="one-time-code"' in page.html
    assert "Content-Encoding" not in page.response.headers
    answer = browser.fill(page, CODE, code=f" {totp.now()[:3]} {totp.now()[3:]}")
    assert (answer.status, answer.location) == (303, "/settings/email")
    assert browser.get("/settings/email").status == 200


def test_a_recovery_code_will_do(http: httpx.Client) -> None:
    person, _, codes = protected(http)
    browser = Browser(http)
    answer = browser.fill(asked_for_code(browser, person), CODE, code=codes[3])
    assert answer.status == 303


def test_a_wrong_code_is_said_beside_its_field_and_can_be_mended(http: httpx.Client) -> None:
    person, _, codes = protected(http)
    browser = Browser(http)
    page = browser.fill(asked_for_code(browser, person, next="/settings"), CODE, code="000000")
    assert page.status == 401
    assert "Code: This code is wrong, or was used before." in page.text
    assert page.form(CODE).fields["code"] == [""]
    answer = browser.fill(page, CODE, code=codes[0])
    assert (answer.status, answer.location) == (303, "/settings")


@pytest.mark.parametrize("challenge", ["", "none"])
def test_without_a_challenge_it_begins_again_and_goes_on_to_the_same_page(
    http: httpx.Client, challenge: str
) -> None:
    browser = Browser(http)
    answer = browser.send(CODE, {"code": "123456", "challenge": challenge, "next": "/settings"})
    assert (answer.status, answer.h1) == (401, "Sign in")
    assert "More than five minutes have passed" in answer.text
    assert answer.form("/sign-in").fields["next"] == ["/settings"]


def test_the_code_page_by_itself_leads_to_the_password(http: httpx.Client) -> None:
    page = Browser(http).get(CODE)
    assert "First comes your password" in page.text
    assert page.status == 200


# A form whose session has ended


def test_a_form_goes_on_after_password_and_code(http: httpx.Client) -> None:
    person, _, codes = protected(http)
    browser = Browser(http)
    browser.fill(asked_for_code(browser, person), CODE, code=codes[0])
    page = browser.get("/settings/name")
    browser.cookies.clear()
    asked = browser.fill(page, "/settings/name", display_name="What I wrote")
    assert (asked.status, asked.h1) == (401, "Sign in")
    assert "what you wrote is kept" in asked.text

    wrong = browser.fill(asked, "/sign-in", email=person.email, password="wrong")
    code = browser.fill(wrong, "/sign-in", email=person.email, password=PASSWORD)
    assert code.h1 == "Your code"
    wrong = browser.fill(code, CODE, code="000000")
    back = browser.fill(wrong, CODE, code=codes[1])

    assert (back.status, back.h1) == (200, "Your name here")
    assert back.form("/settings/name").fields["display_name"] == ["What I wrote"]
    assert "_carried" not in back.html
    saved = browser.fill(back, "/settings/name")
    assert "Saved." in browser.followed(saved).text


def test_another_account_does_not_see_what_was_written(http: httpx.Client, person: Person) -> None:
    browser, other = signed_in(http, person.email), somebody(http, "client")
    page = browser.get("/settings/name")
    browser.cookies.clear()
    asked = browser.fill(page, "/settings/name", display_name="What I wrote")
    answer = browser.fill(asked, "/sign-in", email=other.email, password=PASSWORD)
    assert (answer.status, answer.location) == (303, "/consultations")
    assert "What I wrote" not in answer.html
    assert browser.get("/settings").status == 200


def test_passwords_and_codes_are_not_carried(http: httpx.Client, person: Person) -> None:
    browser = signed_in(http, person.email)
    page = browser.get("/settings/password")
    browser.cookies.clear()
    asked = browser.fill(page, "/settings/password", current=PASSWORD, new="a sentence of my own")
    back = browser.fill(asked, "/sign-in", email=person.email, password=PASSWORD)
    assert back.h1 == "Change password"
    assert "a sentence of my own" not in asked.html + back.html


def test_a_code_that_is_too_late_keeps_what_was_written(http: httpx.Client) -> None:
    person, _, _ = protected(http)
    browser = Browser(http)
    written = {"display_name": "What I wrote", "_account": person.id}
    asked = browser.send("/settings/name", written)
    code = browser.fill(asked, "/sign-in", email=person.email, password=PASSWORD)
    late = browser.fill(code, CODE, code="123456", challenge="too old")
    assert "More than five minutes" in late.text
    assert late.form("/sign-in").fields["_carried"] == asked.form("/sign-in").fields["_carried"]


def test_each_step_after_a_refusal_leads_to_a_page(http: httpx.Client) -> None:
    browser = Browser(http)
    own = {"/sign-in", "/forgotten", "/settings/second-factor"}
    for step in NEXT_STEPS.values():
        if step.path in own:
            assert browser.open(step.path).status == 200
