"""A person on their way through the site: by mouse or by keyboard, with the pages counted."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

from playwright.sync_api import Frame, Locator, Page, TimeoutError, expect

from tests.browser.site.words import in_language, pattern

MOST_TABS = 250
HAS_FOCUS = "element => element === document.activeElement"


@dataclass
class Walk:
    """``seen``: the paths of pages in the order in which they were shown. ``acted_on``: of those
    where something was clicked or filled in; each time that it was shown counts once."""

    page: Page
    language: str = "en"
    seen: list[str] = field(default_factory=list)
    acted_on: list[str] = field(default_factory=list)
    _acted_at: int = 0

    def __post_init__(self) -> None:
        self.page.on("framenavigated", self._note)

    def _note(self, frame: Frame) -> None:
        path = urlsplit(frame.url).path
        within = frame.url.startswith("http") and frame.parent_frame is None
        if within and "#" not in frame.url:
            self.seen.append(path)

    def open(self, address: str) -> None:
        """By an address that the person has, such as a link in a mail."""
        answer = self.page.goto(address)
        assert answer is not None
        assert answer.ok, f"{address}: {answer.status}"

    def says(self, text: str) -> str:
        return in_language(text, self.language)

    def follow(self, name: str | re.Pattern[str]) -> None:
        """A link of the page's main part, by its name."""
        wanted = pattern(name, self.language) if isinstance(name, str) else name
        self.follow_first(self.main.get_by_role("link", name=wanted))

    def follow_first(self, links: Locator) -> None:
        self._act()
        self._activate(self._found(links))

    def press(self, name: str) -> None:
        self._act()
        wanted = pattern(name, self.language)
        self._activate(self._found(self.main.get_by_role("button", name=wanted)))

    def fill(self, label: str, text: str) -> None:
        self._act()
        self._type(self._labelled(label), text)

    def write(self, name: str, text: str) -> None:
        """Into a field by its name: one of many alike."""
        self._act()
        self._type(self._found(self.main.locator(f"[name='{name}']")), text)

    def choose(self, name: str, value: str) -> None:
        self._act()
        self._found(self.main.locator(f"select[name='{name}']")).select_option(value)

    def tick(self, name: str, value: str) -> None:
        """A box among many, which may be in a part that is closed."""
        self._act()
        wanted = f"input[name='{name}'][value='{value}']"
        box = self._found(self.main.locator(wanted))
        if not box.is_visible():
            self._activate(self.main.locator(f"details:has({wanted}) summary").first)
        self._check(box)

    def check(self, label: str) -> None:
        self._act()
        self._check(self._labelled(label))

    def has_heading(self, text: str) -> None:
        heading = self.page.get_by_role("heading", level=1)
        expect(heading).to_have_text(pattern(text, self.language))

    @property
    def main(self) -> Locator:
        return self.page.locator("main")

    def _labelled(self, label: str) -> Locator:
        return self._found(self.main.get_by_label(pattern(label, self.language)))

    def _found(self, wanted: Locator) -> Locator:
        """The first of these; where there is none, it says which page has none."""
        try:
            wanted.first.wait_for(state="attached")
        except TimeoutError as error:
            said = self.page.get_by_role("heading", level=1).all_inner_texts()
            raise AssertionError(f"{wanted} is not at {self.page.url}, {said}") from error
        return wanted.first

    def _act(self) -> None:
        if self._acted_at != len(self.seen):
            self._acted_at = len(self.seen)
            self.acted_on.append(self.seen[-1])

    def _activate(self, target: Locator) -> None:
        target.click()

    def _type(self, field: Locator, text: str) -> None:
        field.fill(text)

    def _check(self, box: Locator) -> None:
        box.check()


class KeyboardWalk(Walk):
    """No mouse: Tab to what is wanted, and Enter, Space or letters there."""

    def _activate(self, target: Locator) -> None:
        self._reach(target, "Enter")

    def _type(self, field: Locator, text: str) -> None:
        self._reach(field)
        self.page.keyboard.type(text)

    def _check(self, box: Locator) -> None:
        self._reach(box, "Space")

    def _reach(self, target: Locator, then: Literal["Enter", "Space", ""] = "") -> None:
        target.wait_for(state="attached")
        for _ in range(MOST_TABS):
            if target.evaluate(HAS_FOCUS):
                break
            self.page.keyboard.press("Tab")
        expect(target).to_be_focused()
        if then:
            self.page.keyboard.press(then)
