"""Every page in every state, light and dark, on a phone and a desk: accessible, quiet, its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, ViewportSize

from tests.browser.site import checks
from tests.browser.site.browsers import Browsers
from tests.browser.site.checks import Traffic
from tests.browser.site.people import People
from tests.browser.site.table import PAGES, State

SCREENSHOTS = Path(os.environ.get("FIRSTSTEP_SCREENSHOTS", "screenshots"))
LOOKS = [("light", 390), ("dark", 390), ("light", 1280), ("dark", 1280)]
HEIGHTS = {390: 844, 1280: 900}
DESK: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
NEXT_VISIT_KB = 12
"""On the wire, headers included; photos apart."""
PHOTOS = ["/photo"]
EACH_STATE = pytest.mark.parametrize("state", PAGES, ids=[each.name for each in PAGES])
PLAIN = [each for each in PAGES if each.is_plain]
EACH_PLAIN = pytest.mark.parametrize("state", PLAIN, ids=[each.name for each in PLAIN])


@contextmanager
def opened(context: BrowserContext, state: State, people: People) -> Iterator[Page]:
    """The page in its state; it must not complain."""
    page, complaints = context.new_page(), []

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not state.answers(message.text):
            complaints.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    traffic = Traffic.of(context.new_cdp_session(page))
    try:
        state.open(page, people)
        yield page
        assert complaints == []
        assert traffic.foreign(people.site) == []
    finally:
        page.close()


@EACH_STATE
@pytest.mark.parametrize(("scheme", "width"), LOOKS, ids=[f"{a}-{b}" for a, b in LOOKS])
def test_a_page_is_accessible_quiet_and_its_own(
    browsers: Browsers, people: People, state: State, scheme: str, width: int
) -> None:
    size = {"width": width, "height": HEIGHTS[width]}
    context = browsers.of(state.who, viewport=size, color_scheme=scheme)
    with opened(context, state, people) as page:
        SCREENSHOTS.mkdir(exist_ok=True)
        page.screenshot(path=SCREENSHOTS / f"{state.name}-{width}-{scheme}.png", full_page=True)
        assert checks.layout_shift(page) == 0
        assert checks.violations(page) == []
        assert checks.too_wide(page) == []
        assert checks.small_targets(page) == []
        assert checks.moving(page) == []


@EACH_STATE
def test_a_page_needs_no_sideways_scroll(browsers: Browsers, people: People, state: State) -> None:
    """At 320 pixels, at 400 %, and in forced colours."""
    context = browsers.of(state.who, viewport=checks.NARROW, forced_colors="active")
    with opened(context, state, people) as page:
        assert checks.too_wide(page) == []
        assert checks.unmarked(page) == []
        page.set_viewport_size(checks.ZOOMED)
        assert checks.too_wide(page) == []


@EACH_PLAIN
def test_german_may_be_longer(browsers: Browsers, people: People, state: State) -> None:
    """Each word by 40 %: nothing scrolls sideways, and no name of a control is cut off."""
    context = browsers.of(state.who, viewport=checks.NARROW)
    with opened(context, state.in_german(), people) as page:
        checks.lengthen(page)
        for size in (checks.NARROW, PHONE, DESK):
            page.set_viewport_size(size)
            assert checks.too_wide(page) == [], size
            assert checks.clipped(page) == [], size


@EACH_PLAIN
def test_a_page_is_light(browsers: Browsers, people: People, state: State) -> None:
    """The first visit, and then the same page with all else that a visitor has by then."""
    context = browsers.new(state.who, viewport=PHONE)
    page = context.new_page()
    traffic = Traffic.of(context.new_cdp_session(page))
    state.open(page, people)
    page.wait_for_load_state("networkidle" if state.who == "visitor" else "load")
    assert checks.largest_paint(page) == "text"
    first = traffic.kilobytes(without=PHOTOS)
    context.close()
    assert first <= state.most_kb


@EACH_PLAIN
def test_a_next_page_is_lighter(browsers: Browsers, people: People, state: State) -> None:
    context = browsers.of(state.who, viewport=PHONE, color_scheme="light", locale="de-DE")
    page = context.new_page()
    page.goto(people.site if state.path != "/" else f"{people.site}/offline")
    traffic = Traffic.of(context.new_cdp_session(page))
    state.open(page, people)
    page.wait_for_load_state("networkidle" if state.who == "visitor" else "load")
    assert traffic.kilobytes(without=PHOTOS) <= NEXT_VISIT_KB
    page.close()


def test_html_is_as_it_must_be(people: People, tmp_path: Path) -> None:
    texts = {each.name: each.text(people) for each in PLAIN}
    assert checks.invalid_html(texts, tmp_path) == []
