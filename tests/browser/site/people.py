"""The demo people, signed in through the forms of the site."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from ipaddress import IPv6Address
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
from playwright._impl._api_structures import SetCookieParam
from playwright.sync_api import BrowserContext
from pyotp import TOTP

from tests.browser.site.mailbox import Mailbox

PASSWORD = "demo password, not a secret"
ADMIN = "admin"
HALF_AN_HOUR, A_DAY = timedelta(minutes=30), timedelta(days=1)
OURS = {"Sec-Fetch-Site": "same-origin"}
WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
PROFILE = {
    "display_name": "Dr Ines Novo",
    "headline": "Where to start",
    "biography": "I listen first.",
    "languages": ["en"],
    "topics": ["anxiety"],
    "online": True,
}
LICENCE = {
    "number": "PT-1",
    "issuing_body": "Ordem dos Psicólogos",
    "country": "PT",
    "expires_on": "2029-01-01",
}
HOURS = {
    "offers_free_consultations": True,
    "time_zone": "Europe/Lisbon",
    "hours": [{"weekday": day, "starts": "09:00", "ends": "12:00"} for day in WEEK],
    "minimum_notice_hours": 2,
    "horizon_days": 30,
    "meeting_link": "https://video.example/ines",
}


def from_anywhere() -> dict[str, str]:
    """The header by which a proxy says from where a request came: a network of its own."""
    return {"X-Forwarded-For": str(IPv6Address(uuid4().int))}


@dataclass
class People:
    """``clients``: an HTTP client with the cookies of each person, by name or e-mail address;
    ``addresses``: those of people who are made for a state, by name. ``states``, ``half_hours``:
    what was made for states."""

    site: str
    mailbox: Mailbox
    data: Path
    clients: dict[str, httpx.Client] = field(default_factory=dict)
    apis: list[httpx.Client] = field(default_factory=list)
    addresses: dict[str, str] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)
    half_hours: dict[tuple[str, str, bool], str] = field(default_factory=dict)
    refresh_tokens: dict[str, str] = field(default_factory=dict)

    def signed_in(self, who: str) -> httpx.Client:
        """The demo person of this role or name, such as ``client`` or ``amira.haddad``."""
        if who not in self.clients:
            self.clients[who] = (
                httpx.Client(base_url=self.site, timeout=30)
                if who == ADMIN
                else self._sign_in(self.address_of(who))
            )
        if who == ADMIN:
            self.clients[who].cookies.set("access", self._admin_token())
        return self.clients[who]

    def address_of(self, who: str) -> str:
        """``who``: an address, the name of a demo person, ``new:`` or ``specialist:`` and any name:
        a client or a specialist who is made for it, or ``each:`` and any name: a client who is made
        for each browser."""
        if who.startswith("each:"):
            return self.new_client()
        if who.startswith(("new:", "specialist:")) and who not in self.addresses:
            role = "client" if who.startswith("new:") else "specialist"
            self.addresses[who] = self.new_account(role)
        return self.addresses.get(who) or (who if "@" in who else f"{who}@demo.example")

    def new_client(self) -> str:
        """The address of a client whom no other test knows."""
        return self.new_account("client")

    def new_account(self, role: str) -> str:
        """Confirmed by the API."""
        email, secret = self.sign_up(role)
        link = urlsplit(self.mailbox.link_to(email, "/verify-email"))
        [token] = parse_qs(link.query)["token"]
        confirmed, address = {"token": token, **secret}, f"{self.site}/api/v1/email-verifications"
        httpx.put(address, json=confirmed, headers=from_anywhere(), timeout=30).raise_for_status()
        return email

    def sign_up(self, role: str = "client") -> tuple[str, dict[str, str]]:
        """By the API: the address, and the secret that a browser would keep."""
        email = f"{uuid4().hex}@example.org"
        account = {"email": email, "password": PASSWORD, "display_name": "Sam", "role": role}
        wanted = {**account, "agreed_to": self.read("/agreements")}
        address = f"{self.site}/api/v1/accounts"
        answer = httpx.post(address, json=wanted, headers=from_anywhere(), timeout=30)
        secret: dict[str, str] = answer.raise_for_status().json()
        return email, secret

    def may_sign_in(self, email: str, password: str = PASSWORD) -> bool:
        answer = self.log_in(email, password)
        return answer.status_code == HTTPStatus.OK

    def log_in(self, email: str, password: str = PASSWORD) -> httpx.Response:
        """By the API."""
        credentials = {"email": email, "password": password}
        address = f"{self.site}/api/v1/sessions"
        return httpx.post(address, json=credentials, headers=from_anywhere(), timeout=30)

    def api(self, who: str) -> httpx.Client:
        """An HTTP client of the API with a new bearer token, which is good for five minutes, of a
        person without a second factor."""
        token = self.log_in(self.address_of(who)).raise_for_status().json()["access_token"]
        return self._bearing(token)

    def _bearing(self, token: str) -> httpx.Client:
        headers = {"Authorization": f"Bearer {token}", **from_anywhere()}
        api = httpx.Client(base_url=f"{self.site}/api/v1", headers=headers, timeout=30)
        self.apis.append(api)
        return api

    def consultations_of(self, who: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.api(who).get("/consultations").json()["items"]
        return found

    def close(self) -> None:
        for client in [*self.clients.values(), *self.apis]:
            client.close()

    def visit_as(self, who: str, context: BrowserContext) -> None:
        """Give a browser the cookies of a person; none for ``visitor``. Those of the admin last for
        some minutes: a session with a second factor is begun once."""
        if who == "visitor":
            return
        if who == ADMIN:
            access: SetCookieParam = {"name": "access", "value": self._admin_token()}
            context.add_cookies([{**access, "url": self.site}])
            return
        with closing(
            self._sign_in(self.address_of(who))
        ) as client:  # a session of its own: two browsers
            cookies: list[SetCookieParam] = [
                {"name": each.name, "value": each.value or "", "url": self.site}
                for each in client.cookies.jar
            ]
        context.add_cookies(cookies)

    def read(self, path: str) -> Any:
        """What the API answers to a visitor."""
        address = f"{self.site}/api/v1{path}"
        return httpx.get(address, headers=from_anywhere(), timeout=30).raise_for_status().json()

    def id_of(self, slug: str) -> str:
        return str(self.read(f"/specialists/{slug}")["id"])

    def new_listed_specialist(self) -> httpx.Client:
        """The API of a listed specialist whom no other test knows, without hours yet."""
        email = self.new_account("specialist")
        api = self.api(email)
        api.post("/specialists", json=PROFILE).raise_for_status()
        api.put("/specialists/me/licence", json=LICENCE).raise_for_status()
        self.verify_licence_of(email)
        api.patch("/specialists/me", json={"status": "listed"}).raise_for_status()
        return api

    def verify_licence_of(self, email: str) -> None:
        """An admin does it, by the API."""
        specialist_id = self.api(email).get("/me").raise_for_status().json()["id"]
        admin = self._bearing(self._admin_token())
        licence = admin.get(f"/specialists/{specialist_id}/licence").raise_for_status().json()
        decision = {"decision": "verified", "version": licence["version"]}
        admin.put(f"/specialists/{specialist_id}/verification", json=decision).raise_for_status()

    def _admin_token(self) -> str:
        """Of a session with the second factor without which the role has no effect."""
        if "admin" not in self.refresh_tokens:
            session = self.log_in(self.address_of("admin")).raise_for_status().json()
            admin = self._bearing(session["access_token"])
            password = {"password": PASSWORD}
            secret = admin.post("/me/totp", json=password).raise_for_status().json()["secret"]
            admin.put("/me/totp", json={"code": TOTP(secret).now()}).raise_for_status()
            self.refresh_tokens["admin"] = session["refresh_token"]
        token = {"refresh_token": self.refresh_tokens["admin"]}
        address = f"{self.site}/api/v1/sessions/refresh"
        answer = httpx.post(address, json=token, headers=from_anywhere()).raise_for_status().json()
        self.refresh_tokens["admin"] = answer["refresh_token"]
        return str(answer["access_token"])

    def free_times_of(self, slug: str) -> list[str]:
        items = self.read(f"/specialists/{self.id_of(slug)}/slots")["items"]
        return [each["starts_at"] for each in items]

    def book(self, who: str, slug: str, place: int = 0) -> str:
        """The id of a consultation at one of the free times, and not so soon that it can't be
        cancelled any more while the tests run."""
        far = (datetime.now(UTC) + A_DAY).isoformat()
        free = [each for each in self.free_times_of(slug) if each > far]
        wanted = {"specialist_id": self.id_of(slug), "starts_at": free[place]}
        booked = self.api(who).post("/consultations", json=wanted).raise_for_status().json()
        return str(booked["id"])

    def let_pass(self, consultation_id: str, since: timedelta = timedelta(hours=1)) -> None:
        """As if the consultation had begun so long ago."""
        begun = datetime.now(UTC).replace(tzinfo=None, microsecond=0) - since
        starts, ends = (f"{each}.000000" for each in (begun, begun + HALF_AN_HOUR))
        change = "UPDATE consultations SET starts_at = ?, ends_at = ? WHERE id = ?"
        self._change(change, starts, ends, consultation_id)

    def unreadable(self, consultation_id: str) -> None:
        """Break a row, so that a page of this consultation fails."""
        self._change("UPDATE consultations SET time_zone = 'Nowhere' WHERE id = ?", consultation_id)

    def _change(self, change: str, *values: str) -> None:
        """In booking; the last value is an id."""
        *others, changed = values
        with self._database("booking") as database, database:
            database.execute(change, [*others, changed.replace("-", "")])

    @contextmanager
    def away(self, service: str, table: str) -> Iterator[None]:
        """Inside the block the service answers nothing that needs this table: to it, the database
        is away."""
        with self._database(service) as database:
            database.execute("PRAGMA legacy_alter_table = ON")  # references keep the name
            database.execute(f"ALTER TABLE {table} RENAME TO {table}_away")
            try:
                yield
            finally:
                database.execute(f"ALTER TABLE {table}_away RENAME TO {table}")

    def _database(self, service: str) -> closing[sqlite3.Connection]:
        return closing(sqlite3.connect(self.data / f"{service}.db", timeout=10))

    def _sign_in(self, email: str) -> httpx.Client:
        client = httpx.Client(base_url=self.site, headers={**OURS, **from_anywhere()}, timeout=30)
        answer = client.post("/sign-in", data={"email": email, "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        return client
