"""Settings of an account: each page, what it saves, and where it says that something is wrong."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
from pyotp import TOTP

from chassis import json
from chassis.times import utc_now
from contracts.profiles.accounts import EmailChangeRequested
from contracts.profiles.preferences import Language
from gateway.pages.visitor import Visitor
from gateway.site.settings.devices import device
from gateway.site.settings.second_factors import qr_code, secret_in
from gateway.site.settings.settings import SETTINGS
from gateway.site.words.choices import countries, zone_groups
from tests.support.browsing import Browser, PageSeen, signed_in
from tests.support.eventually import eventually
from tests.support.factories import PASSWORD, Person, an_address, somebody
from tests.support.mailbox import mails_to

ANOTHER = "a sentence of my own"
STEP = timedelta(seconds=30)
FACTOR, CONFIRM = "/settings/second-factor", "/settings/second-factor/confirmation"


@pytest.fixture
def person(http: httpx.Client) -> Person:
    return somebody(http, "client", "Sam")


@pytest.fixture
def browser(http: httpx.Client, person: Person) -> Browser:
    return signed_in(http, person.email)


def set_up(browser: Browser) -> tuple[TOTP, list[str]]:
    """A second factor, set up by the pages: the authenticator, and the recovery codes."""
    page = browser.fill(browser.get(FACTOR), FACTOR, password=PASSWORD)
    totp = TOTP(re.sub(r"\s", "", shown_secret(page)))
    codes = browser.fill(page, CONFIRM, code=totp.at(utc_now() - STEP))
    return totp, re.findall(r"<li>((?:[a-z2-7]{4}-){3}[a-z2-7]{4})</li>", codes.html)


def shown_secret(page: PageSeen) -> str:
    found = re.search(r'class="secret[^"]*">([A-Z2-7 ]+)<', page.html)
    assert found, page.text
    return found[1]


# All of them


def test_the_list_leads_to_every_page_in_both_languages(browser: Browser) -> None:
    for prefix in ("", "/de"):
        page = browser.get(f"{prefix}/settings")
        for each in SETTINGS:
            assert f'href="{prefix}{each.path}"' in page.html
            shown = browser.get(f"{prefix}{each.path}")
            assert shown.status == 200
            assert f'href="{prefix}{each.path}" aria-current="page"' in shown.html
            assert shown.response.headers["Cache-Control"] == "no-store"


def test_who_is_not_signed_in_is_asked_to(http: httpx.Client) -> None:
    for each in SETTINGS:
        assert Browser(http).get(each.path).location.startswith("/sign-in?next=%2Fsettings")


# Name, password, e-mail address


def test_a_name_is_changed(browser: Browser, person: Person) -> None:
    page = browser.get("/settings/name")
    assert page.form("/settings/name").fields["display_name"] == ["Sam"]
    saved = browser.fill(page, "/settings/name", display_name="Alex")
    assert "Saved." in browser.followed(saved).text
    assert person.get("/me").json()["display_name"] == "Alex"
    blank = browser.fill(page, "/settings/name", display_name=" ")
    assert (blank.status, blank.title) == (422, "Error: Your name here · Firststep")


def test_a_password_is_changed_and_other_devices_are_signed_out(
    http: httpx.Client, browser: Browser, person: Person
) -> None:
    elsewhere = signed_in(http, person.email)
    page = browser.get("/settings/password")
    wrong = browser.fill(page, "/settings/password", current="wrong", new=ANOTHER)
    assert wrong.status == 403
    assert "Present password: That is not your password." in wrong.text
    assert wrong.form("/settings/password").fields["new"] == [""]
    easy = browser.fill(page, "/settings/password", current=PASSWORD, new="password1234")
    assert "New password: This password is too easy to guess." in easy.text
    done = browser.fill(page, "/settings/password", current=PASSWORD, new=ANOTHER)
    assert "Your password is changed." in browser.followed(done).text
    assert elsewhere.get("/settings").status == 303
    assert signed_in(http, person.email, ANOTHER)


def test_an_address_is_changed_once_its_link_is_opened_or_kept(
    http: httpx.Client, browser: Browser, person: Person
) -> None:
    new = an_address()
    page = browser.get("/settings/email")
    wrong = browser.fill(page, "/settings/email", email=new, password="wrong")
    assert "Password: That is not your password." in wrong.text
    assert wrong.form("/settings/email").fields["email"] == [new]
    asked = browser.followed(browser.fill(page, "/settings/email", email=new, password=PASSWORD))
    assert f"A mail with a link is on its way to {new}." in asked.text
    kept = browser.followed(browser.fill(asked, "/settings/email/stop"))
    assert "Your e-mail address stays as it is." in kept.text
    assert new not in kept.text

    browser.fill(kept, "/settings/email", email=new, password=PASSWORD)
    token = mails_to(http, new, EmailChangeRequested)[-1]["token"]
    done = browser.fill(browser.get(f"/verify-email?token={token}"), "/verify-email")
    assert done.location == "/settings/email"
    assert f"You sign in with {new}." in browser.followed(done).text


# The second factor


def test_a_second_factor_is_set_up_with_a_qr_code_or_by_typing(browser: Browser) -> None:
    page = browser.fill(browser.get(FACTOR), FACTOR, password=PASSWORD)
    assert page.status == 200
    assert "<svg" in page.html.partition('class="qr')[2]
    assert 'style="' not in page.html
    assert "Content-Encoding" not in page.response.headers
    wrong = browser.fill(page, CONFIRM, code="000000")
    assert "Code: This code is wrong, or was used before." in wrong.text
    assert shown_secret(wrong) == shown_secret(page)
    totp = TOTP(shown_secret(page).replace(" ", ""))
    codes = browser.fill(wrong, CONFIRM, code=totp.now())
    assert codes.h1 == "Your recovery codes"
    assert len(re.findall(r"<li>[a-z2-7]{4}-", codes.html)) == 10
    assert "data-print" in codes.html
    assert "Content-Encoding" not in codes.response.headers
    assert "It is on" in browser.get(FACTOR).text


def test_the_session_goes_on_with_the_second_factor(browser: Browser) -> None:
    before = browser.cookies["__Host-access"]
    set_up(browser)
    assert browser.cookies["__Host-access"] != before
    assert browser.get("/settings").status == 200


def test_a_wrong_password_is_said_beside_it(browser: Browser) -> None:
    page = browser.fill(browser.get(FACTOR), FACTOR, password="wrong")
    assert "Password: That is not your password." in page.text
    assert browser.get(CONFIRM).text.endswith("Set it up")


def test_with_it_each_change_of_consequence_takes_a_code(browser: Browser) -> None:
    _, codes = set_up(browser)
    for path, fields in (
        ("/settings/password", {"current": PASSWORD, "new": ANOTHER}),
        ("/settings/email", {"email": an_address(), "password": PASSWORD}),
        ("/settings/erasure", {"password": PASSWORD}),
    ):
        page = browser.get(path)
        missing = browser.fill(page, path, **fields)
        assert "Code: Please enter a code as well" in missing.text
    wrong = browser.fill(missing, path, password=PASSWORD, code="000000")
    assert (wrong.status, wrong.h1) == (401, "Erase your account")
    assert "Code: This code is wrong" in wrong.text
    right = browser.fill(wrong, path, password=PASSWORD, code=codes[0])
    assert right.location.startswith("/erasures/")


def test_recovery_codes_are_made_anew_and_shown_once(browser: Browser) -> None:
    none = browser.get("/settings/recovery-codes")
    assert "They belong to the second factor, which is off." in none.text
    _, codes = set_up(browser)
    path = "/settings/recovery-codes"
    fields = {"password": PASSWORD, "code": codes[0]}
    page = browser.fill(browser.get(path), path, **fields)
    assert "The earlier ones no longer work." in page.text
    assert codes[1] not in page.html
    again = browser.get(path)
    assert not re.search(r"[a-z2-7]{4}-[a-z2-7]{4}-[a-z2-7]{4}-", again.text)


def test_it_is_turned_off_with_both(browser: Browser, person: Person) -> None:
    _, codes = set_up(browser)
    path = "/settings/second-factor/removal"
    wrong = browser.fill(browser.get(FACTOR), path, password="wrong", code=codes[0])
    assert "Password: That is not your password." in wrong.text
    done = browser.fill(wrong, path, password=PASSWORD, code=codes[0])
    assert "The second factor is turned off." in browser.followed(done).text
    assert browser.get("/settings").status == 200


def test_a_qr_code_has_no_style_and_is_of_an_authenticator_alone() -> None:
    uri = "otpauth://totp/Firststep:sam%40example.org?secret=ABCDEFGHIJ&issuer=Firststep"
    assert "style" not in qr_code(uri)
    assert qr_code(uri).startswith("<svg")
    assert qr_code("https://evil.example") == ""
    assert secret_in(uri) == "ABCD EFGH IJ"


# Sessions


def test_devices_are_named_in_words_and_signed_out_one_by_one(
    http: httpx.Client, person: Person
) -> None:
    browser, other = signed_in(http, person.email), Browser(http)
    other.headers["User-Agent"] = "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/140.0"
    fields = {"email": person.email, "password": PASSWORD}
    other.fill(other.get("/sign-in"), "/sign-in", **fields)
    page = browser.get("/settings/sessions?tz=Europe/Lisbon")
    assert "Firefox on Windows" in page.text
    assert "Times are in Lisbon time." in page.text
    assert other.get("/settings").status == 200
    page = _with_one_other(browser, page)
    assert other.get("/settings").status == 303


def _with_one_other(browser: Browser, page: PageSeen) -> PageSeen:
    """All other devices are signed out, one by one."""
    while "Sign this device out" in page.text:
        ended = browser.fill(page, "/settings/sessions/end")
        page = browser.followed(ended)
        assert "That device is signed out." in page.text
    return page


def test_all_others_are_signed_out_at_once(http: httpx.Client, person: Person) -> None:
    browser = signed_in(http, person.email)
    others = [signed_in(http, person.email) for _ in range(2)]
    page = browser.get("/settings/sessions")
    done = browser.followed(browser.fill(page, "/settings/sessions/end-others"))
    assert "You are signed in on this device alone." in done.text
    assert [each.get("/settings").status for each in others] == [303, 303]
    assert browser.get("/settings").status == 200


def test_and_everywhere(browser: Browser) -> None:
    page = browser.get("/settings/sessions")
    done = browser.fill(page, "/settings/sessions/end-all")
    assert "You are signed out everywhere." in browser.followed(done).text
    assert "__Host-access" not in browser.cookies


def test_a_session_of_another_person_is_not_found(browser: Browser) -> None:
    assert browser.send("/settings/sessions/end", {"id": str(uuid4())}).status == 404


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140 Safari/537.36",
            "Chrome on Linux",
        ),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18) Version/18 Mobile Safari/604", "Safari on iPhone"),
        (
            "Mozilla/5.0 (Linux; Android 14) Chrome/140 Mobile Safari/537 EdgA/140",
            "Edge on Android",
        ),
        ("Mozilla/5.0 (Macintosh) Version/18 Safari/605", "Safari on macOS"),
        ("curl/8.5.0", "A program without a name"),
        (None, "A program without a name"),
    ],
)
def test_names_of_devices(agent: str | None, name: str) -> None:
    assert device(agent, Visitor()) == name


# Calendar feed, preferences


@pytest.mark.parametrize(
    ("discreet", "said"), [("true", "only that there is an appointment"), ("false", "with whom")]
)
def test_a_calendar_feed_is_shown_once_and_revoked(
    http: httpx.Client, browser: Browser, discreet: str, said: str
) -> None:
    path = "/settings/calendar-feed"
    made = browser.fill(browser.get(path), path, discreet=discreet)
    assert said in made.text
    address = re.search(r"https://firststep.example(/api/v1/calendar-feeds/\S+\.ics)", made.text)
    assert address, made.text
    assert http.get(address[1]).status_code == 200
    assert "Content-Encoding" not in made.response.headers
    assert address[1] not in browser.get(path).html
    revoked = browser.fill(browser.get(path), f"{path}/revocation")
    assert "no longer works" in browser.followed(revoked).text
    assert http.get(address[1]).status_code == 404


def test_preferences_are_saved_and_the_page_goes_on_in_that_language(
    browser: Browser, person: Person
) -> None:
    path = "/settings/preferences"
    wanted = {"time_zone": "America/Bogota", "language": "de", "country": "AT"}
    saved = browser.fill(browser.get(path), path, **wanted, discreet=True)
    assert saved.location == f"/de{path}"
    page = browser.followed(saved)
    assert "Gespeichert." in page.text
    assert page.title == "Kalender"  # what the browser's history keeps
    assert "favicon" not in page.html
    fields = page.form(f"/de{path}").fields
    assert (fields["time_zone"], fields["country"]) == (["America/Bogota"], ["AT"])
    assert fields["discreet"] == ["true"]
    assert person.get("/me/preferences").json() == {**wanted, "discreet": True}
    assert "Zeit in Bogot" in browser.get("/de/settings/sessions").text

    blank = {"time_zone": "", "country": "", "language": "en", "discreet": None}
    plain = browser.followed(browser.fill(page, f"/de{path}", **blank))
    assert plain.at == path
    assert plain.title == "Time zone, language, country · Firststep"
    stored = person.get("/me/preferences").json()
    assert (stored["time_zone"], stored["country"], stored["discreet"]) == (None, None, False)


def test_a_zone_that_is_none_is_said_beside_its_field(browser: Browser) -> None:
    path = "/settings/preferences"
    page = browser.send(path, {"time_zone": "Mars/Olympus", "language": "en", "country": ""})
    assert page.status == 422
    assert "Time zone: Not an IANA time zone" in page.text
    assert page.form(path).fields["time_zone"] == ["Mars/Olympus"]


@pytest.mark.parametrize("language", list(Language))
def test_every_zone_of_a_place_can_be_chosen_also_by_its_former_name(language: Language) -> None:
    groups = dict(zone_groups(Visitor(language=language).locale))
    asia = dict(groups["Asia"])
    assert {"Asia/Kolkata", "Asia/Calcutta", "Asia/Kathmandu"} <= asia.keys()
    assert asia["Asia/Calcutta"] == "Calcutta"


def test_places_and_countries_are_in_the_readers_language() -> None:
    german = Visitor(language=Language.DE).locale
    assert dict(dict(zone_groups(german))["Europe"])["Europe/Vienna"] == "Wien"
    assert dict(countries(german))["AT"] == "Österreich"
    assert len(countries(german)) > 240


# One's own data


def test_the_export_is_a_file(browser: Browser, person: Person) -> None:
    path = "/settings/export"
    answer = browser.fill(browser.get(path), path).response
    assert answer.headers["Content-Disposition"] == 'attachment; filename="firststep-export.json"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert json.loads(answer.content)["account_id"] == person.id


def test_an_account_is_erased_and_its_receipt_needs_none(
    http: httpx.Client, browser: Browser, person: Person
) -> None:
    path = "/settings/erasure"
    wrong = browser.fill(browser.get(path), path, password="wrong")
    assert "Password: That is not your password." in wrong.text
    done = browser.fill(wrong, path, password=PASSWORD)
    assert re.fullmatch(r"/erasures/[0-9a-f-]{36}", done.location)
    assert not [name for name in browser.cookies if name != "tz"]
    receipt = done.location
    eventually(lambda: "Complete" in Browser(http).get(receipt).text)
    for prefix, said in (
        ("", "Account, profile and sessions"),
        ("/de", "Konto, Profil und Sitzungen"),
    ):
        page = Browser(http).get(prefix + receipt)
        assert said in page.text
        assert person.email not in page.html
        assert "noindex" in page.html
    assert Browser(http).get(f"/erasures/{uuid4()}").status == 404
    assert Browser(http).get("/erasures/no-id").status == 404
