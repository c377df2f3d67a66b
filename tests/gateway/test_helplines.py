"""Help at once over HTTP: whoever asks gets some, wherever they are."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from contracts import helplines
from contracts.helplines import BUILT_IN, EUROPEAN_UNION, read_table
from tests.gateway.description import Description

HELPLINES = "/api/v1/helplines"
GERMAN_FIRST = {"Accept-Language": "de"}


@pytest.fixture
def of_an_operator() -> Iterator[None]:
    helplines.use(read_table('{"countries": [{"country": "DE", "emergency_number": "110"}]}'))
    yield
    helplines.use(BUILT_IN)


def test_help_in_a_country_is_named(http: httpx.Client) -> None:
    answer = http.get(HELPLINES, params={"country": "DE"}).json()
    assert answer["country"] == "DE"
    assert answer["emergency_number"] == "112"
    assert answer["directory"] == "https://findahelpline.com"
    assert answer["message"] == (
        "If you or another person is in danger, call 112 now. "
        "These helplines listen, whatever it is about."
    )
    assert answer["lines"][0] == {
        "name": "TelefonSeelsorge",
        "number": "0800 1110111",
        "url": "https://www.telefonseelsorge.de",
        "hours": "Around the clock",
        "free": True,
        "languages": ["de"],
        "checked_on": "2026-11-29",
    }


def test_help_speaks_german(http: httpx.Client) -> None:
    answer = http.get(HELPLINES, params={"country": "CH"}, headers=GERMAN_FIRST)
    assert answer.headers["Content-Language"] == "de"
    assert answer.json()["message"].startswith("Wenn Sie oder eine andere Person in Gefahr sind, ")
    assert "144" in answer.json()["message"]
    assert answer.json()["lines"][0]["hours"] == "Rund um die Uhr"


@pytest.mark.parametrize("country", ["de", " DE", "De"])
def test_a_country_may_be_written_in_any_case(http: httpx.Client, country: str) -> None:
    assert http.get(HELPLINES, params={"country": country}).json()["country"] == "DE"


def test_who_does_not_say_where_they_are_is_told_where_to_look(http: httpx.Client) -> None:
    answer = http.get(HELPLINES)
    assert answer.status_code == 200
    assert answer.json() == {
        "country": None,
        "emergency_number": None,
        "message": (
            "If you or another person is in danger, call the emergency number of the country you "
            "are in now: in the European Union, it is 112. You can find a helpline near you at "
            "findahelpline.com."
        ),
        "lines": [],
        "directory": "https://findahelpline.com",
    }


@pytest.mark.parametrize(
    "country", ["Germany", "", "DEU", "D", "11", "DE,AT", "Österreich", "x" * 4000]
)
def test_what_is_no_country_is_no_error(http: httpx.Client, country: str) -> None:
    answer = http.get(HELPLINES, params={"country": country})
    assert answer.status_code == 200
    assert answer.json() == http.get(HELPLINES).json()


@pytest.mark.parametrize("country", ["XX", "JP"])
def test_where_we_know_nothing_we_say_so(http: httpx.Client, country: str) -> None:
    answer = http.get(HELPLINES, params={"country": country})
    assert answer.status_code == 200
    told = answer.json()
    assert (told["country"], told["emergency_number"], told["lines"]) == (country, None, [])
    assert "We know no helpline in your country yet." in told["message"]
    assert "findahelpline.com" in told["message"]


@pytest.mark.parametrize("country", EUROPEAN_UNION)
def test_every_country_of_the_european_union_is_answered(http: httpx.Client, country: str) -> None:
    told = http.get(HELPLINES, params={"country": country}).json()
    assert told["emergency_number"] == "112"
    assert "call 112 now" in told["message"]


def test_help_may_be_kept_and_is_asked_for_again_by_its_etag(http: httpx.Client) -> None:
    answer = http.get(HELPLINES, params={"country": "FR"})
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    assert "Accept-Language" in answer.headers["Vary"]
    known = {"If-None-Match": answer.headers["ETag"]}
    again = http.get(HELPLINES, params={"country": "FR"}, headers=known)
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.usefixtures("of_an_operator")
def test_an_operators_table_is_what_people_get(http: httpx.Client) -> None:
    told = http.get(HELPLINES, params={"country": "DE"}).json()
    assert (told["emergency_number"], told["lines"]) == ("110", [])


def test_help_stands_at_the_note(description: Description) -> None:
    schemas = description.document["components"]["schemas"]
    said = schemas["BookConsultationRequest"]["properties"]["note"]["description"]
    assert "/api/v1/helplines" in said
    assert "Only the specialist reads it, perhaps only when you meet" in said
