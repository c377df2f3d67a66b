"""A browser without script: it keeps cookies, reads forms from pages, and sends them."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from urllib.parse import urlencode

import httpx

from tests.support.factories import PASSWORD, from_anywhere

SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}
REDIRECTS = 5
Fields = dict[str, list[str]]
Filled = str | list[str] | bool | None
"""A value, or several; true: the box is checked, with the value that the page gives it; ``None``:
left out."""


@dataclass
class FormOnPage:
    action: str
    fields: Fields = field(default_factory=dict)
    boxes: dict[str, str] = field(default_factory=dict)


class _Reader(HTMLParser):
    """Forms and text of a page, as a person finds them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[FormOnPage] = []
        self.texts: dict[str, list[str]] = {"title": [], "h1": [], "main": []}
        self._open: list[str] = []
        self._select = ""
        self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        got = {name: value or "" for name, value in attrs}
        if tag in self.texts:
            self._open.append(tag)
        if tag == "form":
            self.forms.append(FormOnPage(got["action"]))
        elif tag == "input" and got.get("name"):
            self._input(got, {name for name, _ in attrs})
        elif tag == "select":
            self._select = got["name"]
            self.forms[-1].fields[self._select] = []
        elif tag == "option" and (self._is_first or "selected" in got):
            self.forms[-1].fields[self._select] = [got.get("value", "")]
        elif tag == "textarea":
            self._area = got["name"]
            self.forms[-1].fields[self._area] = [""]

    @property
    def _is_first(self) -> bool:
        return not self.forms[-1].fields[self._select]

    def _input(self, got: Mapping[str, str], names: set[str]) -> None:
        form, name = self.forms[-1], got["name"]
        if got.get("type") in ("checkbox", "radio"):
            form.boxes.setdefault(name, got.get("value", "on"))
            if "checked" not in names:
                return
        form.fields.setdefault(name, []).append(got.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if self._open and self._open[-1] == tag:
            self._open.pop()
        if tag == "textarea":
            [text] = self.forms[-1].fields[self._area]
            self.forms[-1].fields[self._area] = [text.removeprefix("\n")]
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.forms[-1].fields[self._area][0] += data
        for each in self._open:
            self.texts[each].append(data)


@dataclass(frozen=True)
class PageSeen:
    """An answer of the site. ``at``: the path that it was asked at."""

    at: str
    response: httpx.Response

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def html(self) -> str:
        return self.response.text

    @property
    def location(self) -> str:
        return str(self.response.headers.get("Location", ""))

    @cached_property
    def _read(self) -> _Reader:
        reader = _Reader()
        reader.feed(self.response.text)
        return reader

    @property
    def title(self) -> str:
        return self._text("title")

    @property
    def h1(self) -> str:
        return self._text("h1")

    @property
    def text(self) -> str:
        """What stands in the page's main part."""
        return self._text("main")

    def _text(self, tag: str) -> str:
        return " ".join("".join(self._read.texts[tag]).split())

    def form(self, action: str) -> FormOnPage:
        """The first form that is sent to this path, whatever its query."""
        found = [each for each in self._read.forms if each.action.partition("?")[0] == action]
        assert found, f"no form to {action} among {[each.action for each in self._read.forms]}"
        return found[0]


@dataclass
class Browser:
    """One browser, from a network of its own."""

    http: httpx.Client
    cookies: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=from_anywhere)

    def get(self, path: str, **headers: str) -> PageSeen:
        return self.ask("GET", path, headers=headers)

    def open(self, path: str) -> PageSeen:
        """The page at a path, or the one that it leads to."""
        return self.followed(self.get(path))

    def followed(self, page: PageSeen) -> PageSeen:
        for _ in range(REDIRECTS):
            if page.status not in (301, 303):
                return page
            page = self.get(page.location)
        raise AssertionError(f"too many redirects, the last to {page.location}")

    def fill(self, page: PageSeen, action: str, **filled: Filled) -> PageSeen:
        """Send a form of a page with what the page has put into it, and with these values."""
        form = page.form(action)
        return self.send(form.action, _filled(form, filled))

    def attach(
        self, page: PageSeen, action: str, name: str, content: bytes, kind: str, **filled: Filled
    ) -> PageSeen:
        """The same with a file of a media type in the field ``name``."""
        form = page.form(action)
        fields = {**_filled(form, filled)}
        fields.pop(name, None)
        body = httpx.Request(
            "POST", self.http.base_url, data=fields, files={name: ("f", content, kind)}
        )
        sent = {**SAME_ORIGIN, "Content-Type": body.headers["Content-Type"]}
        return self.ask("POST", form.action, headers=sent, body=body.read())

    def send(
        self,
        path: str,
        fields: Mapping[str, str | list[str]],
        headers: Mapping[str, str] = SAME_ORIGIN,
    ) -> PageSeen:
        """Send fields as a form of a page would: with the mark of the account that is signed in,
        unless ``_account`` is among them."""
        sent = {"Content-Type": "application/x-www-form-urlencoded", **headers}
        body = urlencode({"_account": self.account_id, **fields}, doseq=True).encode()
        return self.ask("POST", path, headers=sent, body=body)

    @property
    def account_id(self) -> str:
        """The account that is signed in; empty for a visitor."""
        _, _, rest = self.cookies.get("__Host-access", "").partition(".")
        claims, _, _ = rest.partition(".")
        return str(json.loads(urlsafe_b64decode(f"{claims}==="))["sub"]) if claims else ""

    def ask(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes = b""
    ) -> PageSeen:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent = {"Accept": "text/html", **self.headers, **headers}
        if cookies:
            sent["Cookie"] = cookies
        url = f"{str(self.http.base_url).rstrip('/')}{path}"
        response = self.http.send(httpx.Request(method, url, headers=sent, content=body))
        self._keep(response)
        return PageSeen(path, response)

    def _keep(self, response: httpx.Response) -> None:
        for name, morsel in self.set_by(response).items():
            if morsel["max-age"] == "0":
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = morsel.value

    @staticmethod
    def set_by(response: httpx.Response) -> SimpleCookie:
        """The cookies that an answer sets, with their attributes."""
        found = SimpleCookie()
        for header in response.headers.get_list("Set-Cookie"):
            found.load(header)
        return found


def _filled(form: FormOnPage, filled: Mapping[str, Filled]) -> Fields:
    fields = dict(form.fields)
    for name, value in filled.items():
        fields.pop(name, None)
        if value is True:
            fields[name] = [form.boxes[name]]
        elif isinstance(value, list):
            fields[name] = value
        elif isinstance(value, str):
            fields[name] = [value]
    return fields


def signed_in(http: httpx.Client, email: str, password: str = PASSWORD) -> Browser:
    """The browser of an account's owner."""
    browser = Browser(http)
    answer = browser.fill(browser.get("/sign-in"), "/sign-in", email=email, password=password)
    assert answer.status == 303, answer.text
    return browser
