"""Pages of specialists: the profile, and the picker of times."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import pairwise
from math import ceil
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx
import pytest

from chassis.times import utc_now
from gateway.pages.times import moment
from gateway.pages.visitor import Visitor
from gateway.site.times.picker import DAYS_ON_A_PAGE
from tests.gateway.site.page_reading import json_ld_on, links_on, page_at, slots_on, text_of
from tests.support.databases import Databases
from tests.support.eventually import eventually
from tests.support.factories import (
    EVERY_DAY,
    Person,
    a_specialist,
    an_availability,
)
from tests.support.full_specialists import a_client_for_whom_one_is_held
from tests.support.platform import a_house, a_mail_folder, an_embedded_broker

ZONES = (
    "Europe/Lisbon",
    "America/St_Johns",
    "Asia/Kathmandu",
    "America/Santiago",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
)
"""Of both hemispheres: in some of them clocks are put forward next, in others back."""
HORIZON = timedelta(days=170)
MORE_THAN_ENOUGH = 10


@pytest.fixture(scope="module")
def day_and_night(http: httpx.Client) -> Person:
    """A specialist who is free at each half hour of half a year."""
    person = a_specialist(http)
    hours = [{"weekday": day, "starts": "00:00", "ends": "24:00"} for day in EVERY_DAY]
    availability = an_availability(hours=hours, horizon_days=180)
    assert person.put("/specialists/me/availability", availability).status_code == 200
    eventually(lambda: person.get("/specialists/me").json()["next_slot_at"])
    return person


@pytest.fixture(scope="module")
def on_mondays(http: httpx.Client) -> Person:
    """A specialist with two half hours each Monday morning, and an evening now and then."""
    person = a_specialist(http)
    hours = [{"weekday": "monday", "starts": "09:00", "ends": "10:00"}]
    evening = {
        "day": str((utc_now() + timedelta(days=40)).date()),
        "hours": [{"starts": "19:00", "ends": "20:00"}],
    }
    availability = an_availability(hours=hours, horizon_days=60, overrides=[evening])
    assert person.put("/specialists/me/availability", availability).status_code == 200
    eventually(lambda: person.get("/specialists/me").json()["next_slot_at"])
    return person


def slug_of(person: Person) -> str:
    slug: str = person.get("/specialists/me").json()["slug"]
    return slug


def path_of(person: Person, **query: Any) -> str:
    given = {"from" if name == "since" else name: value for name, value in query.items() if value}
    return f"/specialists/{slug_of(person)}?{urlencode(given)}"


def shows(http: httpx.Client, path: str, text: str) -> bool:
    return text in page_at(http, path)


def starts_on(html: str) -> list[datetime]:
    return [starts_in(path) for path, _ in slots_on(html)]


def starts_in(path: str) -> datetime:
    [given] = parse_qs(urlsplit(path).query)["starts_at"]
    return datetime.fromisoformat(given)


def by_api(person: Person, since: datetime, until: datetime) -> list[datetime]:
    query: dict[str, Any] = {"from": since.isoformat(), "to": until.isoformat(), "limit": 500}
    found = person.http.get(f"/api/v1/specialists/{person.id}/slots", params=query)
    assert found.status_code == 200, found.text
    return [datetime.fromisoformat(each["starts_at"]) for each in found.json()["items"]]


def change_of_clocks(zone: str) -> date | None:
    """The next day that is not 24 hours long there."""
    where, today = ZoneInfo(zone), utc_now().date()
    for n in range(2, HORIZON.days):
        day = today + timedelta(days=n)
        if midnight(day + timedelta(days=1), where) - midnight(day, where) != timedelta(days=1):
            return day
    return None


def midnight(day: date, where: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=where).astimezone(UTC)


# Times


@pytest.mark.parametrize("zone", ZONES)
def test_times_are_the_apis_also_where_clocks_change(day_and_night: Person, zone: str) -> None:
    where = ZoneInfo(zone)
    first = (change_of_clocks(zone) or utc_now().date() + timedelta(days=30)) - timedelta(days=1)
    html = page_at(day_and_night.http, path_of(day_and_night, since=first, tz=zone))
    until = first + timedelta(days=DAYS_ON_A_PAGE)
    expected = by_api(day_and_night, midnight(first, where), midnight(until, where))
    assert starts_on(html) == expected
    visitor = Visitor()
    for (_, name), starts_at in zip(slots_on(html), expected, strict=True):
        assert name.startswith(moment(starts_at, zone, visitor))
    names = [name for _, name in slots_on(html)]
    assert len(set(names)) == len(names)


def test_clocks_change_in_either_direction_within_the_horizon() -> None:
    """Else the test above proves less than it says."""
    lengths = set()
    for zone in ZONES:
        day, where = change_of_clocks(zone), ZoneInfo(zone)
        if day is not None:
            lengths.add(
                midnight(day + timedelta(days=1), where) > midnight(day, where) + timedelta(days=1)
            )
    assert lengths == {True, False}


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Pacific/Auckland"])
def test_days_lead_on_and_back_until_all_times_were_seen(on_mondays: Person, zone: str) -> None:
    http = on_mondays.http
    now = utc_now()
    expected = by_api(on_mondays, now, now + timedelta(days=61))
    pages = [page_at(http, path_of(on_mondays, tz=zone))]
    while "Later days" in links_on(pages[-1]) and len(pages) < MORE_THAN_ENOUGH:
        pages.append(page_at(http, links_on(pages[-1])["Later days"]))
    assert [each for page in pages for each in starts_on(page)] == expected
    days = {each.astimezone(ZoneInfo(zone)).date() for each in expected}
    assert len(pages) == ceil(len(days) / DAYS_ON_A_PAGE) > 1
    for earlier, later in pairwise(pages):
        back = page_at(http, links_on(later)["Earlier days"])
        assert starts_on(back) == starts_on(earlier)
    assert "Earlier days" not in links_on(pages[0])


def test_a_day_beyond_all_times_leads_back_to_the_first_ones(on_mondays: Person) -> None:
    far = utc_now().date() + timedelta(days=150)
    html = page_at(on_mondays.http, path_of(on_mondays, since=far))
    assert "No half hour is free from this day on." in text_of(html)
    assert slots_on(page_at(on_mondays.http, links_on(html)["Earlier days"])) != []


def test_gaps_are_told_in_one_line(on_mondays: Person) -> None:
    html = page_at(on_mondays.http, path_of(on_mondays))
    assert re.search(r"Tuesday \d+(?: \w+)? to Sunday \d+ \w+: nothing free", text_of(html))


def test_the_next_free_evening_is_a_link(on_mondays: Person) -> None:
    html = page_at(on_mondays.http, path_of(on_mondays))
    [evening] = [text for text in links_on(html) if text.startswith("Next free evening: ")]
    there = page_at(on_mondays.http, links_on(html)[evening])
    assert starts_on(there)[0].astimezone(ZoneInfo("Europe/Berlin")).hour == 19


@pytest.mark.parametrize(
    ("query", "headers", "zone"),
    [
        ({}, {}, "Berlin time"),
        ({}, {"Cookie": "tz=Asia/Kathmandu"}, "Kathmandu time"),
        ({"tz": "America/Lima"}, {"Cookie": "tz=Asia/Kathmandu"}, "Lima time"),
        ({"tz": "US/Pacific"}, {}, "Los Angeles time"),
        ({}, {"Cookie": "tz=Mars/Olympus"}, "Berlin time"),
        ({"since": "2020-01-01"}, {}, "Berlin time"),
        ({"since": "9999-12-31"}, {}, ""),
    ],
)
def test_the_zone_is_the_readers_or_else_the_specialists_and_is_named(
    on_mondays: Person, query: dict[str, str], headers: dict[str, str], zone: str
) -> None:
    html = page_at(on_mondays.http, path_of(on_mondays, **query), headers=headers)
    assert zone in text_of(html)
    assert "UTC time" not in text_of(html)
    expected = [query["tz"]] if "tz" in query else None
    assert {str(parse_qs(urlsplit(path).query).get("tz")) for path, _ in slots_on(html)} <= {
        str(expected)
    }


def test_a_name_that_is_no_zone_is_told_at_its_field(on_mondays: Person) -> None:
    html = page_at(on_mondays.http, path_of(on_mondays, tz="Mars/Olympus"))
    assert "There is no time zone “Mars/Olympus”." in text_of(html)
    assert 'value="Mars/Olympus"' in html
    assert "Berlin time" in text_of(html)


def test_a_written_zone_goes_before_the_chosen_one(on_mondays: Person) -> None:
    both = f"/specialists/{slug_of(on_mondays)}?tz=Europe/Berlin&tz="
    assert "Berlin time" in text_of(page_at(on_mondays.http, both))
    assert "Lima time" in text_of(page_at(on_mondays.http, both + "america/lima"))


def test_an_empty_calendar_leads_to_the_waitlist(http: httpx.Client) -> None:
    person = a_specialist(http)
    html = page_at(http, path_of(person))
    assert "No half hour is free at the moment." in text_of(html)
    assert links_on(html)["Wait for a half hour"] == f"/specialists/{slug_of(person)}/waitlist"
    assert slots_on(html) == []


def test_a_half_hour_that_is_held_is_shown_to_its_client_alone(http: httpx.Client) -> None:
    client = a_client_for_whom_one_is_held(http)
    [held] = client.get("/held-slots").json()["items"]
    path = f"/specialists/{held['specialist_id']}"
    path = http.get(path).headers["Location"]
    assert slots_on(page_at(http, path)) == []
    cookie = {"Cookie": f"__Host-access={client.token}"}
    assert starts_on(page_at(http, path, headers=cookie)) == [
        datetime.fromisoformat(held["starts_at"])
    ]


def test_a_time_is_two_links_away_from_the_list(on_mondays: Person) -> None:
    name = f"Zdenka {uuid4().hex}"
    assert on_mondays.patch("/specialists/me", {"display_name": name}).status_code == 200
    found = eventually(
        lambda: links_on(page_at(on_mondays.http, f"/specialists?words={name}")).get(name, "")
    )
    assert slots_on(page_at(on_mondays.http, found)) != []


def test_times_are_in_german_under_de(on_mondays: Person) -> None:
    html = page_at(on_mondays.http, f"/de{path_of(on_mondays)}")
    assert re.search(r"Dienstag, \d+\.(?: \w+)? bis Sonntag, \d+\. \w+: nichts frei", text_of(html))
    path, name = slots_on(html)[0]
    assert path.startswith("/de/specialists/")
    assert re.fullmatch(r"Montag, \d+\. \w+, 09:00", name)


@pytest.fixture(scope="module")
def without_booking(
    sqlite_databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    mail = a_mail_folder(tmp_path_factory.mktemp("without-booking"))
    services = ("profiles", "notifications", "content", "gateway")
    with a_house(an_embedded_broker(), sqlite_databases.fresh(), mail, services) as house:
        yield house.http


def test_a_profile_is_shown_where_booking_does_not_answer(without_booking: httpx.Client) -> None:
    person = a_specialist(without_booking)
    text = text_of(page_at(without_booking, path_of(person)))
    assert "Dr Ada Example" in text
    assert "We can’t show the free times right now." in text


# Profile


def test_a_profile_shows_all_that_it_says(http: httpx.Client) -> None:
    person = a_specialist(http)
    profile = {
        "display_name": "Amira Haddad",
        "pronouns": "she/her",
        "headline": "Anxiety, and first steps",
        "biography": "# At your pace\n\n**Slowly**, with <b>time</b>.",
        "topics": ["anxiety", "first-steps"],
        "approaches": ["cognitive-behavioural"],
        "languages": ["en", "ar"],
        "countries": ["DE", "PT"],
        "online": True,
        "in_person": True,
        "practice": {"country": "DE", "place": "Berlin"},
        "accessibility": ["evenings", "captions"],
        "fees": [{"amount": "95.00", "currency": "EUR", "minutes": 50}],
    }
    assert person.patch("/specialists/me", profile).status_code == 200
    html = page_at(http, path_of(person))
    text = text_of(html)
    for part in (
        "In Amira’s own words",
        "Slowly , with <b>time</b>.",
        "Cognitive behavioural therapy (CBT)",
        "English, Arabic",
        "Online, and in Berlin, for people who live in Germany or Portugal",
        "Sessions in the evening, Live captions in video sessions",
        "€95 for 50 minutes. The half hour is free, whatever you decide.",
        "Licence checked",
        "she/her",
    ):
        assert part in text, part
    assert "<h2>At your pace</h2>" in html
    assert html.count("<h1") == 1
    person_found = json_ld_on(html)["mainEntity"]
    assert person_found["name"] == "Amira Haddad"
    assert "offers" not in str(json_ld_on(html)).lower()
    in_german = text_of(page_at(http, f"/de{path_of(person)}"))
    assert "Amira in eigenen Worten" in in_german
    assert "Kognitive Verhaltenstherapie (KVT)" in in_german


def test_a_change_is_shown_at_once(http: httpx.Client) -> None:
    person = a_specialist(http)
    path = path_of(person)
    for headline in ("One way", "Another way"):
        assert person.patch("/specialists/me", {"headline": headline}).status_code == 200
        eventually(partial(shows, http, path, headline), within=5)


def test_a_page_with_free_times_is_not_stored(on_mondays: Person) -> None:
    answer = on_mondays.http.get(path_of(on_mondays))
    assert answer.headers["Cache-Control"] == "no-store"


# Other addresses


def test_an_unknown_name_offers_specialists_with_one_like_it(http: httpx.Client) -> None:
    person = a_specialist(http)
    name = f"Ludmila {uuid4().hex}"
    assert person.patch("/specialists/me", {"display_name": name}).status_code == 200
    eventually(lambda: name in page_at(http, "/specialists?words=ludmila"))
    for asked in (f"{slug_of(person)}-b", "ludmila-smith"):
        html = page_at(http, f"/specialists/{asked}", status=404)
        assert name in links_on(html)
        assert "Error:" not in html.partition("</title>")[0]


def test_an_unlisted_specialist_is_not_shown(http: httpx.Client) -> None:
    person = a_specialist(http)
    slug = slug_of(person)
    words = {"biography": f"I am {uuid4().hex}."}
    assert person.patch("/specialists/me", words).status_code == 200
    assert person.patch("/specialists/me", {"status": "unlisted"}).status_code == 200
    html = eventually(lambda: page_at(http, f"/specialists/{slug}", status=404))
    assert "This profile is not listed at the moment" in text_of(html)
    assert words["biography"] not in html


@pytest.mark.parametrize("asked", ["no-such-name", str(uuid4()), "A_b", "x" * 90])
def test_each_unknown_address_says_how_to_search(http: httpx.Client, asked: str) -> None:
    html = page_at(http, f"/specialists/{asked}", status=404)
    assert 'role="search"' in html
    assert links_on(html)["All specialists"] == "/specialists"


def test_a_former_name_leads_to_the_present_one_in_the_same_language(http: httpx.Client) -> None:
    person = a_specialist(http)
    former = slug_of(person)
    name = f"Renamed {uuid4().hex}"
    slug = person.patch("/specialists/me", {"display_name": name}).json()["slug"]
    answer = eventually(
        lambda: [each for each in [http.get(f"/de/specialists/{former}?x=1")] if each.is_redirect]
    )[0]
    assert answer.status_code == 301
    assert answer.headers["Location"] == f"/de/specialists/{slug}?x=1"


# Visits from the featured list


def test_a_visit_from_the_featured_list_is_counted(http: httpx.Client) -> None:
    person = a_specialist(http, featured=True)

    def visit_of(person: Person) -> str | None:
        page = http.get("/api/v1/featured?limit=100").json()
        return page["visit"] if person.id in [each["id"] for each in page["items"]] else None

    visit = eventually(lambda: visit_of(person))
    for _ in range(5):
        page_at(http, path_of(person, visit=visit))
    days = "/specialists/me/featuring"
    eventually(lambda: person.get(days).json()["days"][0]["opened"] == 5)
    for bad in ("old", "x" * 64):
        page_at(http, path_of(person, visit=bad))
    assert "visit=" not in "".join(path for path, _ in slots_on(page_at(http, path_of(person))))


def test_the_word_is_the_same_for_unlisted_and_unknown(http: httpx.Client) -> None:
    """An address does not tell who has an unlisted profile."""
    person = a_specialist(http, listed=False)
    unlisted = page_at(http, f"/specialists/{person.id}", status=404)
    unknown = page_at(http, f"/specialists/{uuid4()}", status=404)
    assert text_of(unlisted) == text_of(unknown)
