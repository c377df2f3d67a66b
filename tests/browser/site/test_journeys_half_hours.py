"""What both sides do with a half hour after it is booked: cancel, move, say how it went."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.site.people import HOURS, People
from tests.browser.site.walks import Walk
from tests.support.eventually import eventually
from tests.support.zones import zone_at

Visit = Callable[..., BrowserContext]
HALF_HOUR = "You have a half hour with %(name)s."


@pytest.fixture
def walk_of(visit: Visit, people: People) -> Callable[[str], Walk]:
    """The browser of a person who is signed in."""

    def walk_of(who: str) -> Walk:
        context = visit()
        people.visit_as(who, context)
        return Walk(context.new_page())

    return walk_of


WalkOf = Callable[[str], Walk]


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without"])
def test_a_client_cancels(visit: Visit, people: People, script: bool) -> None:
    who = people.new_client()
    booked = people.book(who, "lucia-romero")
    context = visit(java_script_enabled=script)
    people.visit_as(who, context)
    walk = Walk(context.new_page())
    walk.open(f"/consultations/{booked}")
    walk.follow("cancel it")
    walk.check("Something came up")
    walk.press("Cancel this half hour")
    walk.has_heading("The half hour with %(name)s was cancelled.")
    assert [each["status"] for each in people.consultations_of(who)] == ["cancelled"]


def test_a_client_moves_a_half_hour(walk_of: WalkOf, people: People) -> None:
    who = people.new_client()
    booked = people.book(who, "lucia-romero", place=2)
    [before] = people.consultations_of(who)
    walk = walk_of(who)
    walk.open(f"/consultations/{booked}")
    walk.follow("move it")
    walk.follow_first(walk.main.locator("a.slot"))
    walk.press("Move it to this time")
    walk.has_heading(HALF_HOUR)
    [after] = people.consultations_of(who)
    assert after["id"] == before["id"]
    assert after["starts_at"] != before["starts_at"]


def test_both_sides_say_that_they_met_and_what_they_want_next(
    walk_of: WalkOf, people: People
) -> None:
    who = people.new_client()
    booked = people.book(who, "marta-kowalska")
    people.let_pass(booked)
    client, specialist = walk_of(who), walk_of("marta.kowalska")
    for walk in (client, specialist):
        walk.open(f"/consultations/{booked}/attendance")
        walk.check("Yes, we met")
        walk.press("Say so")
        walk.open(f"/consultations/{booked}")
        walk.has_heading("You had a half hour with %(name)s.")
        walk.follow("Say what you want next")
        walk.check("Go on with %(name)s" if walk is client else "A good fit: I would go on")
        walk.press("Say so, in private")
    both_wish = "Both of you want to go on. Whether and how is for the two of you to decide."
    for walk in (client, specialist):
        walk.open(f"/consultations/{booked}")
        expect(walk.main).to_contain_text(both_wish)


def test_a_specialist_who_cancels_leaves_times_with_others(walk_of: WalkOf, people: People) -> None:
    who = people.new_client()
    booked = people.book(who, "katharina-vogt")
    specialist, client = walk_of("katharina.vogt"), walk_of(who)
    specialist.open(f"/consultations/{booked}/cancellation")
    specialist.press("Cancel this half hour")
    specialist.has_heading("The half hour with %(name)s was cancelled.")

    api = people.api(who)
    eventually(lambda: api.get("/held-slots").raise_for_status().json()["items"])
    client.open("/consultations")
    client.follow_first(client.main.get_by_role("link", name="Take this half hour"))
    client.press("Book this half hour")
    client.has_heading(HALF_HOUR)


def test_a_client_waits_and_takes_what_comes_free(walk_of: WalkOf, people: People) -> None:
    """It is noon where the client lives: at night clients are not asked."""
    who, specialist = people.new_client(), people.new_listed_specialist()
    client = people.api(who)
    preferences = client.get("/me/preferences").json() | {"time_zone": zone_at(12)}
    client.put("/me/preferences", json=preferences).raise_for_status()
    availability = "/specialists/me/availability"
    specialist.put(availability, json={**HOURS, "hours": []}).raise_for_status()
    walk = walk_of(who)
    walk.open(f"/specialists/{specialist.get('/specialists/me').json()['slug']}")
    walk.follow("Wait for a half hour")
    walk.press("Wait for a half hour")
    expect(walk.main.get_by_role("status")).to_be_visible()

    specialist.put(availability, json=HOURS).raise_for_status()
    eventually(lambda: client.get("/held-slots").raise_for_status().json()["items"])
    walk.open("/waitlist")
    walk.follow_first(walk.main.get_by_role("link", name="Take this half hour"))
    walk.press("Book this half hour")
    walk.has_heading(HALF_HOUR)


def test_a_note_is_written_read_and_deleted(walk_of: WalkOf, people: People) -> None:
    who, note = people.new_client(), "I sleep badly since spring."
    booked = people.book(who, "marta-kowalska")
    walk = walk_of(who)
    walk.open(f"/consultations/{booked}")
    walk.follow("Write a note")
    walk.fill("Anything %(name)s should know before?", note)
    walk.press("Save the note")
    expect(walk.main).to_contain_text(note)
    walk.follow("Change or delete the note")
    walk.fill("Anything %(name)s should know before?", "")
    walk.press("Save the note")
    expect(walk.main).not_to_contain_text(note)
