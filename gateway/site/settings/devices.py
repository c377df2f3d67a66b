"""Names of devices, as people call them, from the ``User-Agent`` that they send."""

from __future__ import annotations

from gateway.pages.visitor import Visitor

BROWSERS = (
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Vivaldi/", "Vivaldi"),
    ("Chromium/", "Chromium"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
"""The first that is found: most browsers also name those that they descend from."""
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
)


def device(agent: str | None, visitor: Visitor) -> str:
    """ "Firefox on Windows"."""
    browser, system = _found(agent, BROWSERS), _found(agent, SYSTEMS)
    if browser and system:
        return visitor.gettext("%(browser)s on %(system)s", browser=browser, system=system)
    return browser or system or visitor.gettext("A program without a name")


def _found(agent: str | None, names: tuple[tuple[str, str], ...]) -> str:
    return next((name for part, name in names if part in (agent or "")), "")
