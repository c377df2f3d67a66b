"""What people do with their account: a second factor, their data, and an end to it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from time import monotonic

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from pyotp import TOTP

from tests.browser.site.people import PASSWORD, People
from tests.browser.site.walks import Walk
from tests.support.eventually import eventually

Visit = Callable[..., BrowserContext]
ROUNDS = 10
RECEIPT = re.compile(r"/erasures/[0-9a-f-]{36}")

PATIENCE_S = 60.0


def signed_in(visit: Visit, people: People, who: str, **options: object) -> Walk:
    context = visit(**options)
    people.visit_as(who, context)
    return Walk(context.new_page())


def test_an_account_is_erased_and_leaves_a_receipt(visit: Visit, people: People) -> None:
    who = people.new_client()
    walk = signed_in(visit, people, who, java_script_enabled=False)
    walk.open("/settings/erasure")
    walk.fill("Password", PASSWORD)
    walk.press("Erase everything")
    walk.has_heading("Receipt of your erasure")
    assert RECEIPT.fullmatch(walk.seen[-1])
    complete = walk.main.get_by_text("Complete: every part has erased what it had.")
    ends_at = monotonic() + PATIENCE_S
    while monotonic() < ends_at and not complete.is_visible():
        walk.page.reload()
    expect(complete).to_be_visible()
    expect(walk.main).not_to_contain_text(who)
    assert not people.may_sign_in(who)
    walk.page.goto("/settings")
    walk.has_heading("Sign in")


def test_a_person_downloads_their_data(visit: Visit, people: People, tmp_path: Path) -> None:
    who = people.new_client()
    walk = signed_in(visit, people, who)
    walk.open("/settings/export")
    with walk.page.expect_download() as started:
        walk.press("Download the file")
    started.value.save_as(tmp_path / "data")
    assert who in json.dumps(json.loads((tmp_path / "data").read_bytes()))


def test_a_second_factor_is_set_up_and_asked_for(visit: Visit, people: People) -> None:
    who = people.new_client()
    walk = signed_in(visit, people, who)
    walk.open("/settings/second-factor")
    walk.fill("Password", PASSWORD)
    walk.press("Continue")
    secret = walk.main.locator(".secret").inner_text().replace(" ", "")
    walk.fill("Code", TOTP(secret).now())
    walk.press("Turn on the second factor")
    walk.has_heading("Your recovery codes")
    recovery = walk.main.locator(".codes li").first.inner_text()

    other = Walk(visit(java_script_enabled=False).new_page())
    other.open("/sign-in?next=/settings/name")
    other.fill("E-mail address", who)
    other.fill("Password", PASSWORD)
    other.press("Sign in")
    other.fill("Code", recovery)
    other.press("Sign in")
    expect(other.page).to_have_url(re.compile("/settings/name$"))


def test_two_tabs_survive_the_sessions_renewal(visit: Visit, people: People) -> None:
    """Both find the access token gone at once, and come with one refresh token."""
    context = visit()
    people.visit_as("client", context)
    tabs = [context.new_page() for _ in range(2)]
    for _ in range(ROUNDS):
        context.clear_cookies(name="access")
        for each in tabs:
            each.goto("about:blank")
            each.evaluate("address => { location.href = address }", f"{people.site}/settings/name")
        for each in tabs:
            expect(each.get_by_role("heading", level=1)).to_have_text("Your name here")
            assert each.url.endswith("/settings/name")


def test_a_form_whose_session_ends_comes_back_filled(visit: Visit, people: People) -> None:
    who = people.new_client()
    walk = signed_in(visit, people, who)
    booked = people.book(who, "ines-duarte")
    walk.open(f"/consultations/{booked}/note")
    walk.fill("Anything %(name)s should know before?", "It took me long to write this.")
    walk.page.context.clear_cookies()
    walk.press("Save the note")
    walk.has_heading("Sign in")
    walk.fill("E-mail address", who)
    walk.fill("Password", PASSWORD)
    walk.press("Sign in")
    field = walk.main.get_by_label("Anything Inês should know before?")
    expect(field).to_have_value("It took me long to write this.")
    walk.press("Save the note")
    expect(walk.main).to_contain_text("It took me long to write this.")


def by_keys(page: Page) -> None:
    for _ in range(3):
        page.keyboard.press("Shift")


def by_button(page: Page) -> None:
    page.get_by_role("button", name="Leave this site").click()


@pytest.mark.parametrize(
    ("leave", "script"),
    [(by_keys, True), (by_button, True), (by_button, False)],
    ids=["by keys", "by button", "by button without script"],
)
def test_leaving_shows_nothing_personal_when_one_goes_back(
    visit: Visit, people: People, leave: Callable[[Page], None], script: bool
) -> None:
    walk = signed_in(visit, people, people.new_client(), java_script_enabled=script)
    page = walk.page
    page.route("https://**", lambda route: route.fulfill(body="<title>Elsewhere</title>"))
    walk.open("/settings")
    walk.open("/settings/name")
    leave(page)
    expect(page).to_have_title("Elsewhere")
    eventually(lambda: "access" not in {each["name"] for each in page.context.cookies()})

    page.go_back()
    walk.has_heading("Sign in")
