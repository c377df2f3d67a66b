"""A new person books a half hour, as fast as the brief says; a known one in two clicks."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.site.mailbox import Mailbox
from tests.browser.site.people import PASSWORD, People
from tests.browser.site.walks import KeyboardWalk, Walk

Visit = Callable[..., BrowserContext]
MOST_ACTED_ON, MOST_SEEN, FROM_A_CARD = 5, 7, 6
HALF_HOUR = "You have a half hour with %(name)s."
CONSULTATION = re.compile(r"(/de)?/consultations/[0-9a-f-]{36}")
HOMES = {"en": "/", "de": "/de"}
NEWCOMERS = [
    pytest.param(Walk, "en", True, id="by mouse"),
    pytest.param(Walk, "en", False, id="without script"),
    pytest.param(KeyboardWalk, "en", True, id="by keyboard"),
    pytest.param(Walk, "de", True, id="in German"),
    pytest.param(KeyboardWalk, "de", False, id="in German by keyboard without script"),
]


@pytest.mark.parametrize(("hands", "language", "script"), NEWCOMERS)
def test_a_new_person_books_from_home_to_the_confirmation(
    visit: Visit, mailbox: Mailbox, hands: type[Walk], language: str, script: bool
) -> None:
    walk = hands(visit(java_script_enabled=script).new_page(), language)
    walk.open(HOMES[language])
    walk.follow_first(walk.main.locator(".hero a.btn"))
    walk.follow_first(walk.main.locator(".person h3 a"))
    books_as_a_newcomer(walk, mailbox)
    assert len(walk.seen) <= MOST_SEEN, walk.seen
    assert len(walk.acted_on) <= MOST_ACTED_ON, walk.acted_on


def test_a_card_on_the_first_page_is_one_page_less(visit: Visit, mailbox: Mailbox) -> None:
    walk = Walk(visit().new_page())
    walk.open("/")
    walk.follow_first(walk.main.locator(".person h3 a"))
    books_as_a_newcomer(walk, mailbox)
    assert len(walk.seen) == FROM_A_CARD, walk.seen
    assert len(walk.acted_on) < MOST_ACTED_ON, walk.acted_on


def signs_up(walk: Walk, email: str, button: str) -> None:
    """What every sign-up asks for but the name."""
    walk.fill("E-mail address", email)
    walk.fill("Password", PASSWORD)
    walk.check("I agree to the terms of use.")
    walk.check("I consent that this site handles what I say about my health, as described here.")
    walk.press(button)


def signs_up_for_a_half_hour(walk: Walk) -> str:
    """From a specialist's profile on; the address."""
    email = f"{uuid4().hex}@example.org"
    walk.follow_first(walk.main.locator("a.slot"))
    walk.fill("What should %(name)s call you?", "Sam")
    signs_up(walk, email, "Book this half hour")
    walk.has_heading("Look in your mail")
    return email


def books_as_a_newcomer(walk: Walk, mailbox: Mailbox) -> None:
    """From a specialist's profile to the confirmation."""
    email = signs_up_for_a_half_hour(walk)
    walk.open(mailbox.link_to(email, "/verify-email"))
    walk.press("Confirm and book")
    walk.has_heading(HALF_HOUR)
    assert CONSULTATION.fullmatch(walk.seen[-1])


def test_an_address_with_a_mistake_is_written_anew_where_accounts_are_made(
    visit: Visit, mailbox: Mailbox
) -> None:
    walk, email = Walk(visit().new_page()), f"{uuid4().hex}@example.org"
    walk.open("/specialists/tom-okafor")
    signs_up_for_a_half_hour(walk)
    walk.open("/sign-up")
    expect(walk.page.get_by_label("Book the half hour that is kept for me")).to_be_checked()
    walk.fill("Your name here", "Sam")
    signs_up(walk, email, "Create an account")
    walk.has_heading("Look in your mail")
    walk.open(mailbox.link_to(email, "/verify-email"))
    walk.press("Confirm and book")
    walk.has_heading(HALF_HOUR)


def test_a_known_client_books_with_two_clicks(visit: Visit, people: People) -> None:
    context = visit()
    people.visit_as(people.new_client(), context)
    walk = Walk(context.new_page())
    walk.open("/specialists/katharina-vogt")
    walk.follow_first(walk.main.locator("a.slot"))
    walk.press("Book this half hour")
    walk.has_heading(HALF_HOUR)
    assert len(walk.acted_on) == 2


def test_going_back_and_loading_again_book_nothing_more(visit: Visit, people: People) -> None:
    who = people.new_client()
    context = visit()
    people.visit_as(who, context)
    walk = Walk(context.new_page())
    walk.open("/specialists/ines-duarte")
    walk.follow_first(walk.main.locator("a.slot"))
    walk.press("Book this half hour")
    walk.has_heading(HALF_HOUR)
    booked = walk.page.url

    walk.page.reload()
    expect(walk.page).to_have_url(booked)
    walk.page.go_back()  # to a time that is their own now
    walk.has_heading(HALF_HOUR)
    assert walk.page.url == booked
    assert len(people.consultations_of(who)) == 1


def test_two_tabs_book_once(visit: Visit, people: People) -> None:
    who = people.new_client()
    context = visit()
    people.visit_as(who, context)
    tabs = [Walk(context.new_page()) for _ in range(2)]
    tabs[0].open("/specialists/luca-steiner")
    tabs[0].follow_first(tabs[0].main.locator("a.slot"))
    tabs[1].open(tabs[0].page.url)
    for each in tabs:
        each.press("Book this half hour")
    for each in tabs:
        each.has_heading(HALF_HOUR)
    assert len({each.page.url for each in tabs}) == 1
    assert len(people.consultations_of(who)) == 1


def test_opening_a_mailed_link_confirms_and_books_nothing(
    visit: Visit, mailbox: Mailbox, people: People
) -> None:
    walk = Walk(visit().new_page())
    walk.open("/specialists/jonas-weber")
    email = signs_up_for_a_half_hour(walk)
    link = mailbox.link_to(email, "/verify-email")

    for _ in range(3):
        elsewhere = visit().new_page()
        elsewhere.goto(link)
        expect(elsewhere.get_by_role("button", name="Confirm and book")).to_be_visible()
    assert not people.may_sign_in(email)

    walk.open(link)
    walk.press("Confirm and book")
    walk.has_heading(HALF_HOUR)
    assert urlsplit(walk.page.url).query == ""
    assert people.may_sign_in(email)
