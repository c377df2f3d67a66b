"""Every page in every state, light and dark, on a phone and a desk: accessible, quiet, its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, ViewportSize

from tests.browser.site import checks
from tests.browser.site.checks import Traffic
from tests.browser.site.people import People
from tests.browser.site.table import PAGES, State

SCREENSHOTS = Path(os.environ.get("FIRSTSTEP_SCREENSHOTS", "screenshots"))
LOOKS = [("light", 390), ("dark", 390), ("light", 1280), ("dark", 1280)]
HEIGHTS = {390: 844, 1280: 900}
FIRST_VISIT_KB, NEXT_VISIT_KB = 60, 12
"""On the wire, headers included; photos apart."""


@dataclass
class Looked:
    """A page in one look, with its complaints."""

    page: Page
    traffic: Traffic
    complaints: list[str]


@pytest.fixture(params=LOOKS, ids=[f"{scheme}-{width}" for scheme, width in LOOKS], scope="module")
def look(request: pytest.FixtureRequest) -> tuple[str, int]:
    found: tuple[str, int] = request.param
    return found


@pytest.fixture(scope="module")
def contexts(
    browser: Browser, people: People, look: tuple[str, int]
) -> Iterator[dict[str, BrowserContext]]:
    """A browser of each person in this look."""
    scheme, width = look
    found: dict[str, BrowserContext] = {}
    for who in {each.who for each in PAGES}:
        context = browser.new_context(
            viewport={"width": width, "height": HEIGHTS[width]},
            color_scheme="dark" if scheme == "dark" else "light",
            timezone_id="Europe/Lisbon",
            locale="en-GB",
            reduced_motion="reduce",
            service_workers="block",
        )
        people.visit_as(who, context)
        found[who] = context
    yield found
    for context in found.values():
        context.close()


@pytest.fixture
def opened(
    contexts: dict[str, BrowserContext], site: str, people: People, state: State
) -> Iterator[Looked]:
    page = contexts[state.who].new_page()
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not state.answers(message.text):
            complaints.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    traffic = Traffic.of(page.context.new_cdp_session(page))
    state.open(page, site, people)
    yield Looked(page, traffic, complaints)
    page.close()


@pytest.mark.parametrize("state", PAGES, ids=[each.name for each in PAGES])
def test_a_page_is_accessible_quiet_and_its_own(
    opened: Looked, state: State, look: tuple[str, int], site: str
) -> None:
    scheme, width = look
    page = opened.page
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{state.name}-{width}-{scheme}.png", full_page=True)

    assert checks.layout_shift(page) == 0
    assert checks.violations(page) == []
    assert checks.too_wide(page) == []
    assert checks.small_targets(page) == []
    assert opened.complaints == []
    foreign = [each for each in opened.traffic.urls.values() if urlsplit(each).netloc not in site]
    assert [each for each in foreign if not each.startswith("data:")] == []


@pytest.mark.parametrize("size", [checks.NARROW, checks.ZOOMED], ids=["320 px", "400 %"])
@pytest.mark.parametrize("state", PAGES, ids=[each.name for each in PAGES])
def test_a_page_needs_no_sideways_scroll(
    browser: Browser, people: People, site: str, state: State, size: ViewportSize
) -> None:
    with browser.new_context(viewport=size, service_workers="block") as context:
        people.visit_as(state.who, context)
        page = context.new_page()
        state.open(page, site, people)
        assert checks.too_wide(page) == []


def test_html_is_as_it_must_be(people: People, site: str, tmp_path: Path) -> None:
    texts = {each.name: each.text(people) for each in PAGES if each.is_plain}
    assert checks.invalid_html(texts, tmp_path) == []
