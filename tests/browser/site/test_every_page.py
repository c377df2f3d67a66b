"""Every page in every state, light and dark, on a phone and a desk: accessible, quiet, its own."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, ViewportSize

from tests.browser.site import checks
from tests.browser.site.browsers import Browsers
from tests.browser.site.checks import Traffic
from tests.browser.site.people import People
from tests.browser.site.table import PAGES, WEIGHED_NAMES, State
from tests.support.site_access import WHO_MAY

SCREENSHOTS = Path(os.environ.get("SITE_SCREENSHOTS", "screenshots"))
DESK: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
SIZES = [PHONE, DESK]
NEXT_VISIT_KB = 12
"""On the wire, headers included; photos apart."""
PHOTOS = ["/photo"]
NO_PAGES = {
    "/admin/licences/{specialist_id}/document": "a file",
    "/consultations/{consultation_id}/calendar.ics": "a file",
}
"""What the site answers beside pages, with the reason."""
EACH_STATE = pytest.mark.parametrize("state", PAGES, ids=[each.name for each in PAGES])
PLAIN = [each for each in PAGES if each.is_plain]
WEIGHED = [each for each in PLAIN if each.name in WEIGHED_NAMES]
EACH_WEIGHED = pytest.mark.parametrize("state", WEIGHED, ids=[each.name for each in WEIGHED])
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
@pytest.mark.parametrize("size", SIZES, ids=[str(each["width"]) for each in SIZES])
def test_a_page_is_accessible_quiet_and_its_own(
    browsers: Browsers, people: People, state: State, size: ViewportSize
) -> None:
    """Light and dark; on the phone also at 320 pixels, at 400 % and in forced colours."""
    context = browsers.of(state.who, viewport=size, color_scheme="light")
    with opened(context, state, people) as page:
        picture(page, state, size, "light")
        assert checks.layout_shift(page) == 0
        assert checks.violations(page) == []
        assert checks.too_wide(page) == []
        assert checks.small_targets(page) == []
        assert checks.moving(page) == []
        page.emulate_media(color_scheme="dark")
        picture(page, state, size, "dark")
        assert checks.pale(page) == []
        if size is PHONE:
            page.emulate_media(color_scheme="light", forced_colors="active")
            page.set_viewport_size(checks.NARROW)
            assert checks.too_wide(page) == []
            assert checks.unmarked(page) == []
            page.set_viewport_size(checks.ZOOMED)
            assert checks.too_wide(page) == []


def picture(page: Page, state: State, size: ViewportSize, scheme: str) -> None:
    """Keep a picture of the page for people to look at."""
    SCREENSHOTS.mkdir(exist_ok=True)
    name = f"{state.name}-{size['width']}-{scheme}.png"
    page.screenshot(path=SCREENSHOTS / name, full_page=True)


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


@EACH_WEIGHED
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


@EACH_WEIGHED
def test_a_next_page_is_lighter(browsers: Browsers, people: People, state: State) -> None:
    context = browsers.of(state.who, viewport=PHONE, color_scheme="light", locale="de-DE")
    page = context.new_page()
    page.goto(people.site if state.path != "/" else f"{people.site}/offline")
    traffic = Traffic.of(context.new_cdp_session(page))
    state.open(page, people)
    page.wait_for_load_state("networkidle" if state.who == "visitor" else "load")
    assert traffic.kilobytes(without=PHOTOS) <= NEXT_VISIT_KB
    page.close()


def test_every_page_is_in_the_table(people: People) -> None:
    paths = [path for method, path in WHO_MAY if method == "GET"]
    patterns = {each: re.compile(re.sub(r"{\w+}", "[^/]+", each)) for each in paths}
    seen = {urlsplit(each.at(people)).path for each in PAGES}
    declared = [[each for each in paths if patterns[each].fullmatch(path)] for path in seen]
    looked_at = {min(each, key=lambda path: path.count("{")) for each in declared if each}
    assert sorted(set(paths) - looked_at) == sorted(NO_PAGES)


def test_html_is_as_it_must_be(people: People, tmp_path: Path) -> None:
    texts = {each.name: each.text(people) for each in PLAIN}
    assert checks.invalid_html(texts, tmp_path) == []
