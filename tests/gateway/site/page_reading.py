"""What a page of the site says, read from its HTML."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from typing import Any

import httpx

from chassis import json

OPTION = re.compile(
    r'<input type="(?:checkbox|radio)" name="(\w+)" value="([^"]*)" form="find"( checked)?>'
    r'([^<]*)(?:<span class="n">(\d+)</span>)?'
)
SLOT = re.compile(r'<a class="slot" href="([^"]+)" aria-label="([^"]+)"')
LINK = re.compile(r'<a(?: class="[^"]*")? href="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)
JSON_LD = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)
TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True)
class Choice:
    """A value of a filter."""

    name: str
    value: str
    label: str
    count: int | None
    chosen: bool


def page_at(http: httpx.Client, path: str, status: int = 200, **request: Any) -> str:
    response = http.get(path, **request)
    assert response.status_code == status, response.text
    return response.text


def text_of(html: str) -> str:
    return " ".join(unescape(TAG.sub(" ", html)).split())


def choices_on(html: str) -> list[Choice]:
    return [
        Choice(name, unescape(value), text_of(label), int(count) if count else None, bool(checked))
        for name, value, checked, label, count in OPTION.findall(html)
    ]


def slots_on(html: str) -> list[tuple[str, str]]:
    """The path and the name of each time."""
    return [(unescape(path), unescape(name)) for path, name in SLOT.findall(html)]


def links_on(html: str) -> dict[str, str]:
    """Paths by the texts of their links; of equal texts the first."""
    found: dict[str, str] = {}
    for path, text in LINK.findall(html):
        found.setdefault(text_of(text), unescape(path))
    return found


def json_ld_on(html: str) -> dict[str, Any]:
    [found] = JSON_LD.findall(html)
    value: dict[str, Any] = json.loads(found)
    return value
