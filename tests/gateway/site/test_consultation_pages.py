"""Pages of consultations, for both sides: ahead, changed, and afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import icalendar
import pytest
import vobject

from chassis.context import Caller
from chassis.errors import Unavailable
from chassis.times import utc_now
from contracts.rpc.booking import Booking
from tests.gateway.site.page_reading import links_on, slots_on
from tests.support.begun_consultations import let_begin
from tests.support.browsing import Browser, PageSeen, signed_in
from tests.support.factories import (
    PASSWORD,
    Person,
    a_client,
    a_specialist,
    slots_of,
)
from tests.support.full_specialists import a_client_for_whom_one_is_held
from tests.support.platform import House
from tests.support.tokens import KEY, a_token_of, lasting

NOTE = "I would rather not talk about work."
HALF_AN_HOUR = timedelta(minutes=30)


@pytest.fixture(scope="module")
def ada(http: httpx.Client) -> Person:
    """A specialist whose times only these tests book."""
    return a_specialist(http, featured=True)


@dataclass
class Booked:
    """A consultation, and the browsers of its two sides."""

    id: str
    starts_at: str
    http: httpx.Client
    client_browser: Browser
    specialist_browser: Browser

    @property
    def path(self) -> str:
        return f"/consultations/{self.id}"

    def seen_by_client(self, below: str = "") -> PageSeen:
        return self.client_browser.get(f"{self.path}{below}")

    def seen_by_specialist(self, below: str = "") -> PageSeen:
        return self.specialist_browser.get(f"{self.path}{below}")


@pytest.fixture(scope="module")
def ada_browser(http: httpx.Client, ada: Person) -> Browser:
    return signed_in(http, ada.email)


@pytest.fixture
def booked(http: httpx.Client, ada: Person, ada_browser: Browser) -> Booked:
    """In the second week from now, with a note."""
    client = a_client(http)
    starts_at = slots_of(ada)[-1]["starts_at"]
    wanted = {"specialist_id": ada.id, "starts_at": starts_at, "note": NOTE}
    answer = client.post("/consultations", wanted)
    assert answer.status_code == 201, answer.text
    return Booked(answer.json()["id"], starts_at, http, signed_in(http, client.email), ada_browser)


def begins(house: House, booked: Booked, at: datetime) -> None:
    let_begin(house.store("booking"), UUID(booked.id), at)


@pytest.fixture
def over(shared_house: House, booked: Booked) -> Booked:
    begins(shared_house, booked, utc_now() - 2 * HALF_AN_HOUR)
    return booked


# One


def test_each_side_sees_it_with_the_name_of_the_other(booked: Booked) -> None:
    assert booked.seen_by_client().h1 == "You have a half hour with Dr Ada Example."
    assert booked.seen_by_specialist().h1 == "You have a half hour with Sam."


def test_a_side_that_erased_its_account_is_shown_without_a_name(
    http: httpx.Client, ada: Person, ada_browser: Browser
) -> None:
    client = a_client(http)
    wanted = {"specialist_id": ada.id, "starts_at": slots_of(ada)[-1]["starts_at"]}
    consultation = client.post("/consultations", wanted).json()
    assert client.post("/me/erasure", {"password": PASSWORD}).is_success
    assert "the person who booked" in ada_browser.get(f"/consultations/{consultation['id']}").h1
    assert "the person who booked" in ada_browser.get("/consultations").text


def test_no_third_person_sees_it(http: httpx.Client, booked: Booked) -> None:
    stranger = signed_in(http, a_client(http).email)
    for below in ("", "/calendar.ics", "/cancellation", "/rescheduling", "/note", "/outcome"):
        assert stranger.get(f"{booked.path}{below}").status == 404
    asked = Browser(http).get(booked.path)
    assert asked.location == f"/sign-in?next=%2Fconsultations%2F{booked.id}"


def test_no_third_person_changes_it(http: httpx.Client, booked: Booked) -> None:
    stranger = signed_in(http, a_client(http).email)
    forms = {
        "cancellation": {},
        "note": {"note": "Forged"},
        "rescheduling": {"starts_at": booked.starts_at},
        "attendance": {"attendance": "missed"},
        "outcome": {"outcome": "continue"},
    }
    for below, fields in forms.items():
        assert stranger.send(f"{booked.path}/{below}", fields).status == 404
    assert booked.seen_by_client().h1 == "You have a half hour with Dr Ada Example."
    assert "Forged" not in booked.seen_by_specialist("/note").html


def test_both_zones_are_named(booked: Booked) -> None:
    page = booked.seen_by_client("?tz=Asia/Tokyo")
    assert "Tokyo time. In Berlin, where Dr Ada Example is, it is" in page.text
    same = booked.seen_by_client("?tz=Europe/Vienna")
    assert "Vienna time." in same.text
    assert "In Berlin" not in same.text


def test_the_client_sees_what_the_specialist_knows(booked: Booked) -> None:
    text = booked.seen_by_client().text
    assert NOTE in text
    assert "Your name, Sam Client, and your note:" in text


def test_a_note_is_read_with_a_second_factor_alone(
    http: httpx.Client, ada: Person, booked: Booked
) -> None:
    page = booked.seen_by_specialist()
    assert NOTE not in page.text
    assert "second factor" in page.text
    caller = Caller(UUID(ada.id), frozenset(["specialist"]), True, second_factor=True)
    proven = Browser(http, {"__Host-access": lasting(a_token_of(KEY, caller))})
    assert NOTE in proven.get(booked.path).text


def test_the_link_is_there_ten_minutes_before(shared_house: House, booked: Booked) -> None:
    before = booked.seen_by_client()
    assert "The link is on this page from" in before.text
    assert "https://meet.example/" not in before.html
    begins(shared_house, booked, utc_now().replace(microsecond=0) + timedelta(minutes=8))
    assert "https://meet.example/" in booked.seen_by_client().html


def test_no_page_promises_a_reminder(booked: Booked) -> None:
    assert "remind" not in booked.seen_by_client().text.casefold()


# Calendar files


def strictly_read(text: str) -> list[tuple[str, str]]:
    """The properties of a file, read by RFC 5545, section 3.1: lines end with CRLF, have at most 75
    octets, and go on after CRLF and a space."""
    assert text.endswith("\r\n")
    lines = text.removesuffix("\r\n").split("\r\n")
    for line in lines:
        assert "\n" not in line
        assert "\r" not in line
        assert 0 < len(line.encode()) <= 75
    unfolded: list[str] = []
    for line in lines:
        if line[0] in " \t":
            unfolded[-1] += line[1:]
        else:
            unfolded.append(line)
    pairs = [each.partition(":") for each in unfolded]
    assert all(colon for _, colon, _ in pairs)
    return [(name.partition(";")[0], value) for name, _, value in pairs]


@pytest.mark.parametrize(
    ("query", "title"),
    [("?discreet=false", "Free first consultation"), ("?discreet=true", "Appointment")],
)
def test_its_calendar_file_is_read_by_three_parsers(booked: Booked, query: str, title: str) -> None:
    answer = booked.seen_by_client(f"/calendar.ics{query}").response
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="appointment.ics"'
    assert answer.headers["Cache-Control"] == "no-store"
    starts_at = datetime.fromisoformat(booked.starts_at)

    [event] = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
    assert (str(event["summary"]), event.decoded("dtstart")) == (title, starts_at)
    read = vobject.readOne(answer.text).vevent
    assert (read.summary.value, read.dtstart.value) == (title, starts_at)
    properties = strictly_read(answer.content.decode())
    assert ("SUMMARY", title) in properties
    assert ("DTSTART", f"{starts_at.astimezone(UTC):%Y%m%dT%H%M%SZ}") in properties


# Cancelling


def test_cancelling_says_first_what_the_other_side_sees(booked: Booked, ada: Person) -> None:
    page = booked.seen_by_client("/cancellation")
    assert "Dr Ada Example is told" in page.text
    assert "Not why." in page.text
    browser = booked.client_browser
    answer = browser.fill(page, f"{booked.path}/cancellation", reason="something_came_up")
    assert answer.location == booked.path
    cancelled = browser.followed(answer)
    assert "It is cancelled." in cancelled.text
    assert cancelled.h1 == "The half hour with Dr Ada Example was cancelled."
    theirs = booked.seen_by_specialist()
    assert "By Sam" in theirs.text
    assert "came up" not in theirs.text
    assert booked.starts_at in [each["starts_at"] for each in slots_of(ada)]


def test_while_booking_is_away_the_page_says_how_to_send_a_form_again(
    booked: Booked, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any, **__: Any) -> Any:
        raise Unavailable

    path, browser = f"{booked.path}/cancellation", booked.client_browser
    page = booked.seen_by_client("/cancellation")
    with monkeypatch.context() as patched:
        patched.setattr(Booking, "get_consultation", away)
        patched.setattr(Booking, "cancel_consultation", away)
        asked, sent = booked.seen_by_client("/cancellation"), browser.fill(page, path)
    assert (asked.status, sent.status) == (503, 503)
    assert "Nothing that you sent before is lost." in asked.text
    assert "Reload this page in a minute" in sent.text
    for _ in range(2):  # a reload, and one more
        answer = browser.fill(page, path)
        assert (answer.status, answer.location) == (303, booked.path)


def test_after_the_notice_it_cannot_be_cancelled_or_moved(
    shared_house: House, booked: Booked
) -> None:
    begins(shared_house, booked, utc_now() + timedelta(hours=2))
    assert "You could cancel or move it until" in booked.seen_by_client().text
    assert "too late" in booked.seen_by_client("/cancellation").text
    assert "too late" in booked.seen_by_client("/rescheduling").text
    refused = booked.client_browser.send(f"{booked.path}/cancellation", {})
    assert refused.status == 409
    assert "too late to cancel or move" in refused.text
    assert "Move it to this time" not in refused.text


def test_the_client_of_a_cancelled_one_finds_others(booked: Booked) -> None:
    page = booked.seen_by_specialist("/cancellation")
    booked.specialist_browser.fill(page, f"{booked.path}/cancellation")
    links = links_on(booked.seen_by_client().html)
    assert links["Find another specialist"] == "/specialists"
    assert "It does not count" in booked.seen_by_client().text


# Moving


def test_it_is_moved_to_a_time_of_the_picker(booked: Booked) -> None:
    page = booked.seen_by_client("/rescheduling?tz=Europe/Berlin")
    path, name = slots_on(page.html)[0]
    asked = booked.client_browser.get(path)
    assert "Dr Ada Example is told that the half hour on" in asked.text
    answer = booked.client_browser.fill(asked, f"{booked.path}/rescheduling")
    moved = booked.client_browser.get(f"{answer.location}?tz=Europe/Berlin")
    assert name.partition(", ")[2] in moved.text
    assert "It was moved." in moved.text


def test_the_picker_has_the_times_of_the_api(ada: Person, booked: Booked) -> None:
    named = [path for path, _ in slots_on(booked.seen_by_client("/rescheduling").html)]
    shown = [path.partition("starts_at=")[2].replace("%3A", ":") for path in named]
    all_slots = [each["starts_at"] for each in slots_of(ada)]
    assert shown
    assert shown == [each for each in all_slots if each != booked.starts_at][: len(shown)]


def test_a_time_that_is_taken_meanwhile_is_refused_and_another_is_chosen(
    http: httpx.Client, ada: Person, booked: Booked
) -> None:
    path, _ = slots_on(booked.seen_by_client("/rescheduling").html)[2]
    asked = booked.client_browser.get(path)
    starts_at = asked.form(f"{booked.path}/rescheduling").fields["starts_at"][0]
    wanted = {"specialist_id": ada.id, "starts_at": starts_at}
    assert a_client(http).post("/consultations", wanted).status_code == 201
    refused = booked.client_browser.fill(asked, f"{booked.path}/rescheduling")
    assert refused.status == 409
    assert "already taken" in refused.text
    assert links_on(refused.html)["Choose another time"] == f"{booked.path}/rescheduling"


# The note


def test_the_note_is_changed_and_withdrawn(booked: Booked) -> None:
    browser, path = booked.client_browser, f"{booked.path}/note"
    answer = browser.fill(booked.seen_by_client("/note"), path, note="About sleep, please.")
    assert "About sleep, please." in browser.followed(answer).text
    answer = browser.fill(booked.seen_by_client("/note"), path, note="")
    page = browser.followed(answer)
    assert "Your note is deleted." in page.text
    assert "and nothing else." in page.text


def test_only_the_client_writes_the_note(booked: Booked) -> None:
    assert "Only the person who booked" in booked.seen_by_specialist("/note").text
    refused = booked.specialist_browser.send(f"{booked.path}/note", {"note": "Mine."})
    assert refused.status == 403


# Afterwards


def test_before_its_end_it_is_not_said_how_it_went(booked: Booked) -> None:
    assert "once the half hour is over" in booked.seen_by_client("/attendance").text
    assert "once the half hour is over" in booked.seen_by_client("/outcome").text


def test_who_met_says_so_and_is_asked_what_they_want(over: Booked) -> None:
    browser = over.client_browser
    assert over.seen_by_client().h1 == "Your half hour with Dr Ada Example is over."
    answer = browser.fill(
        over.seen_by_client("/attendance"), f"{over.path}/attendance", attendance="held"
    )
    assert answer.location == f"{over.path}/outcome"
    assert browser.followed(answer).h1 == "What do you want next?"
    assert "You said: Yes, we met." in over.seen_by_client().text


def test_a_specialist_who_did_not_come_is_told_and_can_disagree(over: Booked) -> None:
    page = over.seen_by_client("/attendance")
    over.client_browser.fill(page, f"{over.path}/attendance", attendance="specialist_missed")
    assert "Dr Ada Example did not come" in over.seen_by_client().text
    theirs = over.seen_by_specialist()
    assert "That you could not come" in theirs.text
    over.specialist_browser.fill(
        over.seen_by_specialist("/attendance"), f"{over.path}/attendance", attendance="held"
    )
    assert over.seen_by_client().h1 == "You had a half hour with Dr Ada Example."


def test_who_is_named_late_by_the_other_has_two_days_to_disagree(
    shared_house: House, over: Booked
) -> None:
    begins(shared_house, over, utc_now() - timedelta(hours=48))
    page = over.seen_by_client("/attendance")
    over.client_browser.fill(page, f"{over.path}/attendance", attendance="specialist_missed")
    begins(shared_house, over, utc_now() - timedelta(hours=50))
    over.specialist_browser.fill(
        over.seen_by_specialist("/attendance"), f"{over.path}/attendance", attendance="held"
    )
    for seen in (over.seen_by_client, over.seen_by_specialist):
        assert "can't be changed any more" in seen("/attendance").text
        assert "Correct it" not in seen().text


def say(browser: Browser, page: PageSeen, booked: Booked, outcome: str) -> PageSeen:
    return browser.fill(page, f"{booked.path}/outcome", outcome=outcome)


def test_what_one_wants_stays_private(over: Booked) -> None:
    attended = over.seen_by_client("/attendance")
    over.client_browser.fill(attended, f"{over.path}/attendance", attendance="held")
    say(over.client_browser, over.seen_by_client("/outcome"), over, "try_another")
    assert "Try another specialist" in over.seen_by_client().text
    theirs = over.seen_by_specialist().text
    assert "What you want next:" not in theirs
    assert "Both of you" not in theirs


def test_only_both_who_want_to_go_on_hear_it(over: Booked) -> None:
    attended = over.seen_by_client("/attendance")
    over.client_browser.fill(attended, f"{over.path}/attendance", attendance="held")
    say(over.client_browser, over.seen_by_client("/outcome"), over, "continue")
    assert "Both of you want to go on." not in over.seen_by_client().text
    say(over.specialist_browser, over.seen_by_specialist("/outcome"), over, "good_fit")
    for seen in (over.seen_by_client(), over.seen_by_specialist()):
        assert "Both of you want to go on." in seen.text


def test_what_was_said_is_final(over: Booked) -> None:
    page = over.seen_by_client("/outcome")
    say(over.client_browser, page, over, "not_now")
    assert "can't be changed" in over.seen_by_client("/outcome").text
    refused = over.client_browser.send(f"{over.path}/outcome", {"outcome": "continue"})
    assert refused.status == 409


# The list


def test_an_empty_list_offers_the_next_step(http: httpx.Client) -> None:
    page = signed_in(http, a_client(http).email).get("/consultations")
    assert "Nothing ahead." in page.text
    assert links_on(page.html)["Find a specialist"] == "/specialists"


def test_the_list_has_what_is_ahead_over_and_past(
    http: httpx.Client, shared_house: House, ada: Person, ada_browser: Browser
) -> None:
    client = a_client(http)
    browser = signed_in(http, client.email)

    def book(specialist: Person) -> str:
        wanted = {
            "specialist_id": specialist.id,
            "starts_at": slots_of(specialist)[-1]["starts_at"],
        }
        found: str = client.post("/consultations", wanted).json()["id"]
        return found

    first, second = book(ada), book(a_specialist(http, featured=True))
    page = browser.get("/consultations")
    assert page.html.count('<li class="item">') == 2
    let_begin(shared_house.store("booking"), UUID(first), utc_now() - 2 * HALF_AN_HOUR)
    client.post(f"/consultations/{second}/cancellation", {})
    page = browser.get("/consultations")
    assert "Did you meet?" in page.text
    assert "Nothing ahead." in page.text
    assert "cancelled" in page.text
    links = links_on(page.html)
    assert f"/consultations/{first}/attendance" in links.values()


def test_times_that_are_held_stand_in_the_list(http: httpx.Client) -> None:
    client = a_client_for_whom_one_is_held(http)
    browser = signed_in(http, client.email)
    page = browser.get("/consultations?tz=UTC")
    assert "Held for you" in page.text
    [take] = [each for each in links_on(page.html).values() if "/booking?starts_at=" in each]
    asked = browser.open(take)
    answer = browser.fill(asked, take.partition("?")[0])
    assert browser.followed(answer).h1.startswith("You have a half hour with")


def test_past_ones_come_page_by_page(
    http: httpx.Client, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.site.consultations.consultations.PAST_ON_A_PAGE", 1)
    client = a_client(http)
    for place in (-1, -3):
        wanted = {"specialist_id": ada.id, "starts_at": slots_of(ada)[place]["starts_at"]}
        id = client.post("/consultations", wanted).json()["id"]
        client.post(f"/consultations/{id}/cancellation", {})
    browser = signed_in(http, client.email)
    first = browser.get("/consultations")
    second = browser.get(links_on(first.html)["Earlier ones"])
    assert first.html.count('<li class="item">') == second.html.count('<li class="item">') == 1
    assert "Earlier ones" not in links_on(second.html)
    assert links_on(second.html)["Back to the newest"] == "/consultations"


def test_all_of_it_is_in_german(booked: Booked) -> None:
    browser = booked.client_browser
    page = browser.get(f"/de{booked.path}")
    assert page.h1 == "Sie haben eine halbe Stunde mit Dr Ada Example."
    asked = browser.get(f"/de{booked.path}/cancellation")
    cancelled = browser.followed(browser.fill(asked, f"/de{booked.path}/cancellation"))
    assert cancelled.at == f"/de{booked.path}"
    assert "Es ist abgesagt." in cancelled.text
