"""What every page must be: accessible, quiet, light, its own; each check names what it found."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import axe_playwright_python
from playwright.sync_api import CDPSession, Page, ViewportSize

HERE = Path(__file__).parent
AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OF_COLOURS = ["color-contrast", "link-in-text-block"]
NARROW: ViewportSize = {"width": 320, "height": 568}
ZOOMED: ViewportSize = {"width": 320, "height": 225}
"""1280 by 900 pixels at 400 %."""
SHIFTS = """() => new Promise(done => {
  let sum = 0;
  new PerformanceObserver(list => {
    for (const each of list.getEntries()) if (!each.hadRecentInput) sum += each.value;
  }).observe({ type: "layout-shift", buffered: true });
  requestAnimationFrame(() => setTimeout(() => done(sum), 50));
})"""
TOO_WIDE = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  return [...document.querySelectorAll("body *")]
    .filter(each => each.getBoundingClientRect().right > width + 1)
    .slice(0, 5)
    .map(each => each.outerHTML.slice(0, 120));
}"""
SMALL_TARGETS = """() => [...document.querySelectorAll(
    "button, .btn, .chip, .slot, .nav a, input:not([type=hidden]), select, summary")]
  .filter(each => each.checkVisibility() && !["checkbox", "radio"].includes(each.type))
  .map(each => [each, each.getBoundingClientRect()])
  .filter(([each, box]) => box.height > 0 && box.height < 39.5)
  .map(([each, box]) => `${Math.round(box.height)} px: ${each.outerHTML.slice(0, 100)}`)"""


LARGEST_PAINT = """() => new Promise(done => {
  let last;
  new PerformanceObserver(list => { last = list.getEntries().at(-1); })
    .observe({ type: "largest-contentful-paint", buffered: true });
  const look = () => requestAnimationFrame(() => setTimeout(() => last
    ? done(last.url ? "picture: " + last.url : "text") : look(), 50));
  look();
})"""
MOVING = """() => [
  ...document.getAnimations().map(each => each.animationName || each.transitionProperty),
  ...[...document.querySelectorAll("body *")]
    .filter(each => parseFloat(getComputedStyle(each).transitionDuration) > 0)
    .slice(0, 5)
    .map(each => each.outerHTML.slice(0, 100)),
]"""
UNMARKED = """() => [...document.querySelectorAll(
    "button, .btn, .chip, .slot, input:not([type=hidden], [type=file]), select, textarea")]
  .filter(each => each.checkVisibility() && !each.matches(".link"))
  .filter(each => {
    const style = getComputedStyle(each);
    return !["checkbox", "radio"].includes(each.type)
      && (style.borderStyle === "none" || parseFloat(style.borderWidth) === 0)
      && style.textDecorationLine === "none";
  })
  .map(each => each.outerHTML.slice(0, 100))"""
LENGTHEN = """() => {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    if (texts.currentNode.parentElement.closest("script, style, svg, textarea")) continue;
    texts.currentNode.data = texts.currentNode.data.replace(
      /\\p{L}{2,}/gu, word => word + "eln".repeat(9).slice(0, Math.ceil(word.length * 0.4)));
  }
}"""
CLIPPED = """() => [...document.querySelectorAll(
    "button, .btn, .chip, .slot, .tag, .nav a, h1, h2, h3, label, legend, summary")]
  .filter(each => each.checkVisibility() && each.clientWidth > 0 && !each.closest(".vh, svg"))
  .filter(each => each.scrollWidth > each.clientWidth + 1
    || (getComputedStyle(each).overflowY === "hidden" && each.scrollHeight > each.clientHeight + 1))
  .slice(0, 5)
  .map(each => each.outerHTML.slice(0, 120))"""


def violations(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2 AA and good practice."""
    page.evaluate(_axe())  # evaluated by the debugger: the page's policy allows no such script
    return _violations(page, RULES)


def pale(page: Page) -> list[str]:
    """What axe finds by the rules that read colours; after ``violations``, in other ones."""
    return _violations(page, {"type": "rule", "values": OF_COLOURS})


def _violations(page: Page, rules: Any) -> list[str]:
    found = page.evaluate("rules => axe.run({ runOnly: rules })", rules)
    return [
        f"{each['id']}: {each['help']}: {[node['html'][:160] for node in each['nodes'][:3]]}"
        for each in found["violations"]
    ]


@cache
def _axe() -> str:
    return AXE.read_text()


def too_wide(page: Page) -> list[str]:
    """Elements that make the page scroll sideways."""
    found: list[str] = page.evaluate(TOO_WIDE)
    return found


def small_targets(page: Page) -> list[str]:
    """Controls that are under 40 pixels high."""
    found: list[str] = page.evaluate(SMALL_TARGETS)
    return found


def largest_paint(page: Page) -> str:
    """``text``, or the address of the picture that is the largest thing of the page."""
    return str(page.evaluate(LARGEST_PAINT))


def moving(page: Page) -> list[str]:
    """What moves, or would."""
    found: list[str] = page.evaluate(MOVING)
    return found


def unmarked(page: Page) -> list[str]:
    """Controls without an edge or an underline: in forced colours fields have no background."""
    found: list[str] = page.evaluate(UNMARKED)
    return found


def lengthen(page: Page) -> None:
    """Make each word of the page 40 % longer."""
    page.evaluate(LENGTHEN)


def clipped(page: Page) -> list[str]:
    """Names of controls, and headings, that are cut off."""
    found: list[str] = page.evaluate(CLIPPED)
    return found


def layout_shift(page: Page) -> float:
    """Cumulative layout shift since the page was opened."""
    return float(page.evaluate(SHIFTS))


def invalid_html(texts: dict[str, str], folder: Path) -> list[str]:
    """What html-validate says of each text, by name."""
    for name, text in texts.items():
        (folder / f"{name}.html").write_text(text)
    validator = HERE / "node_modules/.bin/html-validate"
    config = HERE / "html-validate.json"
    said = folder / "said.json"  # of a longer text on a pipe the end is lost
    command = [str(validator), "--config", str(config), "--formatter", f"json={said}"]
    command += ["--ext", "html", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert said.exists(), done.stderr
    return [
        f"{Path(each['filePath']).stem}: line {message['line']}: {message['message']}"
        for each in json.loads(said.read_text())
        for message in each["messages"]
    ]


@dataclass
class Traffic:
    """What a page has asked for since ``of`` was called, and how many bytes came."""

    sizes: dict[str, int] = field(default_factory=dict)
    urls: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, session: CDPSession) -> Traffic:
        traffic = cls()
        session.send("Network.enable")
        session.on("Network.requestWillBeSent", traffic._asked)
        session.on("Network.loadingFinished", traffic._finished)
        return traffic

    def _asked(self, event: dict[str, Any]) -> None:
        self.urls[event["requestId"]] = event["request"]["url"]

    def _finished(self, event: dict[str, Any]) -> None:
        if event["requestId"] in self.urls:  # not what the page before has yet to receive
            self.sizes[event["requestId"]] = int(event["encodedDataLength"])

    def foreign(self, site: str) -> list[str]:
        """Addresses of other places."""
        return [
            each
            for each in self.urls.values()
            if not each.startswith(("data:", "blob:")) and f"{site}/" not in each
        ]

    def forget(self) -> None:
        self.sizes.clear()

    def kilobytes(self, without: Sequence[str] = ()) -> float:
        """Bytes over the network, in KB of 1,000; without these parts of addresses."""
        counted = [
            size
            for request, size in self.sizes.items()
            if not any(each in self.urls.get(request, "") for each in without)
        ]
        return sum(counted) / 1000
