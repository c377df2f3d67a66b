"""Preferences over HTTP: from sign-up on, and replaced as a whole."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from contracts.profiles.accounts import EmailVerificationRequested
from contracts.profiles.preferences import Language
from gateway.http.languages import preferred_language
from tests.support.factories import (
    Person,
    a_client,
    a_sign_up,
    an_address,
    from_anywhere,
    sign_up,
)
from tests.support.mailbox import mails_to

GERMAN = {"time_zone": "Europe/Berlin", "language": "de", "country": "DE", "discreet": True}


@pytest.fixture(scope="module")
def client(http: httpx.Client) -> Person:
    return a_client(http)


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-AT, en;q=0.5", "de"),
        ("DE-ch", "de"),
        ("en-GB,en;q=0.9,de;q=0.8", "en"),
        ("en;q=0.1, de;q=0.9", "de"),
        ("fr, de;q=0.2", "de"),
        ("de;q=0, en", "en"),
        ("de;q=0", "en"),
        ("fr, ja", "en"),
        ("*", "en"),
        ("den", "en"),
        ("de;q=nonsense, \x00", "en"),
    ],
)
def test_the_first_language_of_ours_is_taken_and_english_where_there_is_none(
    header: str, language: str
) -> None:
    accepted = parse_accept_header(header, LanguageAccept)
    assert preferred_language(accepted) == Language(language)


def signed_up_from(http: httpx.Client, languages: str | None, **said: Any) -> dict[str, Any]:
    """What was told of a sign-up by a browser that accepts these languages."""
    email = an_address()
    wanted = a_sign_up(email=email)
    headers = from_anywhere() | ({} if languages is None else {"Accept-Language": languages})
    answer = http.post("/api/v1/accounts", json=wanted | said, headers=headers)
    assert answer.status_code == 202, answer.text
    [told] = mails_to(http, email, EmailVerificationRequested)
    return told


@pytest.mark.parametrize(
    ("languages", "said", "language"),
    [
        ("de-DE,de;q=0.9,en;q=0.8", {}, "de"),
        ("de-DE", {"language": "en"}, "en"),
        ("de-DE", {"language": None}, "de"),
        ("fr-FR", {}, "en"),
        (None, {}, "en"),
    ],
)
def test_a_sign_up_is_in_the_language_that_it_names_or_that_the_browser_prefers(
    http: httpx.Client, languages: str | None, said: dict[str, Any], language: str
) -> None:
    told = signed_up_from(http, languages, **said)
    assert (told["language"], told["time_zone"], told["country"]) == (language, None, None)


@pytest.mark.parametrize("discreet", [True, False])
def test_a_sign_up_may_ask_for_discreet_mails_from_the_first_on(
    http: httpx.Client, discreet: bool
) -> None:
    assert signed_up_from(http, None, discreet=discreet)["discreet"] is discreet
    assert signed_up_from(http, None)["discreet"] is False


def test_the_zone_of_a_sign_up_is_spelled_as_iana_spells_it(http: httpx.Client) -> None:
    told = signed_up_from(http, None, time_zone=" europe/berlin ", country="DE")
    assert (told["time_zone"], told["country"]) == ("Europe/Berlin", "DE")


@pytest.mark.parametrize(
    ("field", "value", "limit"),
    [
        ("language", "fr", "en, de"),
        ("country", "Germany", "ISO 3166-1"),
        ("country", "XX", "ISO 3166-1"),
        ("time_zone", "Romance Standard Time", "Europe/Paris"),
        ("time_zone", "x" * 65, "64"),
    ],
)
def test_a_sign_up_that_says_something_unknown_is_told_what(
    http: httpx.Client, field: str, value: str, limit: str
) -> None:
    answer = sign_up(http, an_address(), **{field: value})
    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert (error["field"], error["value"]) == (field, value[:60])
    assert limit in error["detail"]


def test_preferences_are_replaced_as_a_whole(client: Person) -> None:
    answer = client.put("/me/preferences", GERMAN)
    assert (answer.status_code, answer.json()) == (200, GERMAN)
    nothing = {"time_zone": None, "language": "en", "country": None, "discreet": False}
    assert client.put("/me/preferences", nothing).json() == nothing
    assert client.get("/me/preferences").json() == nothing


@pytest.mark.parametrize("field", GERMAN)
def test_preferences_that_lack_something_are_refused(client: Person, field: str) -> None:
    wanted = {name: value for name, value in GERMAN.items() if name != field}
    answer = client.put("/me/preferences", wanted)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("time_zone", "Mars/Olympus", "Europe/Berlin"),
        ("time_zone", "", "1 to 64"),
        ("country", "de", "ISO 3166-1"),
        ("country", "XX", "ISO 3166-1"),
        ("language", "DE", "en, de"),
        ("language", None, "null"),
        ("discreet", "yes", "boolean"),
        ("quiet", True, "Unknown"),
    ],
)
def test_a_preference_that_is_unknown_is_named_with_its_value_and_limit(
    client: Person, field: str, value: Any, said: str
) -> None:
    before = client.get("/me/preferences").json()
    answer = client.put("/me/preferences", GERMAN | {field: value})
    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    shown = None if value is None else str(value)
    assert (error["field"], error["value"]) == (field, shown)
    assert said in error["detail"]
    assert client.get("/me/preferences").json() == before
