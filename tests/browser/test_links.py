"""What the links of mails open, as a person sees and uses it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from tests.browser.site.mailbox import Mailbox
from tests.browser.site.people import PASSWORD, People
from tests.browser.watched import Watched

ANOTHER = "a sentence of my own"
OPENED = 3


@pytest.fixture
def people(platform_url: str, platform_data: Path) -> Iterator[People]:
    people = People(platform_url, Mailbox(platform_data / "mail"), platform_data)
    yield people
    people.close()


def ask_for_another_address(people: People) -> tuple[str, str]:
    """The old address, and the new one."""
    old, new = people.new_client(), f"{uuid4().hex}@example.org"
    wanted = {"email": new, "password": PASSWORD}
    people.api(old).post("/me/email", json=wanted).raise_for_status()
    return old, new


def test_a_link_confirms_with_the_password_of_the_sign_up(watched: Watched, people: People) -> None:
    email, _ = people.sign_up()
    link = people.mailbox.link_to(email, "/verify-email")
    page = watched.page
    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirm your e-mail address")
    assert not people.may_sign_in(email)  # nothing has happened yet

    page.get_by_label("The password that you chose when you signed up").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("status")).to_contain_text("Your e-mail address is confirmed.")
    assert people.may_sign_in(email)
    assert not [url for url in watched.asked_for if not url.startswith(people.site)]

    page.context.clear_cookies()
    page.goto(link)
    expect(page.get_by_role("main")).to_contain_text("is confirmed already")


def test_a_link_confirms_with_a_new_password(watched: Watched, people: People) -> None:
    email, _ = people.sign_up()
    link = people.mailbox.link_to(email, "/verify-email")
    page = watched.page
    page.goto(link)
    page.get_by_label("Or a new password instead").fill(ANOTHER)
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Your e-mail address is confirmed.")
    assert people.may_sign_in(email, ANOTHER)
    assert not people.may_sign_in(email)


def test_a_change_of_address_is_confirmed_by_one_click(watched: Watched, people: People) -> None:
    _, new = ask_for_another_address(people)
    page = watched.page
    page.goto(people.mailbox.link_to(new, "/verify-email"))
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("status")).to_contain_text("Your new e-mail address is confirmed.")
    assert people.may_sign_in(new)


def test_a_change_of_address_is_stopped_by_one_click(watched: Watched, people: People) -> None:
    old, new = ask_for_another_address(people)
    page, heading = watched.page, watched.page.get_by_role("heading", level=1)
    page.goto(people.mailbox.link_to(old, "/stop-email-change"))
    page.get_by_role("button", name="Stop the change").click()
    expect(heading).to_have_text("Your e-mail address stays as it is")
    page.goto(people.mailbox.link_to(new, "/verify-email"))
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("alert")).to_contain_text("This link was used already")


def test_opening_the_links_of_a_change_changes_nothing(watched: Watched, people: People) -> None:
    """A mail program, or a scanner of mails, may open them before the person does."""
    old, new = ask_for_another_address(people)
    page = watched.page
    for _ in range(OPENED):
        page.goto(people.mailbox.link_to(old, "/stop-email-change"))
        expect(page.get_by_role("button", name="Stop the change")).to_be_visible()
        page.goto(people.mailbox.link_to(new, "/verify-email"))
        expect(page.get_by_role("button", name="Confirm")).to_be_visible()
    assert people.may_sign_in(old)
    assert not people.may_sign_in(new)
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("status")).to_contain_text("Your new e-mail address is confirmed.")


def test_a_forgotten_password_is_replaced_and_signs_in(watched: Watched, people: People) -> None:
    email = people.new_client()
    page = watched.page
    page.goto(f"{people.site}/forgotten")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Look in your mail")

    link = people.mailbox.link_to(email, "/reset-password")
    for _ in range(OPENED):
        page.goto(link)
        expect(page.get_by_label("New password")).to_be_visible()
    assert people.may_sign_in(email)  # opening it has changed nothing
    page.get_by_label("New password").fill("short")
    page.get_by_role("button", name="Set a new password").click()
    expect(page.get_by_role("alert")).to_be_focused()
    assert people.may_sign_in(email)

    page.get_by_label("New password").fill(ANOTHER)
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Your password is changed.")
    assert people.may_sign_in(email, ANOTHER)


def test_a_link_that_was_cut_off_is_said_to_be(watched: Watched, platform_url: str) -> None:
    watched.page.goto(f"{platform_url}/verify-email?token=cut")
    expect(watched.page.get_by_role("main")).to_contain_text("This link is not complete")
