"""The demo people, signed in through the forms of the site."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import httpx
from playwright.sync_api import BrowserContext
from pyotp import TOTP

PASSWORD = "demo password, not a secret"
OURS = {"Sec-Fetch-Site": "same-origin"}
HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')
SECRET = re.compile(r'data-secret="([A-Z2-7]+)"')


@dataclass
class People:
    """``clients``: an HTTP client with the cookies of each person, by e-mail address."""

    site: str
    clients: dict[str, httpx.Client] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)

    def signed_in(self, who: str) -> httpx.Client:
        """The demo person of this role or name, such as ``client`` or ``amira.haddad``."""
        if who not in self.clients:
            self.clients[who] = self._sign_in(f"{who}@demo.example")
        return self.clients[who]

    def close(self) -> None:
        for client in self.clients.values():
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
        client = httpx.Client(base_url=self.site, headers=OURS, timeout=30)
        answer = client.post("/sign-in", data={"email": email, "password": PASSWORD})
        if answer.status_code == 200:  # a code is wanted
            fields = dict(HIDDEN.findall(answer.text))
            code = TOTP(self.secrets[email]).now()
            answer = client.post("/sign-in/code", data={**fields, "code": code})
        assert answer.status_code == 303, answer.text
        return client
