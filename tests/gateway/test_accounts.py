"""Accounts, sessions and second factors, as clients of the API meet them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyotp import TOTP

from chassis.sealing import Seal
from chassis.times import utc_now
from services.profiles.accounts.accounts import Account
from services.profiles.accounts.link_tokens import LIFETIMES, Purpose
from tests.gateway.description import errors_by_field, expect_problem
from tests.support.factories import PASSWORD, Person, a_client, an_address, logged_in, sign_up
from tests.support.mailbox import link_to
from tests.support.platform import House, another_gateway
from tests.support.service_client import at_once
from tests.support.tokens import SEAL_KEYS

WRONG, ANOTHER = "a wrong password", "another password altogether"


def session_of(http: httpx.Client, email: str, **more: Any) -> dict[str, Any]:
    credentials = {"email": email, "password": PASSWORD, **more}
    response = http.post("/api/v1/sessions", json=credentials)
    assert response.status_code == 200, response.text
    session: dict[str, Any] = response.json()
    return session


def refreshed(http: httpx.Client, token: str, key: str | None = None) -> httpx.Response:
    headers = {} if key is None else {"Idempotency-Key": key}
    return http.post("/api/v1/sessions/refresh", json={"refresh_token": token}, headers=headers)


# Signing up


def test_the_answer_on_versions_in_force_is_what_a_sign_up_sends(http: httpx.Client) -> None:
    agreed_to = http.get("/api/v1/agreements").json()
    assert sign_up(http, an_address(), agreed_to=agreed_to).status_code == 202
    outdated = sign_up(http, an_address(), agreed_to={**agreed_to, "health_data": "2020-01-01"})
    errors = errors_by_field(expect_problem(outdated, 422, "agreement_needed"))
    assert set(errors) == {"agreed_to.health_data"}
    assert agreed_to["health_data"] in errors["agreed_to.health_data"]["detail"]


@pytest.mark.parametrize("agreed_to", [{}, {"terms": ""}, {"terms": "x" * 41}, True, None])
def test_a_sign_up_that_agrees_to_no_version_is_refused(http: httpx.Client, agreed_to: Any) -> None:
    answer = sign_up(http, an_address(), agreed_to=agreed_to)
    [error] = errors_by_field(expect_problem(answer, 422, "invalid"))
    assert error.startswith("agreed_to")


# Sessions


def test_a_refresh_whose_answer_was_lost_is_asked_for_again(
    http: httpx.Client, client: Person
) -> None:
    token = session_of(http, client.email)["refresh_token"]
    first = refreshed(http, token)
    for again in (refreshed(http, token), refreshed(http, token, "k"), refreshed(http, token, "l")):
        assert again.status_code == 200
        assert again.json() == first.json()
    assert refreshed(http, first.json()["refresh_token"]).is_success


@pytest.mark.parametrize("key", ["k", "", "x" * 200])
def test_an_idempotency_key_is_of_no_meaning_to_a_refresh(
    http: httpx.Client, client: Person, key: str
) -> None:
    """The token is the key."""
    first, second = (session_of(http, client.email)["refresh_token"] for _ in range(2))
    answers = [refreshed(http, token, key) for token in (first, second)]
    assert [each.status_code for each in answers] == [200, 200]
    assert answers[0].json() != answers[1].json()
    expect_problem(refreshed(http, "guessed", key), 401, "bad_refresh_token")


def test_two_tabs_that_refresh_at_once_both_stay_signed_in(each_house: House) -> None:
    """Through two gateways, fifty times."""
    http = each_house.http
    person = a_client(http)
    token = session_of(http, person.email)["refresh_token"]
    with another_gateway(each_house) as other:
        for _ in range(50):
            same: list[Callable[[], httpx.Response]] = [
                partial(refreshed, each, token) for each in (http, other.http)
            ]
            one, two = at_once(same)
            assert isinstance(one, httpx.Response), one
            assert isinstance(two, httpx.Response), two
            assert one.status_code == 200, one.text
            assert one.json() == two.json()
            token = one.json()["refresh_token"]


def test_the_sessions_of_others_do_not_exist(http: httpx.Client, client: Person) -> None:
    stranger = a_client(http)
    [theirs] = stranger.get("/sessions").json()["items"]
    expect_problem(client.call("DELETE", f"/sessions/{theirs['id']}"), 404, "not_found")
    expect_problem(client.call("DELETE", f"/sessions/{uuid4()}"), 404, "not_found")
    assert client.call("DELETE", "/sessions/nonsense").status_code == 404
    assert stranger.get("/sessions").json()["items"] == [theirs]


def test_logging_out_here_leaves_the_others(http: httpx.Client) -> None:
    person = a_client(http)
    other = session_of(http, person.email)
    assert person.call("DELETE", "/sessions/current").status_code == 204
    [left] = replace(person, token=other["access_token"]).get("/sessions").json()["items"]
    assert left["current"]
    assert refreshed(http, other["refresh_token"]).is_success


# Slowing down


def test_who_guesses_is_told_when_to_come_back(http: httpx.Client) -> None:
    wrong = {"email": f"{uuid4().hex}@example.org", "password": WRONG}
    for _ in range(5):
        expect_problem(http.post("/api/v1/sessions", json=wrong), 401, "wrong_credentials")
    refused = http.post("/api/v1/sessions", json=wrong)
    expect_problem(refused, 429, "too_many_tries")
    assert 0 < int(refused.headers["Retry-After"]) <= 300


# Links


def a_reset_link(house: House, person: Person, age: Any = None) -> str:
    with house.store("profiles").reading() as session:
        account = session.get(Account, UUID(person.id))
    assert account is not None
    made_at = utc_now() if age is None else utc_now() - age
    return account.password_reset().token(Seal(SEAL_KEYS, "links"), made_at)


def test_each_way_in_which_a_link_fails_is_said(shared_house: House) -> None:
    http = shared_house.http
    person = a_client(http)
    used = link_to(http, person.email)
    old = a_reset_link(shared_house, person, LIFETIMES[Purpose.PASSWORD_RESET])
    for path, token, code in (
        ("email-verifications", used[:-1], "link_invalid"),
        ("email-change-stops", used, "link_invalid"),
        ("password-resets", old, "link_expired"),
        ("password-resets", used, "link_invalid"),
    ):
        body = {"token": token, **({"password": ANOTHER} if path == "password-resets" else {})}
        problem = expect_problem(http.put(f"/api/v1/{path}", json=body), 422, code)
        assert token not in str(problem)


def test_resetting_answers_the_same_whoever_asks(http: httpx.Client, client: Person) -> None:
    answers = [
        http.post("/api/v1/password-resets", json={"email": email})
        for email in (client.email, f"{uuid4().hex}@example.org", "nonsense")
    ]
    assert {(each.status_code, each.content) for each in answers} == {(202, b"")}


def test_a_reset_password_logs_in(shared_house: House) -> None:
    person = a_client(shared_house.http)
    body = {"token": a_reset_link(shared_house, person), "password": ANOTHER}
    assert shared_house.http.put("/api/v1/password-resets", json=body).status_code == 204
    assert logged_in(shared_house.http, person.email, ANOTHER).id == person.id


def test_what_takes_a_password_refuses_a_wrong_one(http: httpx.Client) -> None:
    person = a_client(http)
    for method, path, body in (
        ("POST", "/me/email", {"email": "new@example.org", "password": WRONG}),
        ("PUT", "/me/password", {"current": WRONG, "new": ANOTHER}),
        ("POST", "/me/totp/removal", {"password": WRONG, "code": "000000"}),
        ("POST", "/me/recovery-codes", {"password": WRONG, "code": "000000"}),
        ("POST", "/me/totp", {"password": WRONG}),
    ):
        expect_problem(person.call(method, path, json=body), 403, "wrong_password")


def test_a_common_password_is_refused(http: httpx.Client) -> None:
    person = a_client(http)
    body = {"current": PASSWORD, "new": "Qwerty123456"}
    expect_problem(person.put("/me/password", body), 422, "password_too_common")


# Second factors


def test_logging_in_with_a_second_factor(http: httpx.Client) -> None:
    person = a_client(http)
    expect_problem(person.put("/me/totp", {"code": "000000"}), 409, "no_totp")
    own = {"password": PASSWORD}
    totp = TOTP(person.post("/me/totp", own).json()["secret"])
    expect_problem(person.put("/me/totp", {"code": "nope"}), 401, "wrong_code")
    codes = person.put("/me/totp", {"code": totp.now()}).json()["codes"]
    expect_problem(person.post("/me/totp", own), 409, "totp_confirmed")
    assert person.get("/me").json()["second_factor"] is True

    credentials = {"email": person.email, "password": PASSWORD}
    required = http.post("/api/v1/sessions", json=credentials)
    expect_problem(required, 401, "second_factor_required")
    wrong = http.post("/api/v1/sessions", json={**credentials, "code": "nope"})
    expect_problem(wrong, 401, "wrong_code")
    assert session_of(http, person.email, code=codes[0])["access_token"]


# What is sent wrong

WRONG_BODIES: list[tuple[str, str, dict[str, Any], set[str]]] = [
    ("POST", "/sessions", {"email": 1, "password": []}, {"email", "password"}),
    (
        "POST",
        "/sessions",
        {"email": "x" * 255, "password": "x" * 201, "code": "x" * 41},
        {"email", "password", "code"},
    ),
    ("POST", "/sessions/refresh", {}, {"refresh_token"}),
    ("POST", "/sessions/refresh", {"refresh_token": "x" * 201}, {"refresh_token"}),
    ("POST", "/sessions/refresh", {"refresh_token": None, "more": 1}, {"refresh_token", "more"}),
    ("PATCH", "/me", {"display_name": " ", "roles": ["admin"]}, {"display_name", "roles"}),
    ("PATCH", "/me", {"email": "other@example.org"}, {"email"}),
    ("PATCH", "/me", {"display_name": "x" * 101}, {"display_name"}),
    ("POST", "/me/email", {"email": "nobody"}, {"email", "password"}),
    ("PUT", "/me/password", {"current": "", "new": "short"}, {"new"}),
    ("PUT", "/me/password", {"new": "x" * 201}, {"current", "new"}),
    ("PUT", "/me/totp", {"code": 123456}, {"code"}),
    ("PUT", "/me/totp", {"code": ""}, {"code"}),
    ("PUT", "/me/totp", {"code": "1\x00"}, {"code"}),
    ("POST", "/me/totp/removal", {"password": "x" * 201}, {"password", "code"}),
    ("POST", "/me/recovery-codes", {"password": None}, {"password", "code"}),
    ("POST", "/me/totp", {}, {"password"}),
    ("POST", "/me/email", {"email": "a@example.org", "password": "x", "code": ""}, {"code"}),
    ("POST", "/me/erasure", {"password": "x", "code": 1}, {"code"}),
    ("PUT", "/email-verifications", {"token": ["x"]}, {"token"}),
    ("PUT", "/email-verifications", {"token": "x" * 2001}, {"token"}),
    ("PUT", "/email-verifications", {"token": "x", "new_password": "short"}, {"new_password"}),
    (
        "PUT",
        "/email-verifications",
        {"token": "x", "sign_up": 1, "password": "x" * 201},
        {"sign_up", "password"},
    ),
    ("PUT", "/email-change-stops", {}, {"token"}),
    ("POST", "/email-verifications", {"email": "x" * 255}, {"email"}),
    ("POST", "/password-resets", {"email": "x" * 255}, {"email"}),
    ("POST", "/password-resets", {"mail": "x"}, {"email", "mail"}),
    ("PUT", "/password-resets", {"token": "x", "password": "x" * 11}, {"password"}),
]


@pytest.mark.parametrize(("method", "path", "body", "fields"), WRONG_BODIES)
def test_what_is_wrong_is_named_and_no_secret_is_shown(
    client: Person, method: str, path: str, body: dict[str, Any], fields: set[str]
) -> None:
    response = client.call(method, path, json=body)
    errors = errors_by_field(expect_problem(response, 422, "invalid"))
    assert set(errors) == fields
    for secret in (
        "password",
        "current",
        "new",
        "new_password",
        "sign_up",
        "token",
        "refresh_token",
        "code",
    ):
        assert errors.get(secret, {}).get("value") is None


ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=ANY)
@pytest.mark.parametrize(
    ("method", "path", "field"),
    [
        ("POST", "/sessions/refresh", "refresh_token"),
        ("PUT", "/email-verifications", "token"),
        ("POST", "/email-verifications", "email"),
        ("POST", "/password-resets", "email"),
    ],
)
def test_no_text_breaks_what_anybody_may_ask(
    http: httpx.Client, method: str, path: str, field: str, text: str
) -> None:
    response = http.request(method, f"/api/v1{path}", json={field: text})
    assert response.status_code in (202, 401, 422, 429), response.text
