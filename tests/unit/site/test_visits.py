"""Who visits a page: language, zone, cookies, and forms from other sites."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request, Response

from chassis import json
from contracts.profiles.preferences import Language, Preferences
from contracts.profiles.sessions import Session
from gateway.http.cookies import Cookies, Me
from gateway.pages import times
from gateway.pages.carried import Carried, without_secrets
from gateway.pages.origin import ForeignForm, require_own
from gateway.pages.visitor import Visitor

SITE = "https://firststep.example"
AT = datetime(2026, 11, 30, 10, tzinfo=UTC)


def a_request(headers: Mapping[str, str] | None = None, host: str = "firststep.example") -> Request:
    return Request(
        EnvironBuilder(
            headers=list((headers or {}).items()), base_url=f"https://{host}"
        ).get_environ()
    )


def a_visitor(language: Language = Language.EN) -> Visitor:
    return Visitor(language=language)


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "null"},
        {"Origin": SITE},
    ],
)
def test_a_form_of_this_site_is_accepted(headers: dict[str, str]) -> None:
    require_own(a_request(headers), SITE)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site", "Origin": SITE},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "null"},
        {"Origin": "https://evil.example"},
        {"Origin": "http://firststep.example"},
        {"Origin": "https://firststep.example.evil.example"},
        {"Origin": "https://firststep.example:8443"},
    ],
)
def test_a_form_of_another_site_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(ForeignForm):
        require_own(a_request(headers), SITE)


def test_without_a_public_address_the_host_decides() -> None:
    require_own(a_request({"Origin": "http://127.0.0.1:8000"}, host="127.0.0.1:8000"), "")
    with pytest.raises(ForeignForm):
        require_own(a_request({"Origin": "http://127.0.0.1:9000"}, host="127.0.0.1:8000"), "")


def written(cookies: Cookies) -> list[str]:
    response = Response()
    cookies.write(response)
    return response.headers.getlist("Set-Cookie")


def test_over_https_no_other_host_can_set_a_cookie() -> None:
    cookies = Cookies(a_request(), secure=True)
    cookies.sign_in(Session(access_token="a", refresh_token="r", token_type="Bearer", expires_in=1))
    for each in written(cookies):
        assert each.startswith("__Host-")
        for attribute in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"):
            assert attribute in each
        assert "Domain" not in each
        assert "Max-Age" not in each


def test_signing_out_removes_what_was_there() -> None:
    cookies = Cookies(a_request({"Cookie": "access=a; refresh=r; tz=Europe/Lisbon"}), secure=False)
    cookies.sign_out()
    assert sorted(each.split("=")[0] for each in written(cookies)) == ["access", "refresh"]
    assert all("Max-Age=0" in each for each in written(cookies))


def test_what_is_known_of_an_account_survives_its_cookie() -> None:
    preferences = Preferences(
        time_zone="Europe/Lisbon", language=Language.DE, country="PT", discreet=True
    )
    me = Me.of("Zoë", preferences)
    assert Me.from_cookie(me.to_cookie()) == me


@pytest.mark.parametrize("value", ["", "x", "e30=", "W10=", "bnVsbA=="])
def test_a_malformed_cookie_says_nothing(value: str) -> None:
    assert Me.from_cookie(value) == Me()


@pytest.mark.parametrize(
    "forged",
    [
        {"name": ["Zoë"]},
        {"time_zone": 1},
        {"time_zone": ["Europe/Lisbon"]},
        {"country": 5},
        {"country": "../../de"},
        {"country": "D" * 1000},
        {"language": "xx"},
        {"discreet": "yes"},
    ],
)
def test_a_forged_cookie_says_nothing(forged: dict[str, object]) -> None:
    known = asdict(Me("Zoë", "Europe/Lisbon", "PT"))
    wire = json.dumps({**known, **forged})
    assert Me.from_cookie(base64.urlsafe_b64encode(wire).decode()) == Me()


def test_the_first_known_zone_is_taken() -> None:
    def zone(asked: str | None, setting: str | None, browser: str) -> str | None:
        return a_visitor().with_zone(asked, setting, browser).chosen_zone

    assert zone("europe/lisbon", "Europe/Berlin", "") == "Europe/Lisbon"
    assert zone("Mars/Olympus", "Europe/Berlin", "") == "Europe/Berlin"
    assert zone(None, None, "Asia/Calcutta") == "Asia/Calcutta"
    assert zone(None, None, "") is None


def test_paths_have_the_language() -> None:
    assert a_visitor().to("/") == "/"
    assert a_visitor(Language.DE).to("/") == "/de"
    assert a_visitor(Language.DE).to("/articles") == "/de/articles"
    assert a_visitor(Language.DE).to("/articles", Language.EN) == "/articles"


def test_a_form_is_carried_without_its_secrets() -> None:
    secrets = {"password": ["correct horse"], "uri": ["otpauth://totp/?secret=A"]}
    given = {"note": ["I sleep badly."], **secrets, "_key": ["1"]}
    sender, other = uuid4(), uuid4()
    field = Carried("/booking", without_secrets(given), str(sender)).to_field()
    found = Carried.from_form({"_carried": [field]})
    assert found is not None
    assert found.path == "/booking"
    assert found.fields == {"note": ["I sleep badly."]}
    assert found.is_of(sender)
    assert not found.is_of(other)
    assert not found.is_of(None)


@pytest.mark.parametrize("text", ["", "x", "eyJ9", "e30=", "bnVsbA=="])
def test_what_we_did_not_write_is_not_carried(text: str) -> None:
    assert Carried.from_form({"_carried": [text]}) is None


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (Language.EN, "Monday 30 November, 10:00"),
        (Language.DE, "Montag, 30. November, 10:00"),
    ],
)
def test_a_moment_names_the_day(language: Language, text: str) -> None:
    assert times.moment(AT, "Europe/Lisbon", a_visitor(language)) == text


def test_zones_have_the_names_of_places() -> None:
    assert times.zone_name("Europe/Lisbon", a_visitor()) == "Lisbon time"
    assert times.zone_name("Europe/Lisbon", a_visitor(Language.DE)) == "Zeit in Lissabon"
    assert times.zone_name("America/New_York", a_visitor()) == "New York time"
    assert times.zone_name("Etc/UTC", a_visitor()) == "UTC"


def test_offsets_are_those_of_the_day() -> None:
    assert times.offset("Europe/Berlin", AT) == "UTC+1"
    assert times.offset("Asia/Kolkata", AT) == "UTC+5:30"
    assert times.offset("America/New_York", AT) == "UTC−5"
    assert times.offset("Europe/Lisbon", AT) == "UTC"


def test_days_are_told_by_their_distance() -> None:
    today = date(2026, 11, 30)
    said = [times.distance(date(2026, 12, day), today, a_visitor()) for day in (1, 2, 8)]
    assert said == ["tomorrow", "in 2 days", "in 8 days"]
    assert times.distance(today, today, a_visitor(Language.DE)) == "heute"
