"""A POST that creates, or changes a consultation, may be repeated: the same Idempotency-Key has one
effect."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import eventlet
import httpx
import pytest

from contracts.profiles.accounts import EmailVerificationRequested
from tests.gateway.description import errors_by_field, expect_problem
from tests.support.begun_consultations import let_begin
from tests.support.factories import PASSWORD, Person, a_client, a_sign_up, slots_of
from tests.support.mailbox import mails_to
from tests.support.platform import House


@pytest.fixture
def newcomer(http: httpx.Client) -> Person:
    """A client without any consultation."""
    return a_client(http)


def wanted(specialist: Person, which: int = 0) -> dict[str, Any]:
    slot = slots_of(specialist)[which]
    return {"specialist_id": specialist.id, "starts_at": slot["starts_at"]}


def under(key: str) -> dict[str, Any]:
    return {"headers": {"Idempotency-Key": key}}


def test_the_same_key_twice_books_once_and_answers_the_same(
    newcomer: Person, specialist: Person
) -> None:
    body = wanted(specialist)
    first = newcomer.post("/consultations", body, **under("key"))
    again = newcomer.post("/consultations", body, **under("key"))

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert newcomer.get("/consultations").json()["items"] == [first.json()]


def test_the_same_key_at_the_same_time_books_once(newcomer: Person, specialist: Person) -> None:
    body = wanted(specialist)
    pool = eventlet.GreenPool(8)
    calls = [pool.spawn(newcomer.post, "/consultations", body, **under("key")) for _ in range(8)]
    answers = [call.wait() for call in calls]

    assert [answer.status_code for answer in answers] == [201] * 8
    assert {answer.json()["id"] for answer in answers} == {answers[0].json()["id"]}
    assert len(newcomer.get("/consultations").json()["items"]) == 1


def test_without_a_key_a_repetition_is_another_booking(
    newcomer: Person, specialist: Person
) -> None:
    body = wanted(specialist)
    assert newcomer.post("/consultations", body).status_code == 201
    assert newcomer.post("/consultations", body).status_code == 409


def test_the_key_of_another_request_is_refused(newcomer: Person, specialist: Person) -> None:
    first = newcomer.post("/consultations", wanted(specialist), **under("key"))
    other = newcomer.post("/consultations", wanted(specialist, -1), **under("key"))

    expect_problem(other, 422, "idempotency_key_reused")
    assert newcomer.get("/consultations").json()["items"] == [first.json()]


def test_a_key_belongs_to_who_used_it(http: httpx.Client, specialist: Person) -> None:
    booked = [
        a_client(http).post("/consultations", wanted(specialist, which), **under("key"))
        for which in (0, -1)
    ]
    assert [each.status_code for each in booked] == [201, 201]
    assert booked[0].json()["id"] != booked[1].json()["id"]


def test_a_key_whose_request_was_refused_may_be_used_again(
    newcomer: Person, specialist: Person
) -> None:
    taken = wanted(specialist)
    a_client(newcomer.http).post("/consultations", taken)
    expect_problem(newcomer.post("/consultations", taken, **under("key")), 409, "slot_taken")
    assert newcomer.post("/consultations", wanted(specialist), **under("key")).status_code == 201


@pytest.mark.parametrize("change", ["cancellation", "rescheduling"])
def test_a_change_whose_answer_was_lost_is_asked_for_again(
    newcomer: Person, specialist: Person, change: str
) -> None:
    booked = newcomer.post("/consultations", wanted(specialist, -1)).json()
    elsewhere = {"starts_at": wanted(specialist, -3)["starts_at"]}
    body = elsewhere if change == "rescheduling" else {}
    path = f"/consultations/{booked['id']}/{change}"
    first, again = (newcomer.post(path, body, **under("key")) for _ in range(2))
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()
    assert newcomer.post(path, body).status_code == 409


def test_what_was_said_of_a_consultation_is_said_again_and_answered_the_same(
    shared_house: House, newcomer: Person, specialist: Person
) -> None:
    booked = newcomer.post("/consultations", wanted(specialist)).json()
    let_begin(shared_house.store("booking"), UUID(booked["id"]))
    path, held = f"/consultations/{booked['id']}", {"attendance": "held"}
    first = newcomer.post(f"{path}/attendance", held, **under("key"))
    assert specialist.post(f"{path}/attendance", held).status_code == 200
    assert newcomer.post(f"{path}/attendance", held).status_code == 409  # both have said it
    again = newcomer.post(f"{path}/attendance", held, **under("key"))
    assert (again.status_code, again.json()) == (200, first.json())

    wishes = [{"outcome": each} for each in ("continue", "continue", "not_now")]
    said = [newcomer.post(f"{path}/outcome", each, **under("key")) for each in wishes]
    assert [each.status_code for each in said[:2]] == [204, 204]
    expect_problem(said[2], 422, "idempotency_key_reused")


def test_signing_up_twice_with_one_key_makes_one_account(http: httpx.Client) -> None:
    body = a_sign_up()
    key = under(uuid4().hex)
    first = http.post("/api/v1/accounts", json=body, **key)
    again = http.post("/api/v1/accounts", json=body, **key)
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json() == again.json()
    assert len(mails_to(http, body["email"], EmailVerificationRequested)) == 1


def test_signing_up_again_with_the_same_key_and_another_password_is_refused(
    http: httpx.Client,
) -> None:
    body = a_sign_up()
    key = under(uuid4().hex)
    assert http.post("/api/v1/accounts", json=body, **key).is_success
    other = http.post("/api/v1/accounts", json=body | {"password": f"{PASSWORD}!"}, **key)
    expect_problem(other, 422, "idempotency_key_reused")


@pytest.mark.parametrize("key", ["", "a b", "x" * 101, "schlüssel", "a\tb"])
def test_a_malformed_key_is_refused(newcomer: Person, specialist: Person, key: str) -> None:
    headers = {"Idempotency-Key": key.encode()}
    response = newcomer.post("/consultations", wanted(specialist), headers=headers)
    errors = errors_by_field(expect_problem(response, 422, "bad_idempotency_key"))
    assert "100" in errors["Idempotency-Key"]["detail"]
    assert newcomer.get("/consultations").json()["items"] == []


def test_the_longest_key_is_a_hundred_characters(newcomer: Person, specialist: Person) -> None:
    response = newcomer.post("/consultations", wanted(specialist), **under("~" * 100))
    assert response.status_code == 201


def test_a_key_means_nothing_to_what_creates_nothing(newcomer: Person) -> None:
    assert newcomer.get("/me", **under("a b")).status_code == 200
