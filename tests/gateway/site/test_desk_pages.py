"""The desk: a specialist's way from sign-up to featured, without script, and its pages."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import httpx
import pytest

from chassis.times import utc_now
from contracts.vocabulary import TOPICS
from tests.support.browsing import Browser, Filled, PageSeen, signed_in
from tests.support.eventually import eventually
from tests.support.factories import (
    PASSWORD,
    Person,
    a_client,
    a_licence,
    a_profile,
    a_specialist,
    an_address,
    an_admin,
    somebody,
)
from tests.support.mailbox import link_to
from tests.support.pictures import a_picture

PROFILE, LICENCE, HOURS = "/desk/profile", "/desk/licence", "/desk/hours"
CALENDARS = "/desk/calendars"
PDF = b"%PDF-1.7 a licence"
WRITTEN: dict[str, Filled] = {
    "display_name": "Dr Ines Novo",
    "pronouns": "she/her",
    "headline": "Where to start",
    "biography": "I **listen** first.",
    "topics": ["", "anxiety", "sleep"],
    "approaches": [""],
    "languages": ["", "en", "pt"],
    "countries": ["", "PT"],
    "online": True,
    "in_person": True,
    "practice.place": "Lisbon",
    "practice.country": "PT",
    "accessibility": [""],
}
OPEN: dict[str, Filled] = {
    "offers_free_consultations": True,
    "time_zone": "Europe/Lisbon",
    **{
        f"{day}.0.{name}": at
        for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
        for name, at in (("starts", "09:00"), ("ends", "12:00"))
    },
    "meeting_link": "https://video.example/ines",
}


@pytest.fixture
def newcomer(http: httpx.Client) -> tuple[Person, Browser]:
    """A specialist without a profile."""
    person = somebody(http, "specialist", "Ines Novo")
    return person, signed_in(http, person.email)


@pytest.fixture(scope="module")
def ada(http: httpx.Client) -> Person:
    return a_specialist(http, featured=True)


@pytest.fixture
def desk(http: httpx.Client, ada: Person) -> Browser:
    """Ada's browser."""
    return signed_in(http, ada.email)


def save(browser: Browser, path: str, **filled: Filled) -> PageSeen:
    """Send the main form of a page."""
    return browser.fill(browser.get(path), path, **filled)


def hours_of(person: Person) -> dict[str, Any]:
    found: dict[str, Any] = person.get("/specialists/me/availability").json()
    return found


# The way to be featured


def test_a_specialist_goes_from_sign_up_to_featured_without_script(http: httpx.Client) -> None:
    browser, email = Browser(http), an_address()
    page = browser.open("/sign-up?role=specialist")
    browser.fill(
        page, "/sign-up", display_name="Ines Novo", email=email, password=PASSWORD, terms=True
    )
    link = browser.get(f"/verify-email?token={link_to(http, email)}")
    confirmed = browser.fill(link, "/verify-email")
    assert (confirmed.status, confirmed.location) == (303, "/desk")
    begun = browser.followed(confirmed)
    assert "what is missing until people can find and book you" in begun.text

    saved = save(browser, PROFILE, **WRITTEN)
    assert (saved.status, saved.location) == (303, "/desk")
    assert "Your profile is saved." in browser.followed(saved).text

    licence = browser.get(LICENCE)
    handed_in = browser.attach(
        licence, LICENCE, "document", PDF, "application/pdf", **_filled(a_licence())
    )
    page = browser.followed(handed_in)
    assert "handed in" in page.text
    assert "With a document" in page.text

    assert save(browser, HOURS, **OPEN).location == HOURS
    assert "Nothing can be booked in the next 14 days." in browser.get(HOURS).text

    verify(http, browser)
    ready = browser.get("/desk")
    assert "List your profile with the button below." in ready.text
    listed = browser.fill(ready, "/desk/listing")
    assert "Your profile is listed." in browser.followed(listed).text

    eventually(lambda: "You are featured, since" in browser.get("/desk").text)
    eventually(lambda: "What others can book now" in browser.get(HOURS).text)


def _filled(values: dict[str, Any]) -> dict[str, Filled]:
    return {name: str(value) for name, value in values.items()}


def verify(http: httpx.Client, browser: Browser) -> None:
    """An admin verifies the licence that waits, by the API."""
    admin = an_admin(http)
    waiting = admin.get("/licences").json()["items"][0]
    decision = {"decision": "verified", "version": waiting["version"]}
    path = f"/specialists/{waiting['specialist_id']}/verification"
    assert admin.put(path, decision).status_code == 200


def test_the_desk_names_what_is_missing(newcomer: tuple[Person, Browser]) -> None:
    person, browser = newcomer
    assert person.post("/specialists", a_profile(headline="", topics=[])).status_code == 201
    text = browser.get("/desk").text
    assert "Still missing: One line about you, What people come to you with." in text
    german = browser.get("/de/desk").text
    assert "Es fehlt noch: Eine Zeile über Sie, Womit Menschen zu Ihnen kommen." in german


def test_a_profile_that_can_not_be_listed_yet_says_why(newcomer: tuple[Person, Browser]) -> None:
    person, browser = newcomer
    person.post("/specialists", a_profile(headline=""))
    refused = browser.send("/desk/listing", {"status": "listed"})
    assert (refused.status, refused.h1) == (422, "Your desk")
    assert "You need a verified licence that is still valid." in refused.text
    for name in ("headline", "licence"):
        assert f'href="#change_listing-{name}"' in refused.html
        assert f'id="change_listing-{name}"' in refused.html


def test_off_the_list_and_on_it_again(http: httpx.Client) -> None:
    person = a_specialist(http)
    browser = signed_in(http, person.email)
    off = browser.followed(browser.fill(browser.get("/desk"), "/desk/listing"))
    assert "Your profile is off the list." in off.text
    assert person.get("/specialists/me").json()["status"] == "unlisted"
    on = browser.followed(browser.fill(off, "/desk/listing"))
    assert "Your profile is listed." in on.text


def test_notes_of_clients_need_a_second_factor(desk: Browser) -> None:
    page = desk.get("/desk")
    assert "Notes of clients need a second factor." in page.text
    assert 'href="/settings/second-factor"' in page.html


def test_a_client_is_told_what_the_desk_is(http: httpx.Client) -> None:
    browser = signed_in(http, a_client(http).email)
    page = browser.get("/desk")
    assert (page.status, page.h1) == (403, "The desk is for specialists")
    assert browser.get("/de/desk").h1 == "Der Arbeitsplatz ist für Fachpersonen"
    assert browser.get(PROFILE).status == 403


def test_a_visitor_is_told_to_sign_in_first(http: httpx.Client) -> None:
    page = Browser(http).open(HOURS)
    assert "To create your specialist profile, please log in to your account." in page.text


# The profile


def test_a_profile_is_written_and_comes_back_filled(newcomer: tuple[Person, Browser]) -> None:
    person, browser = newcomer
    fees: dict[str, Filled] = {
        "fees.0.amount": "95,50 €",
        "fees.0.currency": "EUR",
        "fees.0.minutes": "50",
        "fees.1.amount": "",
        "fees.1.currency": "EUR",
        "fees.1.minutes": "50",
    }
    save(browser, PROFILE, **WRITTEN, **fees)
    profile = person.get("/specialists/me").json()
    assert profile["fees"] == [{"amount": "95.50", "currency": "EUR", "minutes": 50}]
    assert (profile["topics"], profile["online"]) == (["anxiety", "sleep"], True)
    assert profile["practice"] == {"country": "PT", "place": "Lisbon"}
    form = browser.get(PROFILE).form(PROFILE)
    for name in ("display_name", "pronouns", "headline", "practice.place", "practice.country"):
        assert form.fields[name] == [WRITTEN[name]]
    assert form.fields["topics"] == ["", "anxiety", "sleep"]
    assert save(browser, PROFILE, online=None).location == PROFILE
    assert not person.get("/specialists/me").json()["online"]


def test_what_is_wrong_stands_at_its_field(newcomer: tuple[Person, Browser]) -> None:
    _, browser = newcomer
    wrong: dict[str, Filled] = {
        "display_name": "",
        "fees.0.amount": "much",
        "fees.0.minutes": "1",
    }
    refused = save(browser, PROFILE, **{**WRITTEN, **wrong})
    assert (refused.status, refused.title) == (422, "Error: Profile · Firststep")
    assert "Your name: Please fill this in." in refused.text
    assert "Please enter a number from 5 to 480." in refused.text
    assert refused.form(PROFILE).fields["headline"] == ["Where to start"]
    german = browser.fill(browser.get(f"/de{PROFILE}"), f"/de{PROFILE}", display_name="")
    assert "Ihr Name: Bitte füllen Sie das aus." in german.text


def test_more_topics_than_twenty_are_refused(desk: Browser) -> None:
    refused = save(desk, PROFILE, topics=sorted(TOPICS)[:21])
    assert refused.status == 422
    assert "What people come to you with: Please choose at most 20." in refused.text
    assert len(refused.form(PROFILE).fields["topics"]) == 22


def test_a_profile_goes_through_the_sign_in_when_the_session_ended(
    newcomer: tuple[Person, Browser],
) -> None:
    person, browser = newcomer
    save(browser, PROFILE, **WRITTEN)
    page = browser.get(PROFILE)
    browser.cookies.clear()
    asked = browser.fill(page, PROFILE, headline="Kept")
    assert (asked.status, asked.h1) == (401, "Sign in")
    again = browser.fill(asked, "/sign-in", email=person.email, password=PASSWORD)
    kept, before = again.form(PROFILE).fields, page.form(PROFILE).fields
    assert (kept["headline"], kept["_version"]) == (["Kept"], before["_version"])
    assert browser.fill(again, PROFILE).status == 303


def test_a_row_is_added_and_removed_and_nothing_is_saved(desk: Browser, ada: Person) -> None:
    before = ada.get("/specialists/me").json()
    page = save(desk, PROFILE, headline="Not saved", _add="fees")
    page = desk.fill(page, PROFILE, _add="fees", **{"fees.0.amount": "80"})
    fields = page.form(PROFILE).fields
    assert (fields["headline"], fields["fees.0.amount"]) == (["Not saved"], ["80"])
    assert "fees.1.amount" in fields
    page = desk.fill(page, PROFILE, _remove="fees.0")
    assert "80" not in page.form(PROFILE).fields["fees.0.amount"]
    assert ada.get("/specialists/me").json() == before


def test_two_windows_do_not_overwrite_each_other(newcomer: tuple[Person, Browser]) -> None:
    person, browser = newcomer
    save(browser, PROFILE, **WRITTEN)
    one, other = browser.get(PROFILE), browser.get(PROFILE)
    assert browser.fill(one, PROFILE, headline="First").status == 303
    refused = browser.fill(other, PROFILE, headline="Second")
    assert refused.status == 412
    assert "<dt>One line about you</dt><dd>First</dd>" in refused.html
    assert refused.form(PROFILE).fields["headline"] == ["Second"]
    assert person.get("/specialists/me").json()["headline"] == "First"
    assert browser.fill(refused, PROFILE).status == 303
    assert person.get("/specialists/me").json()["headline"] == "Second"


def test_a_refused_form_keeps_the_version_that_it_was_filled_from(
    newcomer: tuple[Person, Browser],
) -> None:
    person, browser = newcomer
    save(browser, PROFILE, **WRITTEN)
    page = browser.get(PROFILE)
    person.patch("/specialists/me", {"headline": "By another device"})
    refused = browser.fill(page, PROFILE, display_name="")
    assert refused.status == 422
    assert browser.fill(refused, PROFILE, display_name="Ines").status == 412


def test_a_preview_has_what_is_written_and_saves_nothing(desk: Browser, ada: Person) -> None:
    version = desk.get(PROFILE).form(PROFILE).fields["_version"]
    written = {**desk.get(PROFILE).form(PROFILE).fields, "biography": ["A **bold** word."]}
    preview = desk.send("/desk/profile/preview", written)
    assert (preview.status, preview.h1) == (200, "Dr Ada Example")
    assert "A <strong>bold</strong> word." in preview.html
    assert ada.get("/specialists/me").json()["biography"] == "I listen first."
    assert preview.form(PROFILE).fields["_version"] == version

    again = desk.fill(preview, PROFILE, _remove="")
    assert again.form(PROFILE).fields["biography"] == ["A **bold** word."]
    saved = desk.fill(preview, PROFILE, biography="I listen first.")
    assert (saved.status, saved.location) == (303, PROFILE)


def test_the_preview_is_the_public_page(desk: Browser, ada: Person) -> None:
    slug = ada.get("/specialists/me").json()["slug"]
    preview, public = desk.get("/desk/profile/preview"), desk.get(f"/specialists/{slug}")
    assert preview.h1 == public.h1
    assert "I listen first." in preview.text
    assert "Here others see your free half hours." in preview.text


def test_without_a_profile_the_preview_leads_to_it(newcomer: tuple[Person, Browser]) -> None:
    _, browser = newcomer
    assert browser.get("/desk/profile/preview").location == PROFILE


def test_a_photo_is_shown_and_removed(desk: Browser, ada: Person) -> None:
    page = desk.get(PROFILE)
    action = "/desk/profile/photo"
    shown = desk.attach(page, action, "photo", a_picture(), "image/jpeg")
    assert "Your photo is saved." in desk.followed(shown).text
    photo = ada.get("/specialists/me").json()["photo"]
    assert photo["medium"] in desk.get(PROFILE).html
    removed = desk.fill(desk.get(PROFILE), f"{action}/removal")
    assert "Your photo is removed." in desk.followed(removed).text
    assert ada.get("/specialists/me").json()["photo"] is None


def test_a_photo_that_is_none_is_refused_at_its_field(desk: Browser) -> None:
    page = desk.get(PROFILE)
    refused = desk.attach(page, "/desk/profile/photo", "photo", b"words", "text/plain")
    assert refused.status == 422
    assert "Photo: Please choose a file of one of the kinds above." in refused.text


# The licence


def test_a_declined_licence_says_why_and_is_handed_in_again(http: httpx.Client) -> None:
    person = somebody(http, "specialist")
    browser = signed_in(http, person.email)
    assert save(browser, LICENCE, **_filled(a_licence())).location == LICENCE
    assert "Without a document." in browser.get(LICENCE).text
    version = person.get("/specialists/me/licence").json()["version"]
    decision = {"decision": "declined", "version": version, "reason": "The number is cut off."}
    an_admin(http).put(f"/specialists/{person.id}/verification", decision)
    page = browser.get(LICENCE)
    assert "declined" in page.text
    assert "The number is cut off." in page.text
    assert "Declined. Please read why" in browser.get("/desk").text
    save(browser, LICENCE, number="PT-20410")
    assert person.get("/specialists/me/licence").json()["status"] == "submitted"


def test_a_document_of_another_kind_is_refused(http: httpx.Client) -> None:
    person = somebody(http, "specialist")
    browser = signed_in(http, person.email)
    page = browser.get(LICENCE)
    filled = _filled(a_licence())
    for content, kind in ((b"words", "text/plain"), (b"words", "application/pdf")):
        refused = browser.attach(page, LICENCE, "document", content, kind, **filled)
        assert refused.status == 422
        assert "Document:" in refused.text
    again = browser.attach(refused, LICENCE, "document", PDF, "application/pdf")
    assert "With a document" in browser.followed(again).text


def test_a_licence_that_has_ended_is_refused(http: httpx.Client) -> None:
    browser = signed_in(http, somebody(http, "specialist").email)
    refused = save(browser, LICENCE, **_filled(a_licence(expires_on="2020-01-01")))
    assert refused.status == 422
    assert "First day on which it is no longer valid:" in refused.text


def test_a_licence_that_ends_soon_asks_for_the_renewed_one(http: httpx.Client) -> None:
    person = somebody(http, "specialist")
    soon = str((utc_now() + timedelta(days=20)).date())
    handed_in = person.put("/specialists/me/licence", a_licence(expires_on=soon)).json()
    decision = {"decision": "verified", "version": handed_in["version"]}
    an_admin(http).put(f"/specialists/{person.id}/verification", decision)
    assert "expires soon" in signed_in(http, person.email).get(LICENCE).text


# Hours


def test_hours_come_back_as_they_were_set(newcomer: tuple[Person, Browser]) -> None:
    person, browser = newcomer
    day = str((utc_now() + timedelta(days=9)).date())
    other = str((utc_now() + timedelta(days=10)).date())
    more: dict[str, Filled] = {
        "monday.1.starts": "18:00",
        "monday.1.ends": "00:00",
        "days.0.day": day,
        "days.0.starts": "10:00",
        "days.0.ends": "11:00",
        "days.1.day": other,
        "days.2.day": day,
        "days.2.starts": "15:00",
        "days.2.ends": "16:30",
        "stays.0.first_day": day,
        "stays.0.last_day": other,
        "stays.0.time_zone": "America/Bogota",
        "most_per_day": "3",
        "monthly_budget": "",
        "buffer_after_minutes": "15",
    }
    page = browser.get(HOURS)
    assert browser.fill(page, HOURS, **OPEN, **more).status == 303
    saved = hours_of(person)
    mondays = [each for each in saved["hours"] if each["weekday"] == "monday"]
    assert [(each["starts"], each["ends"]) for each in mondays] == [
        ("09:00", "12:00"),
        ("18:00", "24:00"),
    ]
    assert saved["overrides"] == [
        {
            "day": day,
            "hours": [
                {"starts": "10:00", "ends": "11:00"},
                {"starts": "15:00", "ends": "16:30"},
            ],
        },
        {"day": other, "hours": []},
    ]
    assert saved["stays"][0]["time_zone"] == "America/Bogota"
    assert (saved["most_per_day"], saved["monthly_budget"]) == (3, None)
    assert saved["buffer_after_minutes"] == 15
    assert saved["paced"]

    assert save(browser, HOURS).status == 303
    assert hours_of(person) == saved


def test_rows_of_hours_are_added_and_removed_without_saving(desk: Browser, ada: Person) -> None:
    before = hours_of(ada)
    page = save(desk, HOURS, _add="tuesday", **{"tuesday.0.ends": "10:00"})
    fields = page.form(HOURS).fields
    assert (fields["tuesday.0.ends"], fields["tuesday.1.starts"]) == (["10:00"], [""])
    page = desk.fill(page, HOURS, _add="days")
    assert "days.0.day" in page.form(HOURS).fields
    page = desk.fill(page, HOURS, _add="stays", **{"days.0.day": "2027-01-02"})
    assert "stays.0.first_day" in page.form(HOURS).fields
    page = desk.fill(page, HOURS, _add="days")
    page = desk.fill(page, HOURS, _add="days")
    page = desk.fill(page, HOURS, _add="days", **{"days.2.day": "2027-01-03"})
    assert page.form(HOURS).fields["days.2.day"] == ["2027-01-03"]
    page = desk.fill(page, HOURS, _remove="days.0")
    page = desk.fill(page, HOURS, _remove="days.0")
    assert page.form(HOURS).fields["days.0.day"] == ["2027-01-03"]
    assert hours_of(ada) == before


WRONG_HOURS: list[tuple[dict[str, Filled], str, str]] = [
    ({"friday.0.ends": ""}, "friday-0-ends", "Friday: Please fill this in."),
    (
        {"friday.1.starts": "11:00", "friday.1.ends": "13:00"},
        "friday-1-starts",
        "Friday: These hours overlap others. Please change one of the two.",
    ),
    (
        {"sunday.0.starts": "09:00", "sunday.0.ends": "09:00"},
        "sunday-0-ends",
        "Sunday: Please choose an end that is not the start.",
    ),
    (
        {"sunday.0.starts": "09:00", "sunday.0.ends": "09:20"},
        "sunday-0-starts",
        "Sunday: That is 20 minutes. A half hour takes 30.",
    ),
    (
        {"days.0.day": "2027-01-02", "days.0.starts": "09:00"},
        "days-0-ends",
        "Exceptions on single days: Please fill this in.",
    ),
    (
        {
            "days.0.day": "2027-01-02",
            "days.1.day": "2027-01-03",
            "days.1.starts": "09:00",
            "days.1.ends": "09:00",
        },
        "days-1-ends",
        "Exceptions on single days: Please choose an end that is not the start.",
    ),
    (
        {
            "stays.0.first_day": "2027-01-02",
            "stays.0.last_day": "2027-01-01",
            "stays.0.time_zone": "Asia/Tokyo",
        },
        "stays-0-last_day",
        "Stays in another time zone: Please choose a last day that is at most 366 days after",
    ),
    (
        {"horizon_days": "500"},
        "horizon_days",
        "Days ahead that can be booked: Please enter a number from 1 to 180.",
    ),
    ({"time_zone": ""}, "time_zone", "Time zone of your hours: Please fill this in."),
]


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"), WRONG_HOURS, ids=[field for _, field, _ in WRONG_HOURS]
)
def test_what_is_wrong_with_hours_stands_at_the_row(
    newcomer: tuple[Person, Browser], wrong: dict[str, Filled], field: str, sentence: str
) -> None:
    _, browser = newcomer
    refused = save(browser, HOURS, **{**OPEN, **wrong})
    assert refused.status == 422
    assert sentence in refused.text
    assert f'href="#save_my_hours-{field}"' in refused.html
    assert f'id="save_my_hours-{field}"' in refused.html
    assert refused.form(HOURS).fields["monday.0.starts"] == ["09:00"]


def test_hours_of_two_windows_are_shown_side_by_side(newcomer: tuple[Person, Browser]) -> None:
    _, browser = newcomer
    save(browser, HOURS, **OPEN)
    one, other = browser.get(HOURS), browser.get(HOURS)
    browser.fill(one, HOURS, **{"monday.0.ends": "11:00"})
    refused = browser.fill(other, HOURS, **{"monday.0.ends": "10:00"})
    assert refused.status == 412
    assert "<dt>Monday</dt><dd>09:00–11:00</dd>" in refused.html
    assert refused.form(HOURS).fields["monday.0.ends"] == ["10:00"]


def test_booked_half_hours_outside_of_new_hours_are_named(http: httpx.Client) -> None:
    person, client = a_specialist(http, featured=True), a_client(http)
    slots = http.get(f"/api/v1/specialists/{person.id}/slots?limit=500").json()["items"]
    booking = {"specialist_id": person.id, "starts_at": slots[-1]["starts_at"]}
    booked = client.post("/consultations", booking)
    assert booked.status_code == 201, booked.text
    browser = signed_in(http, person.email)
    closed = {
        f"{day}.0.{name}": ""
        for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
        for name in ("starts", "ends")
    }
    page = save(browser, HOURS, **closed)
    assert (page.status, page.h1) == (200, "Hours")
    assert "1 booked half hour is outside of these hours. It stays booked." in page.text
    assert f'href="/consultations/{booked.json()["id"]}"' in page.html
    assert hours_of(person)["hours"] == []


def test_times_of_the_next_14_days_are_those_of_the_api(desk: Browser, ada: Person) -> None:
    until = utc_now() + timedelta(days=14)
    query = {"to": until.isoformat(), "limit": "500"}
    by_api = ada.http.get(f"/api/v1/specialists/{ada.id}/slots", params=query).json()["items"]
    html = desk.get(HOURS).html
    shown = [each for each in by_api if f'datetime="{_iso(each["starts_at"])}"' in html]
    assert len(shown) >= len(by_api) - 1
    assert "in Berlin time" in desk.get(HOURS).text


def _iso(starts_at: str) -> str:
    return starts_at.replace("Z", "+00:00")


# Calendars elsewhere


def test_a_calendar_is_added_and_removed(http: httpx.Client) -> None:
    person = a_specialist(http, listed=False)
    browser = signed_in(http, person.email)
    assert "No other calendar yet." in browser.get(CALENDARS).text
    address = "https://calendar.example/secret-1.ics"
    added = browser.followed(save(browser, CALENDARS, address=address, label="Private"))
    assert "Private" in added.text
    assert "not read yet" in added.text
    assert address not in added.html
    again = save(browser, CALENDARS, address=address)
    assert again.status == 409
    removed = browser.fill(added, f"{CALENDARS}/removal")
    assert "The calendar is removed." in browser.followed(removed).text


def only_calendar(browser: Browser) -> str:
    """The path behind its "Change"."""
    [path] = re.findall(rf'href="({CALENDARS}/[^"]+)"', browser.get(CALENDARS).html)
    return str(path)


def change_calendar(browser: Browser, **filled: Filled) -> PageSeen:
    return save(browser, only_calendar(browser), **filled)


def test_a_calendar_gets_another_name_and_keeps_its_address(http: httpx.Client) -> None:
    browser = signed_in(http, a_specialist(http, listed=False).email)
    save(browser, CALENDARS, address="https://calendar.example/1.ics", label="Work")

    changed = browser.followed(change_calendar(browser, label="Family"))

    assert "The calendar is changed." in changed.text
    assert "Family" in changed.text
    assert "calendar.example" in changed.text
    assert "Work" not in changed.text


def test_a_calendar_gets_another_address(http: httpx.Client) -> None:
    browser = signed_in(http, a_specialist(http, listed=False).email)
    save(browser, CALENDARS, address="https://calendar.example/1.ics", label="Work")

    refused = change_calendar(browser, address="ftp://elsewhere.example/2.ics")
    moved = browser.followed(change_calendar(browser, address="https://elsewhere.example/2.ics"))

    assert refused.status == 422
    assert "at elsewhere.example" in moved.text
    assert "Work" in moved.text


def test_a_calendar_that_another_window_renamed_is_not_overwritten(http: httpx.Client) -> None:
    browser = signed_in(http, a_specialist(http, listed=False).email)
    save(browser, CALENDARS, address="https://calendar.example/1.ics", label="Work")
    path = only_calendar(browser)
    opened = browser.get(path)
    change_calendar(browser, label="Family")

    stale = browser.fill(opened, path, address="https://elsewhere.example/2.ics")

    assert stale.status == 412
    assert "Saved meanwhile, in another window" in stale.text
    assert "Family" in stale.text
    assert "at calendar.example" in browser.get(CALENDARS).text


def test_five_calendars_are_the_most(http: httpx.Client) -> None:
    browser = signed_in(http, a_specialist(http, listed=False).email)
    for number in range(5):
        save(browser, CALENDARS, address=f"https://calendar.example/{number}.ics")
    page = browser.get(CALENDARS)
    assert "Five calendars are the most." in page.text
    assert "Add this calendar" not in page.text


# Figures and featuring


def test_figures_begin_with_the_present_month(desk: Browser) -> None:
    page = desk.get("/desk/figures")
    assert page.status == 200
    assert "Only you see these figures." in page.text
    assert "a count under five is left out" in page.text


def test_featuring_says_since_when_or_what_is_missing(
    desk: Browser, newcomer: tuple[Person, Browser]
) -> None:
    assert "You are featured, since" in desk.get("/desk/featuring").text
    person, browser = newcomer
    assert "You have no profile yet." in browser.get("/desk/featuring").text
    person.post("/specialists", a_profile())
    text = browser.get("/desk/featuring").text
    for reason in (
        "Your licence is not checked yet, or has expired.",
        "Your profile is not listed.",
        "You offer no free half hours at the moment.",
        "No half hour is free within the next 14 days.",
    ):
        assert reason in text


DESK_PAGES = (
    *("/desk", PROFILE, "/desk/profile/preview", LICENCE, HOURS),
    *(CALENDARS, "/desk/featuring", "/desk/figures"),
)


@pytest.mark.parametrize("path", DESK_PAGES)
def test_each_page_speaks_both_languages_and_is_no_one_elses(desk: Browser, path: str) -> None:
    page, german = desk.get(path), desk.get(f"/de{path}")
    assert (page.status, german.status) == (200, 200)
    assert page.text != german.text
    assert page.response.headers["Cache-Control"] == "no-store"
    assert '<meta name="robots" content="noindex">' in page.html
