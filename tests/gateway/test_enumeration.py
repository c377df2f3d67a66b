"""Nothing that anybody can ask reveals which e-mail addresses have an account.

That a person has an account here is health data. So an address that is new, one whose sign-up is
not confirmed, and one that has an account get the same answers, after the same time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from statistics import median, quantiles
from time import perf_counter

import httpx
import pytest

from services.profiles import guess_limits
from services.profiles.guess_limits import AttemptLimits
from tests.support.factories import (
    PASSWORD,
    Person,
    a_client,
    a_specialist,
    an_address,
    from_anywhere,
    sign_up,
    slots_of,
)
from tests.support.half_hours import hold
from tests.support.platform import House

TRIES, ROUNDS = 50, 3
A_QUARTER = 0.25
OF_THE_REQUEST = {"x-correlation-id", "date"}
ANOTHER = "another password altogether"

Ask = Callable[[str], httpx.Response]


@pytest.fixture
def unlimited(monkeypatch: pytest.MonkeyPatch) -> None:
    """All of the tries are answered, none is slowed."""
    for kind in ("PASSWORD", "SIGN_UP", "RESET", "RESEND", "CHANGE_OF_EMAIL"):
        monkeypatch.setattr(guess_limits, kind, AttemptLimits(kind, None, None, None))


@pytest.fixture
def addresses(http: httpx.Client) -> dict[str, str]:
    """One of each kind."""
    unconfirmed = an_address()
    assert sign_up(http, unconfirmed).status_code == 202
    return {"new": an_address(), "unconfirmed": unconfirmed, "confirmed": a_client(http).email}


def asks_of(http: httpx.Client, person: Person) -> Iterator[tuple[str, Ask]]:
    """What can be asked with any address."""

    def post(path: str, email: str, **more: str) -> httpx.Response:
        body = {"email": email, **more}
        return http.post(f"/api/v1{path}", json=body, headers=from_anywhere())

    specialist = a_specialist(http, featured=True)
    secret = hold(http, specialist, slots_of(specialist)[0]["starts_at"]).json()["sign_up"]
    yield "sign-up", lambda email: sign_up(http, email)
    yield "sign-up for a half hour", lambda email: sign_up(http, email, sign_up=secret)
    yield "log-in", lambda email: post("/sessions", email, password=ANOTHER)
    yield "reset", lambda email: post("/password-resets", email)
    yield "resend", lambda email: post("/email-verifications", email)
    yield (
        "change of address",
        lambda email: person.post("/me/email", {"email": email, "password": PASSWORD}),
    )


EACH_ASK = pytest.mark.parametrize(
    "asked",
    ["sign-up", "sign-up for a half hour", "log-in", "reset", "resend", "change of address"],
)


@EACH_ASK
@pytest.mark.usefixtures("unlimited")
def test_every_address_gets_the_same_answer(
    shared_house: House, addresses: dict[str, str], asked: str
) -> None:
    ask = dict(asks_of(shared_house.http, a_client(shared_house.http)))[asked]
    answers = {kind: ask(email) for kind, email in addresses.items()}
    assert len({each.status_code for each in answers.values()}) == 1, answers
    assert len({str(_headers_of(each)) for each in answers.values()}) == 1, answers
    assert len({_shape_of(each) for each in answers.values()}) == 1, answers
    for kind, email in addresses.items():
        assert email not in answers[kind].text


@pytest.mark.usefixtures("unlimited")
def test_the_right_password_of_an_unconfirmed_sign_up_is_answered_like_a_wrong_one(
    http: httpx.Client, addresses: dict[str, str]
) -> None:
    answers = [
        http.post("/api/v1/sessions", json={"email": email, "password": password})
        for email, password in (
            (addresses["unconfirmed"], PASSWORD),
            (addresses["new"], PASSWORD),
            (addresses["confirmed"], ANOTHER),
        )
    ]
    assert {(each.status_code, each.content) for each in answers} == {
        (401, answers[0].content),
    }
    assert "not confirmed" in answers[0].json()["detail"]


@EACH_ASK
@pytest.mark.usefixtures("unlimited")
def test_every_address_is_answered_after_the_same_time(
    shared_house: House, addresses: dict[str, str], asked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In turns, so that a busy machine is as busy for each. The middle of every kind's times lies
    in the middle half of every other's, or differs by less than a quarter: a hash that is left
    out would be most of the time. Noise passes in another round; a difference does not.

    Of a sign-up each try sends a mail here, as the first few to a mailbox do: a new address is
    another one each time.
    """
    if asked.startswith("sign-up"):
        monkeypatch.setattr(guess_limits, "MAIL", AttemptLimits("MAIL", None, None, None))
    ask = dict(asks_of(shared_house.http, a_client(shared_house.http)))[asked]
    for _ in range(ROUNDS):
        took: dict[str, list[float]] = {kind: [] for kind in addresses}
        for _ in range(TRIES):
            for kind, email in addresses.items():
                another = kind == "new" and asked.startswith("sign-up")
                wanted = an_address() if another else email
                began = perf_counter()
                ask(wanted)
                took[kind].append(perf_counter() - began)
        if all(_alike(times, others) for times in took.values() for others in took.values()):
            return
    pytest.fail(f"in each round the answers took different times: {took}")


def _alike(times: list[float], others: list[float]) -> bool:
    lower, middle, upper = quantiles(others, n=4)
    return lower <= median(times) <= upper or abs(median(times) / middle - 1) < A_QUARTER


def _headers_of(answer: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name not in OF_THE_REQUEST}


def _shape_of(answer: httpx.Response) -> str:
    """Its body, but for the secret of a sign-up, which is another one each time."""
    if answer.status_code == 202 and answer.content:
        assert set(answer.json()) == {"sign_up"}
        return str(len(answer.json()["sign_up"]))
    return answer.text
