"""The page of the search: the API's results and counts, with all state in the address."""

from __future__ import annotations

import random
import re
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import httpx
import pytest

from chassis.times import utc_now
from contracts.vocabulary import TOPICS
from contracts.vocabulary_german import GERMAN
from gateway.site.specialists.search_links import PAGE
from tests.gateway.site.page_reading import (
    choices_on,
    json_ld_on,
    links_on,
    page_at,
    text_of,
)
from tests.support.eventually import eventually
from tests.support.factories import Person, a_specialist, an_availability

MARK = "postponing"
"""A topic of all specialists here, so that a search finds no others."""
FACTS: list[dict[str, Any]] = [
    {
        "display_name": f"Xaveria Number{n}",
        "headline": ("Sleep and rest", "Grief", "Sleep")[n % 3],
        "biography": "A quiet hour. " * 30,
        "topics": [MARK, ("anxiety", "grief", "sleep")[n % 3]],
        "approaches": [("emdr", "systemic")[n % 2]],
        "languages": ["en", "de", "pl"][: 1 + n % 3],
        "countries": [["DE"], ["AT", "CH"]][n % 2],
        "online": n % 4 != 0,
        "in_person": n % 2 == 0,
        "practice": {"country": "DE", "place": "Berlin"} if n % 2 == 0 else {},
        "fees": [{"amount": "95.00", "currency": "EUR", "minutes": 50}],
    }
    for n in range(PAGE + 3)
]
VALUES: dict[str, list[Any]] = {
    "words": ["sleep", "xaveria", "grief rest", "nothing"],
    "topic": [["anxiety"], ["grief", "sleep"]],
    "approach": [["emdr"], ["emdr", "systemic"]],
    "language": [["de"], ["en", "pl"]],
    "country": [["DE"], ["AT", "CH"]],
    "online": ["true"],
    "in_person": ["true"],
    "place": ["berlin"],
    "within": ["3", "7"],
    "sort": ["soonest", "newest", "relevance"],
}


@pytest.fixture(scope="module")
def people(http: httpx.Client) -> list[Person]:
    """Enough for two pages; the first two can be booked soon."""
    found = []
    for n, facts in enumerate(FACTS):
        person = a_specialist(http)
        assert person.patch("/specialists/me", facts).status_code == 200
        if n < 2:
            hours = an_availability(minimum_notice_hours=4 * 24 * n + 2)
            assert person.put("/specialists/me/availability", hours).status_code == 200
            eventually(partial(next_slot_of, person))
        found.append(person)
    return found


def next_slot_of(person: Person) -> str | None:
    found: str | None = person.get("/specialists/me").json()["next_slot_at"]
    return found


def random_search(seed: int) -> dict[str, Any]:
    """A search of the page: some of its filters, each with one of its values."""
    chance = random.Random(seed)  # the same each time
    chosen = chance.sample(sorted(VALUES), chance.randint(0, 4))
    return {name: chance.choice(VALUES[name]) for name in chosen}


def marked(query: dict[str, Any]) -> str:
    """The address of a search among the specialists here."""
    approach = query.get("approach", [])
    return "?" + urlencode({**query, "approach": approach, "topic": topics_of(query)}, doseq=True)


def topics_of(query: dict[str, Any]) -> list[str]:
    topics: list[str] = query.get("topic", [MARK])
    return topics


def by_api(http: httpx.Client, query: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The same search by the API."""
    asked: dict[str, Any] = {**query, "topic": topics_of(query), "limit": PAGE, **changes}
    within = asked.pop("within", None)
    if within is not None:
        before = utc_now() + timedelta(days=int(within))
        asked["bookable_before"] = before.isoformat().replace("+00:00", "Z")
    response = http.get("/api/v1/specialists", params=asked)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def path(query: dict[str, Any]) -> str:
    return f"/specialists{marked(query)}"


def slugs_on(html: str) -> list[str]:
    found = re.findall(r'<h3><a href="/(?:de/)?specialists/([a-z0-9-]+)', html)
    return list(found)


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("seed", range(20))
def test_results_and_counts_are_the_apis(http: httpx.Client, seed: int) -> None:
    query = random_search(seed)

    def compare() -> bool:
        html, found = page_at(http, path(query)), by_api(http, query)
        assert slugs_on(html) == [each["slug"] for each in found["items"]]
        heading = r"(\d+) specialists?(?: for “[^”]*”)?"
        counted = [
            int(each) for each in re.findall(rf"<h2 class=\"h3\">\s*{heading}\s*</h2>", html)
        ]
        assert counted == [found["total"]]
        shown = {
            (each.name, each.value): each.count
            for each in choices_on(html)
            if each.name not in ("within", "online", "in_person")
        }
        facets = found["facets"]
        assert shown == {
            (name, value): count
            for name in ("topic", "approach", "language", "country")
            for value, count in facets[name].items()
        }
        flags = {each.name: each.count for each in choices_on(html) if each.value == "true"}
        assert flags == {name: facets[name] for name in ("online", "in_person")}
        within = {each.value: each.count for each in choices_on(html) if each.name == "within"}
        assert within == {
            "": None,
            **{days: by_api(http, query, within=days)["total"] for days in ("3", "7")},
        }
        return True

    assert eventually(compare, within=20)


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("seed", range(5))
def test_the_form_shows_the_search_of_the_address(http: httpx.Client, seed: int) -> None:
    query = random_search(seed)
    html = page_at(http, path(query))
    chosen = {(each.name, each.value) for each in choices_on(html) if each.chosen}
    asked = parse_qsl(urlsplit(path(query)).query)
    expected = {each for each in asked if each[0] not in ("words", "sort", "place")}
    assert chosen - {("within", "")} == expected
    if "words" in query:
        assert f'name="words" value="{query["words"]}"' in html
    if query.get("sort", "soonest") != "relevance":
        assert f'<option value="{query.get("sort", "")}" selected>' in html or "sort" not in query


@pytest.mark.usefixtures("people")
def test_a_chip_removes_what_it_names(http: httpx.Client) -> None:
    html = page_at(http, path({"language": ["en", "de"], "within": "7", "words": "xaveria"}))
    chips = {text: target for text, target in links_on(html).items() if text.startswith("Remove")}
    assert sorted(chips) == [
        "Remove: English",
        "Remove: German",
        f"Remove: {TOPICS[MARK]}",
        "Remove: Within a week",
    ]
    without = parse_qs(urlsplit(chips["Remove: English"]).query)
    assert without == {"words": ["xaveria"], "topic": [MARK], "language": ["de"], "within": ["7"]}
    cleared = parse_qs(urlsplit(links_on(html)["Clear all"]).query)
    assert cleared == {"words": ["xaveria"]}


@pytest.mark.usefixtures("people")
def test_pages_follow_each_other_in_the_order_of_the_api(http: httpx.Client) -> None:
    query = {"sort": "newest"}
    first = page_at(http, path(query))
    second = page_at(http, links_on(first)["Next page"])
    everybody = [each["slug"] for each in by_api(http, query, limit=100)["items"]]
    assert slugs_on(first) + slugs_on(second) == everybody
    assert f"1 to {PAGE} of {len(everybody)}." in text_of(first)
    assert f"{PAGE + 1} to {len(everybody)} of {len(everybody)}." in text_of(second)
    assert "Next page" not in links_on(second)
    assert slugs_on(page_at(http, links_on(second)["First page"])) == slugs_on(first)


@pytest.mark.usefixtures("people")
def test_an_old_place_in_the_list_leads_to_the_first_page(http: httpx.Client) -> None:
    response = http.get(f"{path({})}&cursor=old&page=2&tz=Europe/Lisbon")
    assert response.status_code == 303
    location = parse_qs(urlsplit(response.headers["Location"]).query)
    assert location == {"topic": [MARK], "tz": ["Europe/Lisbon"]}


@pytest.mark.usefixtures("people")
def test_an_empty_result_says_which_filter_to_drop_and_what_is_found_then(
    http: httpx.Client,
) -> None:
    query = {"words": "xaveria", "language": ["pl"], "place": "nowhere"}
    html = page_at(http, path(query))
    assert "No specialist fits all of this." in text_of(html)
    total = by_api(http, {"words": "xaveria", "language": ["pl"]})["total"]
    found = links_on(html)
    assert total > 1
    target = found[f"Without “In nowhere” there are {total}."]
    assert f"{total} specialists for “xaveria”" in text_of(page_at(http, target))
    assert "Show all specialists" in found


def test_where_no_single_filter_helps_all_are_offered(http: httpx.Client) -> None:
    html = page_at(http, "/specialists?words=zzzzqq&place=nowhere")
    assert "No specialist fits this." in text_of(html)
    assert links_on(html)["Show all specialists"] == "/specialists"


@pytest.mark.parametrize(
    ("words", "english", "german"),
    [
        (
            "x" * 41,
            "A word has 41 letters, the limit is 40.",
            "Ein Wort hat 41 Buchstaben, höchstens 40 sind möglich.",
        ),
        ("…", "Must contain a letter or a digit.", "Muss einen Buchstaben oder eine Ziffer"),
    ],
)
def test_words_that_can_not_be_searched_for_are_told_at_their_field(
    http: httpx.Client, words: str, english: str, german: str
) -> None:
    html = page_at(http, f"/specialists?{urlencode({'words': words})}")
    assert f'<a href="#words">{english}' in html
    assert f'value="{words}"' in html
    assert "Find a specialist" in text_of(html)
    in_german = text_of(page_at(http, f"/de/specialists?{urlencode({'words': words})}"))
    assert english not in in_german


@pytest.mark.usefixtures("people")
def test_values_that_do_not_exist_are_left_out(http: httpx.Client) -> None:
    html = page_at(http, f"{path({})}&topic=gone&language=zz&country=ZZ&approach=magic")
    assert slugs_on(html) == slugs_on(page_at(http, path({})))


@pytest.mark.usefixtures("people")
def test_the_page_is_in_german_under_de(http: httpx.Client) -> None:
    html = page_at(http, f"/de{path({'language': ['en'], 'within': '7'})}")
    text = text_of(html)
    assert "Fachperson finden" in text
    assert GERMAN[MARK] in text
    assert "Entfernen: Englisch" in links_on(html)
    assert "95\xa0€ für 50 Minuten" in html
    assert links_on(html)["Entfernen: Englisch"].startswith("/de/specialists?")


# Cards


@pytest.mark.usefixtures("people")
def test_a_card_shows_what_the_profile_says(http: httpx.Client) -> None:
    text = text_of(page_at(http, path({"words": "number2"})))
    for part in ("Xaveria Number2", "Licence checked", "Sleep", "Online, and in Berlin"):
        assert part in text, part
    for part in ("English, German, Polish", "Later sessions: €95 for 50 minutes"):
        assert part in text, part
    assert "No half hour free now You can wait for one" in text
    assert re.search(r"A quiet hour\. [A-Za-z .]+ …", text)


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("asked", "cookie", "zone"),
    [
        ({}, None, "Berlin time"),
        ({}, "Asia/Kathmandu", "Kathmandu time"),
        ({"tz": "America/Lima"}, "Asia/Kathmandu", "Lima time"),
        ({"tz": "asia/calcutta"}, None, "Kolkata time"),
    ],
)
def test_times_are_in_the_readers_zone_or_else_in_the_specialists(
    http: httpx.Client, asked: dict[str, str], cookie: str | None, zone: str
) -> None:
    headers = {"Cookie": f"tz={cookie}"} if cookie else {}
    html = page_at(http, f"{path({'words': 'number0'})}&{urlencode(asked)}", headers=headers)
    assert zone in text_of(html)
    profile = links_on(html)["Xaveria Number0"]
    assert (
        parse_qs(urlsplit(profile).query).get("tz") == ([*asked.values()] or None) or "tz" in asked
    )
    assert zone in text_of(page_at(http, profile, headers=headers))


@pytest.mark.usefixtures("people")
def test_a_profile_leads_back_to_its_search(http: httpx.Client) -> None:
    search = path({"words": "number0", "language": ["en"]})
    profile = page_at(http, links_on(page_at(http, search))["Xaveria Number0"])
    back = links_on(profile)["Back to the search"]
    assert slugs_on(page_at(http, back)) == slugs_on(page_at(http, search))


# Caching and sharing


@pytest.mark.usefixtures("people")
def test_the_first_page_is_shared_and_follows_a_change_at_once(
    http: httpx.Client, people: list[Person]
) -> None:
    before = http.get(path({"sort": "newest"}))
    assert before.headers["Cache-Control"] == "public, no-cache"
    again = http.get(path({"sort": "newest"}), headers={"If-None-Match": before.headers["ETag"]})
    assert again.status_code == 304
    headline = {"headline": "Another headline"}
    assert people[-1].patch("/specialists/me", headline).status_code == 200
    eventually(lambda: "Another headline" in page_at(http, path({"sort": "newest"})), within=5)


@pytest.mark.usefixtures("people")
def test_search_engines_get_the_list(http: httpx.Client) -> None:
    html = page_at(http, path({"sort": "newest"}))
    listed = json_ld_on(html)
    assert listed["@type"] == "ItemList"
    assert [each["url"].rpartition("/")[2] for each in listed["itemListElement"]] == slugs_on(html)
    assert '<link rel="canonical" href="https://firststep.example/specialists">' in html


def test_words_are_shown_as_text(http: httpx.Client) -> None:
    attack = '"><script>x</script>'
    html = page_at(http, f"/specialists?{urlencode({'words': attack, 'place': attack})}")
    assert "<script>x" not in html


@pytest.mark.usefixtures("people")
def test_own_words_say_their_language_where_it_is_known_and_another_one(
    http: httpx.Client,
) -> None:
    """Number0 speaks English alone, Number1 two languages."""
    german, english = (
        http.get(f"{prefix}/specialists{marked({'words': 'xaveria'})}").text
        for prefix in ("/de", "")
    )
    assert '<p lang="en">Sleep and rest</p>' in german
    assert '<p class="muted" lang="en">A quiet hour.' in german
    assert "<p>Grief</p>" in german
    assert "<p>Sleep and rest</p>" in english
    slug = next(each for each in slugs_on(german) if each.startswith("xaveria-number0"))
    profile = http.get(f"/de/specialists/{slug}").text
    assert '<p class="lead" lang="en">Sleep and rest</p>' in profile
    assert '<div lang="en"><p>A quiet hour.' in profile
