"""The demo people, signed in through the forms of the site."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from http import HTTPStatus
from ipaddress import IPv6Address
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
from playwright.sync_api import BrowserContext
from pyotp import TOTP

from tests.browser.site.mailbox import Mailbox

PASSWORD = "demo password, not a secret"
OURS = {"Sec-Fetch-Site": "same-origin"}
HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')
SECRET = re.compile(r"[?&]secret=([A-Z2-7]+)")


def from_anywhere() -> dict[str, str]:
    """The header by which a proxy says from where a request came: a network of its own."""
    return {"X-Forwarded-For": str(IPv6Address(uuid4().int))}


@dataclass
class People:
    """``clients``: an HTTP client with the cookies of each person, by name or e-mail address."""

    site: str
    mailbox: Mailbox
    clients: dict[str, httpx.Client] = field(default_factory=dict)
    apis: dict[str, httpx.Client] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)

    def signed_in(self, who: str) -> httpx.Client:
        """The demo person of this role or name, such as ``client`` or ``amira.haddad``."""
        if who not in self.clients:
            self.clients[who] = self._sign_in(who if "@" in who else f"{who}@demo.example")
        return self.clients[who]

    def new_client(self) -> str:
        """The address of a client whom no other test knows, confirmed by the API."""
        email = f"{uuid4().hex}@example.org"
        with httpx.Client(base_url=f"{self.site}/api/v1", headers=from_anywhere()) as api:
            agreed_to = api.get("/agreements").json()
            account = {"email": email, "password": PASSWORD, "display_name": "Sam"}
            wanted = {**account, "role": "client", "agreed_to": agreed_to}
            sign_up = api.post("/accounts", json=wanted).raise_for_status().json()
            link = urlsplit(self.mailbox.link_to(email, "/verify-email"))
            [token] = parse_qs(link.query)["token"]
            confirmed = {"token": token, **sign_up}
            api.put("/email-verifications", json=confirmed).raise_for_status()
        return email

    def may_sign_in(self, email: str) -> bool:
        answer = self.log_in(email)
        return answer.status_code == HTTPStatus.OK

    def log_in(self, email: str) -> httpx.Response:
        """By the API."""
        credentials = {"email": email, "password": PASSWORD}
        address = f"{self.site}/api/v1/sessions"
        return httpx.post(address, json=credentials, headers=from_anywhere(), timeout=30)

    def api(self, who: str) -> httpx.Client:
        """An HTTP client of the API with the bearer token of a person without a second factor."""
        if who not in self.apis:
            email = who if "@" in who else f"{who}@demo.example"
            token = self.log_in(email).raise_for_status().json()["access_token"]
            headers = {"Authorization": f"Bearer {token}", **from_anywhere()}
            base = f"{self.site}/api/v1"
            self.apis[who] = httpx.Client(base_url=base, headers=headers, timeout=30)
        return self.apis[who]

    def consultations_of(self, who: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.api(who).get("/consultations").json()["items"]
        return found

    def close(self) -> None:
        for client in [*self.clients.values(), *self.apis.values()]:
            client.close()

    def visit_as(self, who: str, context: BrowserContext) -> None:
        """Give a browser the cookies of a person; none for ``visitor``."""
        if who == "visitor":
            return
        cookies = self.signed_in(who).cookies.jar
        context.add_cookies(
            [{"name": each.name, "value": each.value or "", "url": self.site} for each in cookies]
        )

    def _sign_in(self, email: str) -> httpx.Client:
        client = httpx.Client(base_url=self.site, headers={**OURS, **from_anywhere()}, timeout=30)
        answer = client.post("/sign-in", data={"email": email, "password": PASSWORD})
        if answer.status_code == 200:  # a code is wanted
            fields = dict(HIDDEN.findall(answer.text))
            code = TOTP(self.secrets[email]).now()
            answer = client.post("/sign-in/code", data={**fields, "code": code})
        assert answer.status_code == 303, answer.text
        return client
