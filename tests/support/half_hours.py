"""Half hours that are held for sign-ups, as the HTTP API meets them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

from tests.support.factories import (
    Person,
    an_address,
    follow,
    from_anywhere,
    person_of,
    sign_up,
    slots_of,
)
from tests.support.mailbox import link_to

NOTE = "I have not slept well since spring."


@dataclass(frozen=True)
class Newcomer:
    """A visitor for whom a slot is held, and who has signed up for it."""

    email: str
    secret: str
    starts_at: str
    http: httpx.Client

    def follows_link(self, **shown: str) -> httpx.Response:
        return follow(self.http, link_to(self.http, self.email), **shown)

    def confirmed(self, **shown: str) -> Person:
        """With the account that they then have; on another device unless the secret is shown."""
        session = self.follows_link(**shown)
        assert session.status_code == 200, session.text
        return person_of(self.http, self.email, session.json()["access_token"])


def hold(
    http: httpx.Client,
    specialist: Person,
    starts_at: str,
    headers: dict[str, str] | None = None,
    **more: Any,
) -> httpx.Response:
    """A visitor of another network asks to hold a slot."""
    wanted = {
        "email": an_address(),
        "specialist_id": specialist.id,
        "starts_at": starts_at,
        **more,
    }
    return http.post("/api/v1/sign-ups/held-slot", json=wanted, headers=headers or from_anywhere())


def a_newcomer(specialist: Person, email: str | None = None, place: int = 0) -> Newcomer:
    """``place``: which of the free slots they choose."""
    email, starts_at = email or an_address(), slots_of(specialist)[place]["starts_at"]
    held = hold(specialist.http, specialist, starts_at, email=email, note=NOTE)
    assert held.status_code == 201, held.text
    secret = held.json()["sign_up"]
    assert sign_up(specialist.http, email, sign_up=secret).json() == {"sign_up": secret}
    return Newcomer(email, secret, starts_at, specialist.http)


def book(client: Person, specialist: Person, starts_at: str) -> httpx.Response:
    wanted = {"specialist_id": specialist.id, "starts_at": starts_at}
    return client.post("/consultations", wanted)
