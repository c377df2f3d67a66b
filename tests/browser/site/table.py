"""The table of pages: each in each state that a visitor may meet it in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import httpx
from playwright.sync_api import Page

from tests.browser.site.people import OURS, People

Act = Callable[[Page], None]
NO_WORKER = "Service Worker registration blocked by Playwright"


@dataclass(frozen=True)
class State:
    """A page in one state.

    ``who`` visits ``path`` and does ``act`` there, which is refused with ``refused``. ``status``:
    of the answer. ``most_kb``: the weight of a first visit.
    """

    name: str
    path: str
    who: str = "visitor"
    status: int = 200
    act: Act | None = None
    refused: int = 422
    most_kb: int = 60

    @property
    def is_plain(self) -> bool:
        """Whether one GET shows it."""
        return self.act is None

    def open(self, page: Page, site: str, people: People) -> None:
        answer = page.goto(f"{site}{self.path}")
        assert answer is not None
        assert answer.status == self.status, f"{self.path}: {answer.status}"
        if self.act is not None:
            self.act(page)

    def text(self, people: People) -> str:
        headers = {**OURS, "Accept": "text/html"}
        if self.who == "visitor":
            answer = httpx.get(f"{people.site}{self.path}", headers=headers, timeout=30)
        else:
            answer = people.signed_in(self.who).get(self.path, headers=headers)
        assert answer.status_code == self.status, f"{self.path}: {answer.status_code}"
        return answer.text

    def answers(self, message: str) -> bool:
        """Whether the browser only says that the answer has the status it must have, or that the
        test keeps the worker out."""
        if message == NO_WORKER:
            return True
        expected = self.status if self.act is None else self.refused
        return expected >= 400 and f"status of {expected}" in message


def sent_empty(page: Page) -> None:
    """Send the main form without anything in it."""
    page.locator("main form[method=post] button[type=submit]").first.click()
    page.wait_for_selector("[data-focus]")


PAGES = [
    State("home", "/"),
    State("home-german", "/de"),
    State("free-consultation", "/free-consultation"),
    State("help-now", "/help-now", most_kb=50),
    State("help-now-portugal", "/help-now/pt", most_kb=50),
    State("help-now-german", "/de/help-now/de", most_kb=50),
    State("privacy", "/privacy"),
    State("terms", "/terms"),
    State("health-data-consent", "/health-data-consent"),
    State("imprint", "/imprint"),
    State("accessibility", "/accessibility"),
    State("staying-safe", "/staying-safe"),
    State("how-featuring-works", "/how-featuring-works"),
    State("for-specialists", "/for-specialists"),
    State("offline", "/offline", most_kb=50),
    State("not-found", "/nothing-here", status=404, most_kb=50),
    State("find", "/specialists", most_kb=64),
    State("find-german", "/de/specialists?topic=anxiety&topic=sleep", most_kb=64),
    State("find-none", "/specialists?words=zzzz&language=ga", most_kb=64),
    State("find-words", "/specialists?words=panic", most_kb=64),
    State("profile", "/specialists/amira-haddad"),
    State("profile-german", "/de/specialists/jonas-weber"),
    State("profile-unknown", "/specialists/amira-haddat", status=404),
    State("sign-in", "/sign-in"),
    State("sign-in-wrong", "/sign-in", act=sent_empty, refused=422),
    State("sign-up", "/sign-up"),
    State("sign-up-specialist", "/sign-up?role=specialist"),
    State("sign-up-wrong", "/sign-up", act=sent_empty),
    State("check-mail", "/sign-up/check-mail"),
    State("forgotten", "/forgotten"),
    State("reset-password", "/reset-password?token=one"),
    State("verify-email-bad", "/verify-email?token=one"),
    State("settings", "/settings", who="client"),
    State("settings-german", "/de/settings", who="client"),
    State("home-signed-in", "/", who="client"),
]
