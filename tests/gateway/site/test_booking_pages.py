"""Booking a half hour by the pages: by a client, and by a person without an account."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from sqlalchemy import update

from chassis.errors import Unavailable
from chassis.times import utc_now
from contracts.booking.consultations import AlreadyBooked
from contracts.booking.sign_up_holds import SignUpHoldStatus
from contracts.profiles.accounts import EmailVerificationRequested
from contracts.rpc.booking import Booking
from services.booking.holds.sign_up_holds import SignUpHold
from tests.gateway.site.page_reading import slots_on
from tests.support.browsing import Browser, PageSeen, signed_in
from tests.support.factories import (
    PASSWORD,
    Person,
    a_client,
    a_specialist,
    an_address,
    an_availability,
    slots_of,
    somebody,
)
from tests.support.mailbox import link_to, mails_to
from tests.support.platform import House

NOTE = "I have been sleeping badly since spring."
NEW: dict[str, Any] = {
    "display_name": "Sam",
    "password": PASSWORD,
    "terms": True,
    "health_data": True,
}
CHECK_MAIL = "/booking/check-mail"
MONTHS_AGO = "2020-01-01T10:00Z"


@pytest.fixture(scope="module")
def ada(http: httpx.Client) -> Person:
    """A specialist whose times only these tests book."""
    return a_specialist(http, featured=True)


@pytest.fixture(autouse=True)
def _earlier_holds_are_over(shared_house: House) -> None:
    """A specialist has two at once at most."""
    with shared_house.store("booking").transaction() as tx:
        tx.execute(update(SignUpHold).values(status=SignUpHoldStatus.OVER))


@pytest.fixture
def starts_at(ada: Person) -> str:
    """A free time of Ada's, not next to one that another test has taken."""
    found: str = slots_of(ada)[3]["starts_at"]
    return found


@pytest.fixture(scope="module")
def slug(ada: Person) -> str:
    found: str = ada.get("/specialists/me").json()["slug"]
    return found


def booking(slug: str) -> str:
    return f"/specialists/{slug}/booking"


def page_of(slug: str, starts_at: str, **more: str) -> str:
    query = "".join(f"&{name}={quote(value)}" for name, value in more.items())
    return f"{booking(slug)}?starts_at={quote(starts_at)}{query}"


def note_on(page: PageSeen, action: str) -> str:
    """Browsers drop the first line break of a text area."""
    [found] = page.form(action).fields["note"]
    return found.removeprefix("\n")


def half_hours_of(client: Person) -> list[str]:
    return [each["id"] for each in client.get("/consultations").json()["items"]]


# A client


def test_a_client_books_with_two_clicks(http: httpx.Client, slug: str, starts_at: str) -> None:
    client = a_client(http)
    browser = signed_in(http, client.email)
    page = browser.get(page_of(slug, starts_at, tz="Europe/Lisbon"))
    assert "Lisbon time" in page.text
    assert "Book this half hour" in page.text

    answer = browser.fill(page, booking(slug))
    [id] = half_hours_of(client)
    assert (answer.status, answer.location) == (303, f"/consultations/{id}")
    confirmation = browser.followed(answer)
    assert confirmation.h1 == "You have a half hour with Dr Ada Example."
    assert 'role="status"' in confirmation.html


def test_the_dial_fills_once(http: httpx.Client, slug: str, starts_at: str) -> None:
    browser = signed_in(http, a_client(http).email)
    answer = browser.fill(browser.get(page_of(slug, starts_at)), booking(slug))
    assert '<div class="sunny" role="status">' in browser.followed(answer).html
    assert '<div class="sunny" role="status">' not in browser.get(answer.location).html


def test_sent_twice_it_books_once(http: httpx.Client, slug: str, starts_at: str) -> None:
    client = a_client(http)
    browser = signed_in(http, client.email)
    page = browser.get(page_of(slug, starts_at))
    answers = [browser.fill(page, booking(slug), note=NOTE) for _ in range(3)]
    [id] = half_hours_of(client)
    assert {each.location for each in answers} == {f"/consultations/{id}"}


def test_going_back_to_change_the_note_books_nothing_more(
    http: httpx.Client, slug: str, starts_at: str
) -> None:
    client = a_client(http)
    browser = signed_in(http, client.email)
    page = browser.get(page_of(slug, starts_at))
    first = browser.fill(page, booking(slug), note=NOTE)
    again = browser.fill(page, booking(slug), note="Something else.")
    assert again.location == first.location
    assert "had or booked" in browser.followed(again).text
    assert len(half_hours_of(client)) == 1


def test_two_tabs_book_once(http: httpx.Client, slug: str, starts_at: str) -> None:
    client = a_client(http)
    browser = signed_in(http, client.email)
    tabs = [browser.get(page_of(slug, starts_at)) for _ in range(2)]
    answers = [browser.fill(each, booking(slug)) for each in tabs]
    assert len({each.location for each in answers}) == 1
    assert len(half_hours_of(client)) == 1


def test_a_time_that_is_taken_meanwhile_leads_to_the_nearest_ones(
    http: httpx.Client, ada: Person, slug: str, starts_at: str
) -> None:
    browser = signed_in(http, a_client(http).email)
    page = browser.get(page_of(slug, starts_at))
    taken = a_client(http).post("/consultations", {"specialist_id": ada.id, "starts_at": starts_at})
    assert taken.status_code == 201

    answer = browser.fill(page, booking(slug), note=NOTE)
    assert answer.status == 409
    assert "is already taken" in answer.text
    assert answer.h1 == "This half hour is not free any more"
    nearest = slots_on(answer.html)
    assert len(nearest) == 3
    assert all(path.startswith(booking(slug)) for path, _ in nearest)


def test_a_time_that_has_passed_is_not_offered(http: httpx.Client, slug: str) -> None:
    page = Browser(http).get(page_of(slug, MONTHS_AGO))
    assert page.h1 == "This half hour is not free any more"
    assert len(slots_on(page.html)) == 3


def test_without_a_time_one_is_chosen_first(http: httpx.Client, slug: str) -> None:
    assert Browser(http).get(booking(slug)).location == f"/specialists/{slug}"


def test_an_overlapping_booking_leads_to_the_own_half_hours(
    http: httpx.Client, ada: Person, specialist: Person, slug: str
) -> None:
    client = a_client(http)
    free = [{each["starts_at"] for each in slots_of(who)} for who in (ada, specialist)]
    both = max(set.intersection(*free))
    wanted = {"specialist_id": specialist.id, "starts_at": both}
    assert client.post("/consultations", wanted).status_code == 201
    browser = signed_in(http, client.email)
    answer = browser.fill(browser.get(page_of(slug, both)), booking(slug), note=NOTE)
    assert answer.status == 409
    assert "You have booked another consultation at this time." in answer.text
    assert 'href="/consultations"' in answer.html
    assert note_on(answer, booking(slug)) == NOTE


def test_a_specialist_is_told_why_they_cannot_book(
    http: httpx.Client, ada: Person, slug: str, starts_at: str
) -> None:
    own = signed_in(http, ada.email).get(page_of(slug, starts_at))
    assert "This is your own profile" in own.text
    colleague = signed_in(http, somebody(http, "specialist").email)
    assert "can't book" in colleague.get(page_of(slug, starts_at)).text
    refused = colleague.send(booking(slug), {"starts_at": starts_at})
    assert refused.status == 403


def test_a_form_whose_session_is_gone_comes_back_filled(
    http: httpx.Client, slug: str, starts_at: str
) -> None:
    client = a_client(http)
    browser = signed_in(http, client.email)
    page = browser.get(page_of(slug, starts_at))
    browser.cookies.clear()
    asked = browser.fill(page, booking(slug), note=NOTE)
    assert asked.status == 401
    resumed = browser.fill(asked, "/sign-in", email=client.email, password=PASSWORD)
    assert note_on(resumed, booking(slug)) == NOTE
    assert half_hours_of(client) == []
    browser.fill(resumed, booking(slug))
    assert len(half_hours_of(client)) == 1


def test_signing_in_keeps_the_time(http: httpx.Client, slug: str, starts_at: str) -> None:
    browser, client = Browser(http), a_client(http)
    page = browser.get(page_of(slug, starts_at))
    [sign_in] = re.findall(r'href="(/sign-in\?next=[^"]+)"', page.html)
    asked = browser.get(sign_in.replace("&amp;", "&"))
    answer = browser.fill(asked, "/sign-in", email=client.email, password=PASSWORD)
    assert browser.followed(answer).form(booking(slug))


def test_times_are_in_the_specialists_zone_until_another_is_known(
    http: httpx.Client, slug: str, starts_at: str
) -> None:
    browser = Browser(http)
    assert "Berlin time" in browser.get(page_of(slug, starts_at)).text
    assert "Tokyo time" in browser.get(page_of(slug, starts_at, tz="Asia/Tokyo")).text
    browser.cookies["tz"] = "Europe/Lisbon"
    assert "Lisbon time" in browser.get(page_of(slug, starts_at)).text


def test_help_for_the_readers_country_stands_beside_the_note(
    http: httpx.Client, slug: str, starts_at: str
) -> None:
    page = Browser(http).get(page_of(slug, starts_at, tz="Europe/Vienna"))
    assert 'href="tel:112"' in page.html
    assert 'href="tel:142"' in page.html


# A new person


def new_person(browser: Browser, page: PageSeen, slug: str, **changes: Any) -> PageSeen:
    return browser.fill(page, f"{booking(slug)}/sign-up", **{**NEW, "note": NOTE, **changes})


@pytest.fixture
def newcomer(http: httpx.Client, slug: str, starts_at: str) -> tuple[Browser, str]:
    """A browser in which a sign-up with this half hour was begun, and its address."""
    browser, email = Browser(http), an_address()
    sent = new_person(browser, browser.get(page_of(slug, starts_at)), slug, email=email)
    assert (sent.status, sent.location) == (303, CHECK_MAIL)
    return browser, email


def verify(http: httpx.Client, email: str) -> str:
    return f"/verify-email?token={quote(link_to(http, email))}"


def test_a_new_person_books_through_the_mailed_link(
    http: httpx.Client, newcomer: tuple[Browser, str]
) -> None:
    browser, email = newcomer
    waiting = browser.get(CHECK_MAIL)
    assert "is kept for you until" in waiting.text
    assert "firststep mails" in waiting.text

    page = browser.get(verify(http, email))
    assert "Dr Ada Example" in page.text
    confirmed = browser.fill(page, "/verify-email")
    confirmation = browser.followed(confirmed)
    assert confirmation.h1 == "You have a half hour with Dr Ada Example."
    assert NOTE in confirmation.text
    assert "Sam" in confirmation.text
    assert "__Host-sign-up" not in browser.cookies


def test_a_sign_up_sent_twice_sends_one_link(http: httpx.Client, slug: str, starts_at: str) -> None:
    browser, email = Browser(http), an_address()
    page = browser.get(page_of(slug, starts_at))
    twin = Browser(http, dict(browser.cookies), browser.headers)
    for each in (browser, twin):
        assert new_person(each, page, slug, email=email).location == CHECK_MAIL
    assert len(mails_to(http, email, EmailVerificationRequested)) == 1
    assert twin.cookies["__Host-sign-up"] == browser.cookies["__Host-sign-up"]


def test_opening_the_mailed_link_books_nothing(
    http: httpx.Client, newcomer: tuple[Browser, str]
) -> None:
    browser, email = newcomer
    for _ in range(2):
        assert browser.get(verify(http, email)).status == 200
    assert browser.get("/consultations").location.startswith("/sign-in")
    assert "is kept for you until" in browser.get(CHECK_MAIL).text


def test_the_button_of_the_mailed_link_books_once(
    http: httpx.Client, newcomer: tuple[Browser, str]
) -> None:
    browser, email = newcomer
    page = browser.get(verify(http, email))
    twin = Browser(http, dict(browser.cookies), browser.headers)
    answers = [each.fill(page, "/verify-email") for each in (browser, twin)]
    assert answers[0].location.startswith("/consultations/")
    assert answers[1].location == answers[0].location
    assert browser.get(verify(http, email)).h1 == "This link can’t be used"


def test_on_another_device_the_link_asks_for_the_password(
    http: httpx.Client, newcomer: tuple[Browser, str]
) -> None:
    _, email = newcomer
    other = Browser(http)
    page = other.get(verify(http, email))
    wrong = other.fill(page, "/verify-email", password="not the password")
    assert wrong.status == 403
    answer = other.fill(wrong, "/verify-email", password=PASSWORD)
    assert NOTE in other.followed(answer).text


def test_the_time_is_kept_from_others_and_for_this_browser(
    http: httpx.Client, slug: str, starts_at: str, newcomer: tuple[Browser, str]
) -> None:
    browser, _ = newcomer
    assert browser.get(page_of(slug, starts_at)).h1 == "Almost there"
    assert "not free" in Browser(http).get(page_of(slug, starts_at)).h1


def test_what_is_wrong_is_said_at_the_fields_and_the_rest_is_kept(
    http: httpx.Client, slug: str, starts_at: str
) -> None:
    browser = Browser(http)
    page = browser.get(page_of(slug, starts_at))
    answer = new_person(browser, page, slug, email="sam@")
    assert answer.status == 422
    fields = answer.form(f"{booking(slug)}/sign-up").fields
    assert fields["display_name"] == ["Sam"]
    assert note_on(answer, f"{booking(slug)}/sign-up") == NOTE
    assert fields["password"] == [""]
    assert answer.title.startswith("Error: ")


@pytest.mark.parametrize("text", ["terms", "health_data"])
def test_both_texts_are_agreed_to_first(
    http: httpx.Client, slug: str, starts_at: str, text: str
) -> None:
    browser, email = Browser(http), an_address()
    page = browser.get(page_of(slug, starts_at))
    answer = new_person(browser, page, slug, email=email, **{text: None})
    assert answer.status == 422
    assert "__Host-sign-up" not in browser.cookies


def test_a_text_that_changed_meanwhile_is_agreed_to_again(
    http: httpx.Client, slug: str, starts_at: str
) -> None:
    page = Browser(http).get(page_of(slug, starts_at))
    answer = new_person(Browser(http), page, slug, email=an_address(), terms="1999")
    assert answer.status == 422
    assert 'id="sign_up_and_book-terms-error"' in answer.html
    assert "This text has changed meanwhile." in answer.text
    form = answer.form(f"{booking(slug)}/sign-up")
    assert "terms" not in form.fields
    assert form.fields["health_data"] == [form.boxes["health_data"]]


def test_a_weak_password_does_not_lose_the_time(
    http: httpx.Client, slug: str, starts_at: str
) -> None:
    browser, email = Browser(http), an_address()
    page = browser.get(page_of(slug, starts_at))
    weak = new_person(browser, page, slug, email=email, password="password1234")
    assert "too easy to guess" in weak.text
    assert "not free" in Browser(http).get(page_of(slug, starts_at)).h1
    sent = new_person(browser, weak, slug, email=email)
    assert sent.location == CHECK_MAIL


@pytest.mark.parametrize("path", [CHECK_MAIL, "/sign-up/check-mail"])
def test_the_link_can_be_sent_again(
    http: httpx.Client, newcomer: tuple[Browser, str], path: str
) -> None:
    browser, email = newcomer
    before = link_to(http, email)
    answer = browser.fill(browser.get(path), path, email=email)
    assert answer.location == path
    assert link_to(http, email) != before
    assert half_hour_mailed_to(http, email) is not None


def half_hour_mailed_to(http: httpx.Client, email: str) -> Any:
    """What the last mail to this address names."""
    return mails_to(http, email, EmailVerificationRequested)[-1]["half_hour"]


def test_a_link_that_is_sent_again_names_no_half_hour_that_is_over(
    http: httpx.Client, shared_house: House, newcomer: tuple[Browser, str]
) -> None:
    browser, email = newcomer
    assert half_hour_mailed_to(http, email) is not None
    with shared_house.store("booking").transaction() as tx:
        tx.execute(update(SignUpHold).values(status=SignUpHoldStatus.OVER))
    browser.fill(browser.get(CHECK_MAIL), CHECK_MAIL, email=email)
    assert half_hour_mailed_to(http, email) is None


def test_a_link_is_sent_again_without_an_answer_of_booking(
    http: httpx.Client, newcomer: tuple[Browser, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any, **__: Any) -> Any:
        raise Unavailable

    browser, email = newcomer
    page = browser.get(CHECK_MAIL)
    before = link_to(http, email)
    monkeypatch.setattr(Booking, "get_hold_of_sign_up", away)
    assert browser.fill(page, CHECK_MAIL, email=email).location == CHECK_MAIL
    assert link_to(http, email) != before


def test_an_address_with_an_account_sees_the_same_and_books_once_signed_in(
    http: httpx.Client, slug: str, starts_at: str
) -> None:
    owner, browser = a_client(http), Browser(http)
    sent = new_person(browser, browser.get(page_of(slug, starts_at)), slug, email=owner.email)
    assert "is kept for you until" in browser.followed(sent).text
    browser.fill(browser.get("/sign-in"), "/sign-in", email=owner.email, password=PASSWORD)
    page = browser.get(page_of(slug, starts_at))
    confirmation = browser.followed(browser.fill(page, booking(slug)))
    assert NOTE in confirmation.text


# Signing up by the page of its own, while a half hour is kept in this browser


def signs_up(browser: Browser, email: str, **changes: Any) -> PageSeen:
    """On the page of signing up, as it is filled there."""
    person = {"display_name": "Sam", "email": email, "password": PASSWORD}
    filled = {**person, "terms": True, "health_data": True, **changes}
    return browser.fill(browser.get("/sign-up"), "/sign-up", **filled)


def test_a_plain_sign_up_goes_on_with_the_half_hour_that_is_kept(
    http: httpx.Client, newcomer: tuple[Browser, str], ada: Person
) -> None:
    """The first address had a mistake, say."""
    browser, first = newcomer
    name = ada.get("/specialists/me").json()["display_name"]
    page = browser.get("/sign-up")
    assert f"With {name}." in page.text
    assert "Kept for you until" in page.text
    assert page.form("/sign-up").fields["with_half_hour"] == ["true"]

    email = an_address()
    sent = signs_up(browser, email)
    assert sent.location == CHECK_MAIL
    assert "is kept for you until" in browser.followed(sent).text
    assert half_hour_mailed_to(http, email) == half_hour_mailed_to(http, first)
    booked = browser.followed(browser.fill(browser.get(verify(http, email)), "/verify-email"))
    assert "/consultations/" in booked.at
    assert NOTE in booked.text


@pytest.mark.parametrize(
    "changes", [{"with_half_hour": None}, {"role": "specialist", "health_data": None}]
)
def test_a_sign_up_of_another_kind_leaves_the_half_hour_to_the_first_one(
    http: httpx.Client, newcomer: tuple[Browser, str], changes: dict[str, Any]
) -> None:
    browser, first = newcomer
    before = browser.cookies["__Host-sign-up"]
    email = an_address()
    assert signs_up(browser, email, **changes).location == "/sign-up/check-mail"
    assert browser.cookies["__Host-sign-up"] != before
    assert half_hour_mailed_to(http, email) is None
    browser.fill(browser.get(verify(http, email)), "/verify-email")

    elsewhere = Browser(http)
    page = elsewhere.get(verify(http, first))
    booked = elsewhere.fill(page, "/verify-email", password=PASSWORD)
    assert NOTE in elsewhere.followed(booked).text


def test_a_half_hour_that_is_over_is_not_offered_at_sign_up(
    shared_house: House, newcomer: tuple[Browser, str]
) -> None:
    browser, _ = newcomer
    page = browser.get("/sign-up")
    with shared_house.store("booking").transaction() as tx:
        tx.execute(update(SignUpHold).values(until=utc_now() - timedelta(minutes=1)))
    assert "with_half_hour" not in browser.get("/sign-up").html
    filled = {"display_name": "Sam", "email": an_address(), "password": PASSWORD}
    sent = browser.fill(page, "/sign-up", **filled, terms=True, health_data=True)
    assert "is over" in browser.followed(sent).text


def test_a_browser_that_keeps_no_half_hour_is_offered_none(http: httpx.Client) -> None:
    assert "with_half_hour" not in Browser(http).get("/sign-up").html


def test_signing_up_is_possible_while_booking_is_away(
    newcomer: tuple[Browser, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any, **__: Any) -> Any:
        raise Unavailable

    browser, _ = newcomer
    monkeypatch.setattr(Booking, "get_hold_of_sign_up", away)
    page = browser.get("/sign-up")
    assert page.status == 200
    assert "with_half_hour" not in page.html


def test_a_time_that_is_not_kept_any_more_is_chosen_again(
    http: httpx.Client, shared_house: House, newcomer: tuple[Browser, str]
) -> None:
    browser, email = newcomer
    with shared_house.store("booking").transaction() as tx:
        tx.execute(update(SignUpHold).values(until=utc_now() - timedelta(minutes=1)))
    assert "is over" in browser.get(CHECK_MAIL).text
    page = browser.get(verify(http, email))
    assert "not kept for you any more" in page.text
    again = browser.followed(browser.fill(page, "/verify-email"))
    assert "/booking?starts_at=" in again.at
    assert browser.get("/consultations").status == 200


def test_a_rule_that_stands_against_it_by_then_is_named(http: httpx.Client) -> None:
    specialist = a_specialist(http, featured=True)
    slug = specialist.get("/specialists/me").json()["slug"]
    starts_at = slots_of(specialist)[0]["starts_at"]
    browser, email = Browser(http), an_address()
    new_person(browser, browser.get(page_of(slug, starts_at)), slug, email=email)
    closed = an_availability(offers_free_consultations=False)
    assert specialist.put("/specialists/me/availability", closed).status_code == 200

    answer = browser.fill(browser.get(verify(http, email)), "/verify-email")
    page = browser.followed(answer)
    assert page.h1 == "This half hour is not free any more"
    assert "Find another specialist" in page.text


def test_a_booking_that_another_tab_made_meanwhile_is_named(
    http: httpx.Client, newcomer: tuple[Browser, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database's constraint refuses it, and knows no consultation."""

    def booked_meanwhile(*_: Any, **__: Any) -> Any:
        raise AlreadyBooked

    browser, email = newcomer
    page = browser.get(verify(http, email))
    monkeypatch.setattr(Booking, "book_consultation", booked_meanwhile)
    answer = browser.fill(page, "/verify-email")
    assert answer.location.endswith("&refused=already_booked")
    assert "You have already had or booked" in browser.followed(answer).text


def test_the_address_of_the_form_leads_to_the_page(
    http: httpx.Client, ada: Person, slug: str, starts_at: str
) -> None:
    page = Browser(http).open(f"{booking(slug)}/sign-up?starts_at={starts_at}")
    assert page.h1 == "Almost there"


# In German


def test_all_of_it_is_in_german(http: httpx.Client, slug: str, starts_at: str) -> None:
    browser, email = Browser(http), an_address()
    page = browser.get(f"/de{page_of(slug, starts_at)}")
    assert page.h1 == "Fast geschafft"
    assert "Wie soll Dr Ada Example Sie nennen?" in page.text
    sent = browser.fill(page, f"/de{booking(slug)}/sign-up", **NEW, email=email)
    assert sent.location == f"/de{CHECK_MAIL}"
    assert "für Sie reserviert" in browser.followed(sent).text
    confirmed = browser.fill(browser.get(f"/de{verify(http, email)}"), "/de/verify-email")
    page = browser.followed(confirmed)
    assert page.h1 == "Sie haben eine halbe Stunde mit Dr Ada Example."
