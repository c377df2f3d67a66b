"""Revoked tokens are refused by every gateway, those that were cut off among them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import uuid4

import eventlet
import httpx
import pytest
from eventlet.event import Event as GreenEvent
from kombu import Message

from chassis.errors import Unavailable
from chassis.rpc.client import Wire
from chassis.settings import Settings, read_settings
from contracts.profiles.accounts import Role
from contracts.profiles.sessions import Revocations, SessionsEnded
from firststep.commands import accounts as commands
from gateway.http import revocation
from gateway.http.revocation import REMEMBERED_S, RevocationList, Revoked
from services.profiles.audit.audit import AuditedAction
from tests.gateway.cutting_off import cut_off
from tests.gateway.description import expect_problem
from tests.support.eventually import eventually
from tests.support.factories import PASSWORD, Person, a_client
from tests.support.platform import House, another_gateway

SESSION, ACCOUNT = uuid4(), uuid4()


# What a gateway remembers


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_session_is_covered_whenever_its_tokens_were_issued() -> None:
    revoked = Revoked()
    revoked.add(ACCOUNT, [SESSION], None)
    assert revoked.covers(ACCOUNT, SESSION, 1e12)
    assert not revoked.covers(ACCOUNT, uuid4(), 0)
    assert not revoked.covers(ACCOUNT, None, 0)


def test_an_account_is_covered_up_to_a_moment() -> None:
    revoked = Revoked()
    revoked.add(ACCOUNT, [], 100.25)
    for session in (None, SESSION):
        assert revoked.covers(ACCOUNT, session, 100.25)
        assert not revoked.covers(ACCOUNT, session, 100.250001)
    assert not revoked.covers(uuid4(), None, 100)


@pytest.mark.parametrize("order", [(100.0, 200.0), (200.0, 100.0)])
def test_of_two_moments_the_later_counts_whatever_comes_first(order: tuple[float, float]) -> None:
    revoked = Revoked()
    for before in order:
        revoked.add(ACCOUNT, [], before)
    assert revoked.covers(ACCOUNT, None, 200)


def test_what_concerns_no_token_any_more_is_forgotten() -> None:
    clock = Clock()
    revoked = Revoked(clock)
    for _ in range(50):
        revoked.add(uuid4(), [uuid4(), uuid4()], 100)
    clock.now += REMEMBERED_S
    revoked.add(ACCOUNT, [SESSION], 100)
    assert len(revoked) == 152
    clock.now += 1
    revoked.add(ACCOUNT, [SESSION], 100)
    assert len(revoked) == 2
    clock.now += REMEMBERED_S
    revoked.add(uuid4(), [], None)
    assert revoked.covers(ACCOUNT, SESSION, 0), "heard of again meanwhile"


# Two gateways


@pytest.fixture
def house(each_house: House) -> House:
    """Tests share it: they bring people of their own, and cut off another gateway alone."""
    return each_house


@pytest.fixture
def other(house: House) -> Iterator[House]:
    with another_gateway(house) as running:
        yield running


def at(gateway: House, person: Person, path: str = "/me") -> httpx.Response:
    return replace(person, http=gateway.http).get(path)


def log_out(house: House, person: Person) -> None:
    assert person.call("DELETE", "/sessions/current").is_success


def log_out_everywhere(house: House, person: Person) -> None:
    assert person.call("DELETE", "/sessions").is_success


def change_password_elsewhere(house: House, person: Person) -> None:
    credentials = {"email": person.email, "password": PASSWORD}
    session = house.http.post("/api/v1/sessions", json=credentials).json()
    change = {"current": PASSWORD, "new": f"{PASSWORD} again"}
    changed = replace(person, token=session["access_token"]).put("/me/password", change)
    assert changed.is_success
    assert replace(person, token=session["access_token"]).get("/me").is_success


def erase(house: House, person: Person) -> None:
    assert person.post("/me/erasure", {"password": PASSWORD}).is_success


def suspend(house: House, person: Person) -> None:
    commands.suspend_account(settings_of(house), person.email)


def sign_out(house: House, person: Person) -> None:
    commands.sign_out_account(settings_of(house), person.email)


def revoke_a_role(house: House, person: Person) -> None:
    commands.change_role(settings_of(house), person.email, Role.CLIENT, AuditedAction.ROLE_REVOKED)


def settings_of(house: House) -> Settings:
    """Those of an operator's command in another process."""
    return replace(read_settings(), database=house.database)


Ending = Callable[[House, Person], None]
ENDINGS: list[Ending] = [
    log_out,
    log_out_everywhere,
    change_password_elsewhere,
    erase,
    suspend,
    sign_out,
    revoke_a_role,
]


def test_every_gateway_refuses_what_was_revoked(house: House, other: House) -> None:
    bystander = a_client(house.http)
    for end in ENDINGS:
        person = a_client(house.http)
        assert at(house, person).is_success
        assert at(other, person).is_success
        end(house, person)
        for gateway in (house, other):
            eventually(partial(is_refused_everywhere, gateway, person))
            assert at(gateway, bystander).is_success, end


def is_refused_everywhere(gateway: House, person: Person) -> bool:
    for path in ("/me", "/consultations", "/me/export"):
        expect_problem(at(gateway, person, path), 401, "token_revoked")
    return True


def test_a_role_is_there_after_a_refresh(house: House, other: House) -> None:
    person = a_client(house.http)
    credentials = {"email": person.email, "password": PASSWORD}
    session = house.http.post("/api/v1/sessions", json=credentials).json()
    commands.change_role(settings_of(house), person.email, Role.EDITOR, AuditedAction.ROLE_GRANTED)
    eventually(lambda: at(other, person).status_code == 401)
    refreshed = house.http.post(
        "/api/v1/sessions/refresh", json={"refresh_token": session["refresh_token"]}
    ).json()
    me = at(other, replace(person, token=refreshed["access_token"]))
    assert me.json()["roles"] == ["client", "editor"]


def test_a_gateway_that_starts_knows_what_was_revoked_before(house: House) -> None:
    person, bystander = a_client(house.http), a_client(house.http)
    log_out(house, person)
    with another_gateway(house) as fresh:
        expect_problem(at(fresh, person), 401, "token_revoked")
        assert at(fresh, bystander).is_success


def test_a_gateway_that_was_cut_off_asks_before_it_believes_a_token(
    house: House, other: House
) -> None:
    person, bystander = a_client(house.http), a_client(house.http)
    assert at(other, person).is_success
    with cut_off(other):
        eventually(lambda: at(other, person).status_code == 503)
        refused = at(other, bystander)
        expect_problem(refused, 503, "unavailable")
        assert refused.headers["Retry-After"]
        log_out(house, person)
        expect_problem(at(other, person), 503, "unavailable")
    seen = set()

    def answers() -> bool:
        seen.add(at(other, person).status_code)
        return at(other, bystander).is_success

    eventually(answers)
    assert 200 not in seen
    expect_problem(at(other, person), 401, "token_revoked")


def test_while_profiles_can_not_be_asked_no_token_is_believed(
    embedded_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = a_client(embedded_house.http)
    known = embedded_house.part(RevocationList)

    class Away:
        def __init__(self, *_: Any) -> None:
            pass

        def list_revocations(self) -> Any:
            raise Unavailable("profiles did not answer in time")

    with monkeypatch.context() as patched:
        patched.setattr(revocation, "Profiles", Away)
        known.broadcast.on_consuming()
        for _ in range(2):
            expect_problem(person.get("/me"), 503, "unavailable")
    assert person.get("/me").is_success


def test_profiles_is_asked_once_for_all_who_wait_and_again_for_a_gap_meanwhile(
    embedded_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    known, held = embedded_house.part(RevocationList), GreenEvent()
    asked: list[None] = []

    class Slow:
        def __init__(self, *_: Any) -> None:
            pass

        def list_revocations(self) -> Any:
            asked.append(None)
            held.wait()
            return Wire({"items": []}, Revocations)

    monkeypatch.setattr(revocation, "Profiles", Slow)
    known.broadcast.on_consuming()
    waiting = [eventlet.spawn(known.require_valid, ACCOUNT, SESSION, 0.0) for _ in range(5)]
    eventually(lambda: asked)
    known.broadcast.on_consuming()
    held.send()
    for each in waiting:
        each.wait()
    assert len(asked) == 2


def test_a_revocation_that_can_not_be_read_counts_as_a_gap(embedded_house: House) -> None:
    person = a_client(embedded_house.http)
    known = embedded_house.part(RevocationList)
    assert person.get("/me").is_success
    gaps = known._gaps
    unreadable = Message(delivery_info={"routing_key": SessionsEnded.type()})
    known.broadcast.handle_message(b'{"specversion": "1.0"}', unreadable)
    assert known._gaps == gaps + 1
    assert person.get("/me").is_success
