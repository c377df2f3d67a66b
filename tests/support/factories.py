"""Whom tests are about, as the HTTP API knows them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from ipaddress import IPv6Address
from typing import Any
from uuid import UUID, uuid4

import httpx
from joserfc import jws

from chassis import json
from chassis.context import Caller
from chassis.times import utc_now
from contracts.profiles.accounts import Role
from tests.support.agreements import AGREED_TO
from tests.support.eventually import eventually
from tests.support.mailbox import link_to
from tests.support.tokens import KEY, a_token_of, lasting

PASSWORD = "correct horse battery staple"
EVERY_DAY = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True)
class Person:
    """Somebody who signed up and logged in; requests are made in their name."""

    id: str
    email: str
    http: httpx.Client
    token: str

    def get(self, path: str, **request: Any) -> httpx.Response:
        return self.call("GET", path, **request)

    def post(self, path: str, json: Any = None, **request: Any) -> httpx.Response:
        return self.call("POST", path, json=json, **request)

    def put(self, path: str, json: Any = None, **request: Any) -> httpx.Response:
        return self.call("PUT", path, json=json, **request)

    def patch(self, path: str, json: Any = None, **request: Any) -> httpx.Response:
        return self.call("PATCH", path, json=json, **request)

    def call(self, method: str, path: str, **request: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}", **request.pop("headers", {})}
        return self.http.request(method, f"/api/v1{path}", headers=headers, **request)


def somebody(http: httpx.Client, role: str, name: str = "Somebody") -> Person:
    """Who signed up, and followed the link in the mail."""
    email = an_address()
    answer = sign_up(http, email, role=role, display_name=name)
    assert answer.status_code == 202, answer.text
    return confirmed(http, email, sign_up=answer.json()["sign_up"])


def an_address() -> str:
    return f"{uuid4().hex}@example.org"


def sign_up(http: httpx.Client, email: str, **changes: Any) -> httpx.Response:
    """From a network of their own: so many may sign up from one."""
    wanted = a_sign_up(email=email, **changes)
    return http.post("/api/v1/accounts", json=wanted, headers=from_anywhere())


def a_sign_up(**changes: Any) -> dict[str, Any]:
    sign_up = {
        "email": an_address(),
        "password": PASSWORD,
        "display_name": "Sam",
        "role": "client",
        "agreed_to": AGREED_TO,
    }
    return {**sign_up, **changes}


def from_anywhere() -> dict[str, str]:
    """The header by which a proxy in front of the gateway says from where a request came."""
    return {"X-Forwarded-For": str(IPv6Address(uuid4().int))}


def confirmed(http: httpx.Client, email: str, **shown: str) -> Person:
    """They follow the link in the mail; ``shown``: the secret of the sign-up, or a password."""
    answer = follow(http, link_to(http, email), **shown)
    assert answer.status_code == 200, answer.text
    return person_of(http, email, answer.json()["access_token"])


def follow(http: httpx.Client, token: str, **shown: str) -> httpx.Response:
    return http.put("/api/v1/email-verifications", json={"token": token, **shown})


def logged_in(http: httpx.Client, email: str, password: str) -> Person:
    session = http.post("/api/v1/sessions", json={"email": email, "password": password})
    assert session.status_code == 200, session.text
    return person_of(http, email, session.json()["access_token"])


def person_of(http: httpx.Client, email: str, token: str) -> Person:
    claims = json.loads(jws.extract_compact(token.encode()).payload)
    return Person(claims["sub"], email, http, lasting(token))


def a_client(http: httpx.Client) -> Person:
    return somebody(http, "client", "Sam Client")


def a_specialist(http: httpx.Client, listed: bool = True, featured: bool = False) -> Person:
    """With a profile and a verified licence.

    ``featured`` also gives them hours, and waits until it is true.
    """
    person = somebody(http, "specialist", "Dr Ada Example")
    assert person.post("/specialists", a_profile()).status_code == 201
    get_licensed(person)
    if listed or featured:
        assert person.patch("/specialists/me", {"status": "listed"}).status_code == 200
    if featured:
        assert person.put("/specialists/me/availability", an_availability()).status_code == 200
        eventually(lambda: person.get("/specialists/me").json()["featured"])
        eventually(lambda: slots_of(person))
    return person


def an_admin(http: httpx.Client) -> Person:
    return _granted(Role.ADMIN, somebody(http, "client", "Alex Admin"))


def _admin_at(http: httpx.Client) -> Person:
    """An admin without an account: a decision needs none, and each account takes a sign-up."""
    caller = Caller(uuid4(), frozenset([Role.ADMIN]), True, second_factor=True)
    return Person(str(caller.account_id), "", http, lasting(a_token_of(KEY, caller)))


def an_editor(http: httpx.Client) -> Person:
    return _granted(Role.EDITOR, somebody(http, "client", "Eli Editor"))


def _granted(role: Role, person: Person) -> Person:
    """An account with a token that has this role, after a second factor."""
    caller = Caller(UUID(person.id), frozenset([role]), True, second_factor=True)
    return replace(person, token=lasting(a_token_of(KEY, caller)))


def a_draft(editor: Person, **changes: Any) -> dict[str, Any]:
    """An article that was just written: its manuscript."""
    written = {
        "slug": f"a-first-step-{uuid4().hex}",
        "title": "A first step",
        "summary": "What a first conversation is like.",
        "body": "It is *free*.",
        "topics": ["first-steps"],
        "references": [{"title": "A study", "year": 2020, "url": "https://example.org/study"}],
    }
    answer = editor.post("/articles", {**written, **changes})
    assert answer.status_code == 201, answer.text
    manuscript: dict[str, Any] = answer.json()
    return manuscript


def a_published_article(editor: Person, **changes: Any) -> str:
    """Its slug."""
    slug: str = a_draft(editor, **changes)["slug"]
    answer = editor.put(f"/articles/{slug}/publication", {})
    assert answer.status_code == 200, answer.text
    return slug


def get_licensed(specialist: Person, **changes: Any) -> None:
    """Hand a licence in, and have it verified by an admin."""
    handed_in = specialist.put("/specialists/me/licence", a_licence(**changes))
    assert handed_in.status_code == 200, handed_in.text
    decision = {"decision": "verified", "version": handed_in.json()["version"]}
    path = f"/specialists/{specialist.id}/verification"
    decided = _admin_at(specialist.http).put(path, decision)
    assert decided.status_code == 200, decided.text


def a_licence(**changes: Any) -> dict[str, Any]:
    """Valid for years."""
    licence = {
        "number": "PT-2041",
        "issuing_body": "Chamber of Psychotherapists",
        "country": "DE",
        "expires_on": f"{utc_now().year + 3}-01-01",
    }
    return {**licence, **changes}


def a_profile(**changes: Any) -> dict[str, Any]:
    profile = {
        "display_name": "Dr Ada Example",
        "headline": "Where to start",
        "biography": "I listen first.",
        "languages": ["en"],
        "topics": ["anxiety"],
        "online": True,
    }
    return {**profile, **changes}


def an_availability(**changes: Any) -> dict[str, Any]:
    """Open every day, in a zone with daylight saving."""
    hours = [{"weekday": day, "starts": "08:00", "ends": "20:00"} for day in EVERY_DAY]
    availability = {
        "offers_free_consultations": True,
        "time_zone": "Europe/Berlin",
        "hours": hours,
        "minimum_notice_hours": 2,
        "horizon_days": 30,
        "meeting_link": "https://video.example/ada",
    }
    return {**availability, **changes}


def slots_of(specialist: Person) -> list[dict[str, Any]]:
    response = specialist.http.get(f"/api/v1/specialists/{specialist.id}/slots?limit=500")
    assert response.status_code == 200, response.text
    slots: list[dict[str, Any]] = response.json()["items"]
    return slots
