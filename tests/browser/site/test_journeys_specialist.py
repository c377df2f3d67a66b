"""A specialist signs up, sets everything up at the desk, and is featured."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.site.mailbox import Mailbox
from tests.browser.site.people import ADMIN, PASSWORD, WEEK, People
from tests.browser.site.walks import Walk
from tests.support.eventually import eventually

Visit = Callable[..., BrowserContext]


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without"])
def test_a_specialist_goes_from_sign_up_to_featured(
    visit: Visit, mailbox: Mailbox, people: People, script: bool
) -> None:
    email, name = f"{uuid4().hex}@example.org", f"Dr {uuid4().hex}"
    walk = Walk(visit(java_script_enabled=script).new_page())
    walk.open("/sign-up?role=specialist")
    walk.fill("Your name here", name)
    walk.fill("E-mail address", email)
    walk.fill("Password", PASSWORD)
    walk.check("I agree to the terms of use.")
    walk.press("Create an account")
    walk.open(mailbox.link_to(email, "/verify-email"))
    walk.press("Confirm")
    walk.has_heading("Your desk")

    walk.open("/desk/profile")
    walk.write("headline", "Where to start")
    walk.write("biography", "I listen first.")
    walk.tick("topics", "anxiety")
    walk.tick("languages", "en")
    walk.tick("online", "true")
    walk.press("Save")
    walk.has_heading("Your desk")

    walk.open("/desk/licence")
    walk.write("number", "PT-1")
    walk.write("issuing_body", "Ordem dos Psicólogos")
    walk.choose("country", "PT")
    walk.write("expires_on", "2029-01-01")
    walk.press("Hand in")
    expect(walk.main).to_contain_text("handed in")

    walk.open("/desk/hours")
    walk.tick("offers_free_consultations", "true")
    walk.choose("time_zone", "Europe/Lisbon")
    for day in WEEK:
        walk.write(f"{day}.0.starts", "09:00")
        walk.write(f"{day}.0.ends", "12:00")
    walk.write("meeting_link", "https://video.example/ines")
    walk.press("Save hours")
    expect(walk.main.get_by_role("status")).to_be_visible()

    admin = visit(java_script_enabled=script)
    people.visit_as(ADMIN, admin)
    verifies(Walk(admin.new_page()), name)

    walk.open("/desk")
    walk.press("List my profile")
    expect(walk.main).to_contain_text("Your profile is listed.")
    eventually(lambda: featured_at(walk))


def verifies(walk: Walk, name: str) -> None:
    """An admin decides on the licence that waits for it."""
    walk.open("/admin/licences")
    walk.follow(name)
    walk.check("Verify: it is valid, and it is theirs")
    walk.press("Save the decision")
    expect(walk.main.get_by_role("status")).to_be_visible()


def featured_at(walk: Walk) -> bool:
    walk.open("/desk")
    return walk.main.get_by_text("You are featured, since").is_visible()
