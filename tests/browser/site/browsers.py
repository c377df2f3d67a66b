"""Browsers of people: one for each person and look, kept for the next page."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext

from tests.browser.site.people import People

CALM = {
    "timezone_id": "Europe/Lisbon",
    "locale": "en-GB",
    "reduced_motion": "reduce",
    "service_workers": "block",
}


@dataclass
class Browsers:
    browser: Browser
    people: People
    kept: dict[str, BrowserContext] = field(default_factory=dict)

    def of(self, who: str, **look: Any) -> BrowserContext:
        """A person's browser with these options of a context."""
        name = f"{who} {sorted(look.items())}"
        if name not in self.kept:
            self.kept[name] = self.new(who, **look)
        return self.kept[name]

    def new(self, who: str, **look: Any) -> BrowserContext:
        """One that has seen nothing yet."""
        context = self.browser.new_context(**{**CALM, **look})
        self.people.visit_as(who, context)
        return context

    def close(self) -> None:
        for context in self.kept.values():
            context.close()
