"""Who is asking, and whose things they may see."""

from __future__ import annotations

import base64
import hmac
import json
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from joserfc import jwt

from chassis.context import Caller
from chassis.times import utc_now
from firststep.platform import new_token_key
from gateway import authentication, server
from services.profiles.accounts.tokens import LIFETIME, Tokens
from tests.gateway.description import expect_problem
from tests.house import TOKEN_KEY, House
from tests.people import Person, a_client, slots_of
from tests.waiting import eventually


def tokens_signed_with(key: str) -> Tokens:
    tokens = Tokens()
    tokens.use(key)
    return tokens


def a_token(person: Person, key: str = TOKEN_KEY, age: timedelta = timedelta()) -> str:
    caller = Caller(UUID(person.id), frozenset(["client"]))
    return tokens_signed_with(key).issue(caller, utc_now() - age).access_token


def _signed(claims: dict[str, Any]) -> str:
    tokens = tokens_signed_with(TOKEN_KEY)
    key = tokens._key
    header = {"alg": "Ed25519", "kid": key.kid}
    return jwt.encode(header, claims, key, algorithms=["Ed25519"])


def _claims(person: Person, **changes: Any) -> dict[str, Any]:
    claims = {"iss": "firststep", "sub": person.id, "exp": int(time.time()) + 60}
    return {name: value for name, value in {**claims, **changes}.items() if value is not None}


def _unsigned(person: Person) -> str:
    return f"{_encoded({'alg': 'none'})}.{_encoded(_claims(person))}."


def _signed_with_the_public_key(person: Person) -> str:
    """As if the public key were a shared secret: what a careless verifier would believe."""
    key = tokens_signed_with(TOKEN_KEY)._key
    signed = f"{_encoded({'alg': 'HS256', 'kid': key.kid})}.{_encoded(_claims(person))}"
    mac = hmac.digest(key.as_pem(private=False), signed.encode(), "sha256")
    return f"{signed}.{_base64url(mac)}"


def _encoded(part: dict[str, Any]) -> str:
    return _base64url(json.dumps(part).encode())


def _base64url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).decode().rstrip("=")


FORGED: dict[str, Callable[[Person], str]] = {
    "garbage": lambda person: "garbage",
    "three parts of nothing": lambda person: "a.b.c",
    "an empty header": lambda person: "e30.e30.e30",
    "dots": lambda person: "." * 100,
    "expired": lambda person: a_token(person, age=LIFETIME + timedelta(seconds=1)),
    "signed with another key": lambda person: a_token(person, key=new_token_key()),
    "changed afterwards": lambda person: person.token[:-8] + "AAAAAAAA",
    "cut off": lambda person: person.token[:-3],
    "not signed": _unsigned,
    "signed with the public key": _signed_with_the_public_key,
    "of another issuer": lambda person: _signed(_claims(person, iss="somebody else")),
    "of no issuer": lambda person: _signed(_claims(person, iss=None)),
    "of nobody": lambda person: _signed(_claims(person, sub=None)),
    "without an end": lambda person: _signed(_claims(person, exp=None)),
    "followed by something": lambda person: f"{person.token} more",
}


def test_a_token_of_profiles_is_believed(client: Person) -> None:
    for token in (client.token, a_token(client), _signed(_claims(client))):
        response = client.http.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})
        assert response.json()["id"] == client.id


@pytest.mark.parametrize("forged", FORGED)
def test_no_other_token_is(client: Person, forged: str) -> None:
    headers = {"Authorization": f"Bearer {FORGED[forged](client)}"}
    response = client.http.get("/api/v1/me", headers=headers)
    expect_problem(response, 401, "bad_token")
    assert response.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("header", ["", "Bearer", "Basic c2FtOnNlY3JldA==", "Token x", "\xe9"])
def test_the_header_is_bearer_and_a_token(http: httpx.Client, header: str) -> None:
    response = http.get("/api/v1/me", headers=[(b"Authorization", header.encode("latin-1"))])
    problem = expect_problem(response, 401, "bad_token")
    assert "Authorization" in problem["detail"]


def test_the_scheme_is_read_in_either_case(client: Person) -> None:
    response = client.http.get("/api/v1/me", headers={"Authorization": f"bearer {client.token}"})
    assert response.status_code == 200


def test_without_a_token_one_is_told_to_sign_in(http: httpx.Client) -> None:
    response = http.get("/api/v1/me")
    expect_problem(response, 401, "unauthenticated")
    assert response.headers["WWW-Authenticate"] == "Bearer"


def test_a_bad_token_is_refused_even_where_none_is_needed(http: httpx.Client) -> None:
    response = http.get("/api/v1/featured", headers={"Authorization": "Bearer garbage"})
    expect_problem(response, 401, "bad_token")


def test_no_answer_tells_whether_an_address_is_known(http: httpx.Client, client: Person) -> None:
    answers = [
        http.post("/api/v1/sessions", json={"email": email, "password": "a wrong password"})
        for email in (client.email, f"{uuid4().hex}@example.org")
    ]
    for answer in answers:
        expect_problem(answer, 401, "wrong_credentials")
    assert answers[0].content == answers[1].content


def test_the_consultation_of_others_does_not_exist(client: Person, specialist: Person) -> None:
    stranger = a_client(client.http)
    wanted = {
        "specialist_id": specialist.id,
        "starts_at": slots_of(specialist)[-1]["starts_at"],
    }
    booked = client.post("/consultations", wanted).json()

    path = f"/consultations/{booked['id']}"
    assert client.get(path).json() == specialist.get(path).json() == booked
    hidden = expect_problem(stranger.get(path), 404, "not_found")
    nothing = expect_problem(stranger.get(f"/consultations/{uuid4()}"), 404, "not_found")
    assert hidden["detail"].replace(booked["id"], "") == nothing["detail"][:-36]
    assert stranger.get("/consultations").json()["items"] == []
    assert stranger.get("/notifications").json()["items"] == []


def test_who_signed_in_stays_so_while_profiles_is_away(
    embedded_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authentication, "LOOK_AGAIN_AFTER_S", 0)
    monkeypatch.setattr(server, "OUTERMOST_DEADLINE_S", 0.5)
    person = a_client(embedded_house.http)
    assert person.get("/notifications").status_code == 200

    profiles: Any = embedded_house.process.service_map["profiles"]
    profiles.stop()
    expired = {"Authorization": f"Bearer {FORGED['expired'](person)}"}
    unknown = {"Authorization": f"Bearer {FORGED['signed with another key'](person)}"}
    for headers, status, code in ((expired, 401, "bad_token"), (unknown, 503, "unavailable")):
        response = person.http.get("/api/v1/notifications", headers=headers)
        expect_problem(response, status, code)
        assert person.get("/notifications").status_code == 200


def test_a_token_that_was_believed_is_not_any_more_once_it_expired(client: Person) -> None:
    headers = {"Authorization": f"Bearer {a_token(client, age=LIFETIME - timedelta(seconds=2))}"}

    def status() -> int:
        return client.http.get("/api/v1/me", headers=headers).status_code

    assert status() == 200
    eventually(lambda: status() == 401)


def test_a_new_key_is_believed_as_soon_as_it_is_used(
    embedded_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authentication, "LOOK_AGAIN_AFTER_S", 0)
    person = a_client(embedded_house.http)
    assert person.get("/me").status_code == 200

    profiles: Any = embedded_house.process.service_map["profiles"]
    [tokens] = [each for each in profiles.dependencies if isinstance(each, Tokens)]
    rotated = new_token_key()
    tokens.use(rotated)
    headers = {"Authorization": f"Bearer {a_token(person, key=rotated)}"}
    assert person.http.get("/api/v1/me", headers=headers).status_code == 200
