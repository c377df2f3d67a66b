"""Who is asking, and whose things they may see."""

from __future__ import annotations

import base64
import hmac
import json
import re
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, OKPKey
from werkzeug.test import create_environ
from werkzeug.wrappers import Request

from chassis.context import Caller
from chassis.sealing import Seal
from chassis.times import utc_now
from contracts.profiles.sessions import TOKEN_LIFETIME
from gateway.http import authentication, server
from gateway.http.problems import CHALLENGE
from services.profiles.sessions import signing_keys
from tests.gateway.description import expect_problem
from tests.support.eventually import eventually
from tests.support.factories import PASSWORD, Person, a_client, a_sign_up, slots_of
from tests.support.platform import House
from tests.support.tokens import KEY, SEAL_KEYS, a_token_of, key_of

HOUR = timedelta(hours=1)
IN_A_CHALLENGE = re.compile(r'Bearer [a-z]+="[^"\\]+"(, [a-z_]+="[\x20\x21\x23-\x5b\x5d-\x7e]+")*')


def a_key() -> OKPKey:
    key = OKPKey.generate_key("Ed25519")
    key.ensure_kid()
    return key


@pytest.fixture(scope="module")
def key(shared_house: House) -> OKPKey:
    """The one with which profiles signs."""
    return key_of(shared_house.store("profiles"))


def a_token(person: Person, key: OKPKey, age: timedelta = timedelta()) -> str:
    return a_token_of(key, Caller(UUID(person.id), frozenset(["client"])), age)


def _signed(claims: dict[str, Any], key: OKPKey) -> str:
    header = {"typ": "at+jwt", "alg": "Ed25519", "kid": key.kid}
    return jwt.encode(header, claims, key, algorithms=["Ed25519"])


def _claims(person: Person, **changes: Any) -> dict[str, Any]:
    claims = {
        "iss": "firststep",
        "aud": "firststep",
        "sub": person.id,
        "iat": time.time(),
        "exp": int(time.time()) + 60,
    }
    return {name: value for name, value in {**claims, **changes}.items() if value is not None}


def _unsigned(person: Person, key: OKPKey) -> str:
    return f"{_encoded({'alg': 'none'})}.{_encoded(_claims(person))}."


def _signed_with_the_public_key(person: Person, key: OKPKey) -> str:
    """As if the public key were a shared secret: what a careless verifier would believe."""
    signed = f"{_encoded({'alg': 'HS256', 'kid': key.kid})}.{_encoded(_claims(person))}"
    mac = hmac.digest(key.as_pem(private=False), signed.encode(), "sha256")
    return f"{signed}.{_base64url(mac)}"


def _encoded(part: dict[str, Any]) -> str:
    return _base64url(json.dumps(part).encode())


def _base64url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).decode().rstrip("=")


FORGED: dict[str, Callable[[Person, OKPKey], str]] = {
    "garbage": lambda person, key: "garbage",
    "three parts of nothing": lambda person, key: "a.b.c",
    "an empty header": lambda person, key: "e30.e30.e30",
    "dots": lambda person, key: "." * 100,
    "expired": lambda person, key: a_token(person, key, TOKEN_LIFETIME + timedelta(seconds=1)),
    "signed with another key": lambda person, key: a_token(person, a_key()),
    "changed afterwards": lambda person, key: person.token[:-8] + "AAAAAAAA",
    "cut off": lambda person, key: person.token[:-3],
    "not signed": _unsigned,
    "signed with the public key": _signed_with_the_public_key,
    "of another issuer": lambda person, key: _signed(_claims(person, iss="somebody else"), key),
    "of no issuer": lambda person, key: _signed(_claims(person, iss=None), key),
    "of nobody": lambda person, key: _signed(_claims(person, sub=None), key),
    "for another audience": lambda person, key: _signed(_claims(person, aud="others"), key),
    "for no audience": lambda person, key: _signed(_claims(person, aud=None), key),
    "issued at no time": lambda person, key: _signed(_claims(person, iat=None), key),
    "issued in the future": lambda person, key: _signed(
        _claims(person, iat=time.time() + 600), key
    ),
    "no access token": lambda person, key: jwt.encode(
        {"alg": "Ed25519", "kid": key.kid}, _claims(person), key, algorithms=["Ed25519"]
    ),
    "without an end": lambda person, key: _signed(_claims(person, exp=None), key),
    "followed by something": lambda person, key: f"{person.token} more",
}


def test_a_token_of_profiles_is_believed(client: Person, key: OKPKey) -> None:
    ahead = _claims(client, iat=time.time() + 60)  # by a host whose clock is
    for token in (client.token, a_token(client, key), _signed(ahead, key)):
        response = client.http.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})
        assert response.json()["id"] == client.id


@pytest.mark.parametrize("forged", FORGED)
def test_no_other_token_is(client: Person, key: OKPKey, forged: str) -> None:
    headers = {"Authorization": f"Bearer {FORGED[forged](client, key)}"}
    response = client.http.get("/api/v1/me", headers=headers)
    expect_bad_token(response)


@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        "bearer",
        "Bearer =",
        "Bearer a b",
        "Bearer a, Bearer b",
        "Bearer a,b",
        'Bearer "quoted"',
        "Bearer a=b",
        "Bearer \xe9",
        "Bearer\ttoken",
        "Bearer \ttoken",
    ],
)
def test_what_is_not_one_token_is_a_bad_token(http: httpx.Client, header: str) -> None:
    """RFC 6750, section 3.1, counts a malformed token among the invalid ones."""
    response = http.get("/api/v1/me", headers=[(b"Authorization", header.encode("latin-1"))])
    if header == "Bearer\ttoken":  # the scheme ends at a space
        expect_no_token(response)
    else:
        expect_bad_token(response)


@pytest.mark.parametrize("header", ["", "Basic c2FtOnNlY3JldA==", "Token x", "\xe9", "Bearers x"])
def test_another_scheme_is_no_token(http: httpx.Client, header: str) -> None:
    expect_no_token(http.get("/api/v1/me", headers=[(b"Authorization", header.encode("latin-1"))]))


def test_two_authorization_headers_are_no_token(client: Person) -> None:
    twice = [("Authorization", f"Bearer {client.token}")] * 2
    expect_bad_token(client.http.get("/api/v1/me", headers=twice))


def expect_bad_token(response: httpx.Response) -> None:
    expect_problem(response, 401, "bad_token")
    challenge = response.headers["WWW-Authenticate"]
    assert challenge.startswith(f'{CHALLENGE}, error="invalid_token", error_description="')
    assert IN_A_CHALLENGE.fullmatch(challenge)


def expect_no_token(response: httpx.Response) -> None:
    expect_problem(response, 401, "unauthenticated")
    assert response.headers["WWW-Authenticate"] == CHALLENGE


def test_a_token_without_the_role_is_told_so(client: Person) -> None:
    response = client.get("/licences")
    expect_problem(response, 403, "forbidden")
    assert 'error="insufficient_scope"' in response.headers["WWW-Authenticate"]
    assert IN_A_CHALLENGE.fullmatch(response.headers["WWW-Authenticate"])


def test_the_scheme_is_read_in_either_case(client: Person) -> None:
    response = client.http.get("/api/v1/me", headers={"Authorization": f"bearer {client.token}"})
    assert response.status_code == 200


def test_without_a_token_one_is_told_to_sign_in(http: httpx.Client) -> None:
    response = http.get("/api/v1/me")
    expect_no_token(response)


UNHEEDED: dict[str, Callable[[Person, OKPKey], str]] = {
    "garbage": lambda person, key: "Bearer garbage",
    "expired": lambda person, key: f"Bearer {a_token(person, key, TOKEN_LIFETIME + HOUR)}",
    "forged": lambda person, key: f"Bearer {a_token(person, a_key())}",
    "no token": lambda person, key: "Bearer",
    "two tokens": lambda person, key: "Bearer a b",
    "another scheme": lambda person, key: "Basic c2FtOnNlY3JldA==",
    "empty": lambda person, key: "",
}
READS = [
    "/api/v1/featured",
    "/api/v1/specialists",
    "/api/v1/specialists/{id}",
    "/api/v1/specialists/{id}/slots",
    "/api/v1/articles",
    "/api/v1/events/featured",
    "/api/v1/vocabulary",
    "/api/v1/helplines",
    "/.well-known/jwks.json",
    "/healthz",
    "/readyz",
]


@pytest.mark.parametrize("header", UNHEEDED)
def test_where_anyone_may_call_no_header_is_in_the_way(
    http: httpx.Client, client: Person, specialist: Person, key: OKPKey, header: str
) -> None:
    headers = {"Authorization": UNHEEDED[header](client, key)}
    for path in READS:
        for _ in range(2):  # by the whole way, and from the cache
            response = http.get(path.format(id=specialist.id), headers=headers)
            assert response.status_code == 200, path

    known = {"email": client.email, "password": PASSWORD}
    session = http.post("/api/v1/sessions", json=known, headers=headers)
    assert session.status_code == 200
    refresh = {"refresh_token": session.json()["refresh_token"]}
    renewed = http.post("/api/v1/sessions/refresh", json=refresh, headers=headers)
    assert renewed.status_code == 200
    asked = http.post("/api/v1/password-resets", json={"email": client.email}, headers=headers)
    assert asked.status_code in (202, 429)
    unread = http.put("/api/v1/email-verifications", json={"token": "no"}, headers=headers)
    assert unread.status_code == 422
    unread = http.put(
        "/api/v1/password-resets", json={"token": "no", "password": PASSWORD}, headers=headers
    )
    assert unread.status_code == 422


def test_the_same_key_repeats_a_call_whatever_token_comes_with_it(
    http: httpx.Client, client: Person
) -> None:
    """A token expires between a call and its repetition: the first answer counts all the same."""
    sign_up = a_sign_up()
    key = {"Idempotency-Key": uuid4().hex}
    answers = [
        http.post("/api/v1/accounts", json=sign_up, headers={**key, "Authorization": each})
        for each in (f"Bearer {client.token}", "Bearer expired")
    ]
    assert answers[0].is_success
    assert answers[0].content == answers[1].content


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
    assert hidden == nothing
    assert stranger.get("/consultations").json()["items"] == []
    assert stranger.get("/notifications").json()["items"] == []


def test_who_signed_in_stays_so_while_profiles_is_away(
    embedded_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authentication, "LOOK_AGAIN_AFTER_S", 0)
    person = a_client(embedded_house.http)
    monkeypatch.setattr(server, "OUTERMOST_DEADLINE_S", 0.5)
    assert person.get("/notifications").status_code == 200

    key = key_of(embedded_house.store("profiles"))
    profiles: Any = embedded_house.process.service_map["profiles"]
    profiles.stop()
    expired = {"Authorization": f"Bearer {FORGED['expired'](person, key)}"}
    unknown = {"Authorization": f"Bearer {a_token(person, a_key())}"}
    for headers, status, code in ((expired, 401, "bad_token"), (unknown, 503, "unavailable")):
        response = person.http.get("/api/v1/notifications", headers=headers)
        expect_problem(response, status, code)
        assert person.get("/notifications").status_code == 200


def test_a_token_that_was_believed_is_not_any_more_once_it_expired(
    client: Person, key: OKPKey
) -> None:
    aged = a_token(client, key, TOKEN_LIFETIME - timedelta(seconds=2))
    headers = {"Authorization": f"Bearer {aged}"}

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

    profiles = embedded_house.store("profiles")
    tomorrow = utc_now() + timedelta(days=31)
    with profiles.transaction() as tx:
        signing_keys.rotate(tx, Seal(SEAL_KEYS, "signing keys"), tomorrow)
        rotated = signing_keys.signing_key(tx, Seal(SEAL_KEYS, "signing keys"), tomorrow + HOUR)
    headers = {"Authorization": f"Bearer {a_token(person, rotated)}"}
    assert person.http.get("/api/v1/me", headers=headers).status_code == 200
    assert person.get("/me").status_code == 200


def test_anybody_can_read_the_keys_that_verify_tokens(http: httpx.Client, client: Person) -> None:
    published = http.get("/.well-known/jwks.json")
    assert published.headers["Cache-Control"] == "public, max-age=600"
    keys = KeySet.import_key_set(published.json())
    claims = jwt.decode(client.token, keys, algorithms=["Ed25519"]).claims
    assert (claims["sub"], claims["verified"]) == (client.id, True)
    assert all("d" not in each for each in published.json()["keys"])


def test_a_client_books_right_after_following_the_link_in_their_mail(
    http: httpx.Client, specialist: Person
) -> None:
    newcomer = a_client(http)
    assert newcomer.get("/me").json()["verified"] is True
    wanted = {"specialist_id": specialist.id, "starts_at": slots_of(specialist)[0]["starts_at"]}
    unconfirmed = a_token_of(KEY, Caller(UUID(newcomer.id), frozenset(["client"])))
    early = replace(newcomer, token=unconfirmed).post("/consultations", wanted)
    expect_problem(early, 403, "email_not_verified")
    assert newcomer.post("/consultations", wanted).status_code == 201


# From where


@pytest.mark.parametrize(
    ("proxies", "forwarded", "found"),
    [
        (0, "203.0.113.9", "127.0.0.1"),
        (1, "", "127.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (2, "198.51.100.1, 203.0.113.9", "198.51.100.1"),
        (2, "203.0.113.9", "127.0.0.1"),
        (1, "2001:db8::1", "2001:db8::1"),
        (1, "::ffff:203.0.113.9", "203.0.113.9"),
        (1, "unknown", "127.0.0.1"),
        (1, "203.0.113.9:8000", "127.0.0.1"),
        (1, "<script>", "127.0.0.1"),
        (1, ",", "127.0.0.1"),
    ],
)
def test_an_address_is_believed_as_far_as_there_are_proxies_of_our_own(
    proxies: int, forwarded: str, found: str
) -> None:
    environ = create_environ(headers={"X-Forwarded-For": forwarded} if forwarded else {})
    environ["REMOTE_ADDR"] = "127.0.0.1"
    assert server.address_of(Request(environ), proxies) == found


def test_a_session_knows_from_where_it_is_used(http: httpx.Client) -> None:
    [first] = a_client(http).get("/sessions").json()["items"]
    assert first["address"] == "127.0.0.1"
    assert first["agent"].startswith("python-httpx/")
