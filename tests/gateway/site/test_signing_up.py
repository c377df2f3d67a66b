"""Signing up by the pages, and what the links of mails open."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from chassis.events import Event
from contracts.profiles.accounts import (
    EmailChangeRequested,
    EmailVerificationRequested,
    PasswordResetRequested,
)
from tests.support.browsing import Browser, PageSeen, signed_in
from tests.support.factories import PASSWORD, a_client, an_address, somebody
from tests.support.mailbox import link_to, mails_to

ANOTHER = "a sentence of my own"
SIGN_UP: dict[str, Any] = {
    "display_name": "Sam",
    "password": PASSWORD,
    "terms": True,
    "health_data": True,
}


def sign_up(browser: Browser, email: str, **changes: Any) -> PageSeen:
    page = browser.get("/sign-up")
    return browser.fill(page, "/sign-up", **{**SIGN_UP, "email": email, **changes})


def token_of(http: httpx.Client, email: str, kind: type[Event], which: str = "token") -> str:
    return str(mails_to(http, email, kind)[-1][which])


# Signing up


def test_a_new_person_signs_up_and_confirms_with_one_button(http: httpx.Client) -> None:
    browser, email = Browser(http), an_address()
    asked = sign_up(browser, email)
    assert (asked.status, asked.location) == (303, "/sign-up/check-mail")
    assert browser.followed(asked).h1 == "Look in your mail"

    page = browser.get(f"/verify-email?token={link_to(http, email)}")
    assert page.form("/verify-email").fields.keys() == {"_key", "token"}
    confirmed = browser.fill(page, "/verify-email")
    assert "Your e-mail address is confirmed." in browser.followed(confirmed).text
    assert "__Host-sign-up" not in browser.cookies
    assert email in browser.get("/settings").text


def test_a_specialist_comes_by_a_link_that_has_chosen(http: httpx.Client) -> None:
    browser, email = Browser(http), an_address()
    page = browser.get("/sign-up?role=specialist")
    assert page.form("/sign-up").fields["role"] == ["specialist"]
    browser.fill(page, "/sign-up", **{**SIGN_UP, "email": email, "health_data": None})
    browser.fill(browser.get(f"/verify-email?token={link_to(http, email)}"), "/verify-email")
    assert "Desk" in browser.get("/settings").html


def test_the_answer_is_the_same_for_an_address_that_has_an_account(http: httpx.Client) -> None:
    known = a_client(http).email
    seen = []
    for email in (known, an_address()):
        browser = Browser(http)
        answer = sign_up(browser, email)
        page = browser.followed(answer)
        seen.append((answer.status, answer.location, sorted(browser.cookies), page.text))
    assert seen[0] == seen[1]


@pytest.mark.parametrize("missing", ["terms", "health_data"])
def test_a_client_agrees_to_both_texts(http: httpx.Client, missing: str) -> None:
    browser, email = Browser(http), an_address()
    answer = sign_up(browser, email, **{missing: None})
    assert answer.status == 422
    assert answer.form("/sign-up").fields["display_name"] == ["Sam"]
    assert mails_to(http, email, EmailVerificationRequested) == []
    said = {"terms": "Please agree to the terms of use", "health_data": "Please consent"}
    assert said[missing] in answer.text


def test_a_text_that_changed_meanwhile_is_agreed_to_again(http: httpx.Client) -> None:
    answer = sign_up(Browser(http), an_address(), terms="1999")
    assert answer.status == 422
    assert 'id="send_sign_up-terms-error"' in answer.html
    assert "This text has changed meanwhile." in answer.text
    assert "terms" not in answer.form("/sign-up").fields


def test_language_zone_and_country_are_those_of_the_mail(http: httpx.Client) -> None:
    browser, email = Browser(http), an_address()
    browser.cookies["tz"] = "Asia/Calcutta"
    page = browser.get("/de/sign-up")
    prefilled = page.form("/de/sign-up").fields
    assert (prefilled["language"], prefilled["time_zone"]) == (["de"], ["Asia/Calcutta"])
    browser.fill(page, "/de/sign-up", **{**SIGN_UP, "email": email, "country": "AT"})
    [mail] = mails_to(http, email, EmailVerificationRequested)
    told = (mail["language"], mail["time_zone"], mail["country"])
    assert told == ("de", "Asia/Calcutta", "AT")


def test_what_is_wrong_is_said_at_its_field(http: httpx.Client) -> None:
    answer = sign_up(Browser(http), "no address", password="short", display_name="")
    assert answer.status == 422
    assert "Password: Please use 12 to 200 characters." in answer.text
    assert "E-mail address: Not a valid email address" in answer.text
    common = sign_up(Browser(http), an_address(), password="password1234")
    assert "Password: This password is too easy to guess." in common.text


def test_the_link_is_sent_again(http: httpx.Client) -> None:
    browser, email = Browser(http), an_address()
    page = browser.followed(sign_up(browser, email))
    answer = browser.fill(page, "/sign-up/check-mail", email=email)
    assert "is on its way again" in browser.followed(answer).text
    assert len(mails_to(http, email, EmailVerificationRequested)) == 2


# Links of mails


@pytest.mark.parametrize("path", ["/verify-email", "/reset-password", "/stop-email-change"])
def test_opening_a_link_changes_nothing_and_its_token_stays_here(
    http: httpx.Client, path: str
) -> None:
    email = an_address()
    sign_up(Browser(http), email)
    token = link_to(http, email)
    for prefix in ("", "/de"):
        page = Browser(http).get(f"{prefix}{path}?token={token}")
        assert page.status == 200
        assert page.form(f"{prefix}{path}").fields["token"] == [token]
        assert page.response.headers["Cache-Control"] == "no-store"
        assert page.response.headers["Referrer-Policy"] == "same-origin"
        assert "Content-Encoding" not in page.response.headers
        assert 'name="robots" content="noindex"' in page.html
    assert Browser(http).get(f"/sign-in/code?token={token}").status == 200
    assert http.post("/api/v1/sessions", json={"email": email, "password": PASSWORD}).is_error


@pytest.mark.parametrize("path", ["/verify-email", "/reset-password", "/stop-email-change"])
@pytest.mark.parametrize("token", ["", "cut"])
def test_a_link_that_was_cut_off_is_said_to_be(http: httpx.Client, path: str, token: str) -> None:
    browser = Browser(http)
    fields = (
        {"token": token, "password": ANOTHER} if path == "/reset-password" else {"token": token}
    )
    answer = browser.send(path, fields)
    assert answer.status == 422
    assert "This link is not complete." in answer.text


def test_another_browser_is_asked_for_the_password_of_the_sign_up(http: httpx.Client) -> None:
    email, other = an_address(), Browser(http)
    sign_up(Browser(http), email)
    page = other.get(f"/verify-email?token={link_to(http, email)}")
    assert "we ask for your password once" in page.text
    blank = other.fill(page, "/verify-email")
    assert "Please enter the password that you chose" in blank.text
    wrong = other.fill(blank, "/verify-email", password="wrong wrong wrong")
    assert "Password: That is not your password." in wrong.text
    right = other.fill(wrong, "/verify-email", password=PASSWORD)
    assert right.status == 303
    assert email in other.get("/settings").text


def test_or_the_owner_of_the_mailbox_chooses_a_new_one(http: httpx.Client) -> None:
    email, other = an_address(), Browser(http)
    sign_up(Browser(http), email)
    asked = other.get(f"/verify-email?token={link_to(http, email)}")
    assert other.fill(asked, "/verify-email", new_password=ANOTHER).status == 303
    assert signed_in(http, email, ANOTHER)


def test_a_link_that_was_followed_leads_to_signing_in(http: httpx.Client) -> None:
    browser, email = Browser(http), an_address()
    sign_up(browser, email)
    page = browser.get(f"/verify-email?token={link_to(http, email)}")
    browser.fill(page, "/verify-email")
    again = Browser(http).send("/verify-email", {"token": link_to(http, email)})
    assert again.status == 409
    assert "is confirmed already" in again.text
    assert '<a href="/sign-in">' in again.html


def test_a_forgotten_password_is_replaced(http: httpx.Client) -> None:
    person, browser = somebody(http, "client"), Browser(http)
    elsewhere = signed_in(http, person.email)
    asked = browser.fill(browser.get("/forgotten"), "/forgotten", email=person.email)
    assert browser.followed(asked).h1 == "Look in your mail"
    token = token_of(http, person.email, PasswordResetRequested)
    page = browser.get(f"/reset-password?token={token}")
    short = browser.fill(page, "/reset-password", password="short")
    assert "New password: Please use 12 to 200 characters." in short.text
    done = browser.fill(short, "/reset-password", password=ANOTHER)
    assert done.location == "/sign-in"
    assert "Your password is changed." in browser.followed(done).text
    assert signed_in(http, person.email, ANOTHER)
    assert elsewhere.get("/settings").location.startswith("/sign-in")
    again = browser.send("/reset-password", {"token": token, "password": f"{ANOTHER} again"})
    assert "This link was used already" in again.text


def test_a_forgotten_password_reveals_no_account(http: httpx.Client) -> None:
    known, seen = a_client(http).email, []
    for email in (known, an_address()):
        browser = Browser(http)
        answer = browser.fill(browser.get("/forgotten"), "/forgotten", email=email)
        seen.append((answer.status, answer.location, browser.followed(answer).text))
    assert seen[0] == seen[1]


def test_a_change_of_address_is_made_by_one_button(http: httpx.Client) -> None:
    person, new = somebody(http, "client"), an_address()
    person.post("/me/email", {"email": new, "password": PASSWORD})
    browser = Browser(http)
    token = token_of(http, new, EmailChangeRequested)
    done = browser.fill(browser.get(f"/verify-email?token={token}"), "/verify-email")
    assert done.location == "/sign-in"
    assert "Your new e-mail address is confirmed." in browser.followed(done).text
    assert signed_in(http, new)


def test_and_stopped_by_one_button(http: httpx.Client) -> None:
    person, new = somebody(http, "client"), an_address()
    person.post("/me/email", {"email": new, "password": PASSWORD})
    browser = Browser(http)
    token = token_of(http, new, EmailChangeRequested, "stop_token")
    page = browser.get(f"/de/stop-email-change?token={token}")
    done = browser.fill(page, "/de/stop-email-change")
    assert (done.status, done.h1) == (200, "Ihre E-Mail-Adresse bleibt, wie sie ist")
    assert person.get("/me").json()["pending_email"] is None


def test_password_managers_find_where_passwords_are_changed(http: httpx.Client) -> None:
    answer = http.get("/.well-known/change-password")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/settings/password")
    absent = "/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200"
    assert http.get(absent).status_code == 404
