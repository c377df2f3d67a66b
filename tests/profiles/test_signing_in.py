"""Accounts and sessions, as others meet them: by RPC, on each database."""

from __future__ import annotations

from typing import Literal
from uuid import UUID, uuid4

import argon2
import eventlet
import pytest
from eventlet.patcher import original
from joserfc import jwt
from joserfc.errors import BadSignatureError
from joserfc.jwk import KeySet

from chassis.context import Caller
from chassis.database.refusals import Erased
from chassis.errors import Invalid, Unauthenticated
from chassis.ids import new_id
from chassis.schemas import Reading, load
from contracts.profiles import accounts as contract
from contracts.profiles.accounts import SignUpRole
from contracts.profiles.sessions import WrongCredentials
from services.profiles.accounts import hash_queue, passwords
from tests.profiles.signing_in import PASSWORD, an_address, ask_to_sign_up, log_in, sign_up
from tests.support.agreements import AGREED_TO
from tests.support.eventually import eventually
from tests.support.service_client import NOBODY, Talking

LONGEST_HOLD_S = 30


# Signing up: see ``test_sign_ups``


@pytest.mark.parametrize("role", ["editor", "marketing", "admin", "", None])
def test_nobody_signs_up_as_more_than_a_client_or_a_specialist(
    profiles: Talking, role: str | None
) -> None:
    wanted = {"email": an_address(), "password": PASSWORD, "display_name": "Sam", "role": role}
    with pytest.raises(Invalid) as refusal:
        profiles.asked_by(NOBODY).sign_up(sign_up={**wanted, "agreed_to": AGREED_TO})
    assert [each.field for each in refusal.value.errors] == ["sign_up.role"]


@pytest.mark.usefixtures("production_hashes")
def test_a_password_is_kept_as_an_argon2id_hash_alone(profiles: Talking) -> None:
    email, password = an_address(), f"never written down {uuid4().hex}"
    sign_up(profiles, email, password)
    log_in(profiles, email, password)
    [account] = [row for row in profiles.rows("accounts") if row.email == email]
    assert account.password_hash.startswith("$argon2id$")
    assert argon2.PasswordHasher().verify(account.password_hash, password)
    assert not argon2.PasswordHasher().check_needs_rehash(account.password_hash)
    for table in profiles.store.base.metadata.tables:
        assert password not in str(profiles.rows(table)), table


def test_equal_passwords_have_different_hashes(profiles: Talking) -> None:
    emails = an_address(), an_address()
    for email in emails:
        sign_up(profiles, email)
    hashes = {row.password_hash for row in profiles.rows("accounts") if row.email in emails}
    assert len(hashes) == 2


# Logging in


def test_who_logs_in_gets_a_token_that_the_public_keys_verify(profiles: Talking) -> None:
    email = an_address()
    account = sign_up(profiles, email, role=SignUpRole.SPECIALIST)
    session = log_in(profiles, email)
    keys = KeySet.import_key_set(profiles.asked_by(NOBODY).get_token_keys())

    claims = jwt.decode(session.access_token, keys, algorithms=["Ed25519"]).claims

    assert (claims["sub"], claims["roles"]) == (str(account.id), ["specialist"])
    assert session.expires_in == 5 * 60
    assert claims["iat"] + session.expires_in - 1 < claims["exp"] <= claims["iat"] + 300
    assert (claims["aud"], claims["amr"]) == ("firststep", ["pwd"])
    assert session.token_type == "Bearer"


def test_a_token_that_was_tampered_with_does_not_verify(profiles: Talking) -> None:
    email, other = an_address(), an_address()
    for each in (email, other):
        sign_up(profiles, each)
    [head, _, signature] = log_in(profiles, email).access_token.split(".")
    [_, claims, _] = log_in(profiles, other).access_token.split(".")
    keys = KeySet.import_key_set(profiles.asked_by(NOBODY).get_token_keys())
    with pytest.raises(BadSignatureError):
        jwt.decode(f"{head}.{claims}.{signature}", keys, algorithms=["Ed25519"])


def test_the_public_keys_are_public_only(profiles: Talking) -> None:
    [key] = profiles.asked_by(NOBODY).get_token_keys()["keys"]
    assert "d" not in key
    assert key["kid"]


def test_an_address_may_be_spelled_otherwise_when_logging_in(profiles: Talking) -> None:
    email = an_address()
    sign_up(profiles, email)
    assert log_in(profiles, f" {email.upper()} ").access_token


@pytest.mark.parametrize("password", ["", PASSWORD.upper(), f"{PASSWORD} ", "x" * 200])
def test_a_wrong_password_and_an_unknown_address_get_the_same_refusal(
    profiles: Talking, password: str
) -> None:
    email = an_address()
    sign_up(profiles, email)
    with pytest.raises(WrongCredentials) as wrong:
        log_in(profiles, email, password)
    with pytest.raises(WrongCredentials) as unknown:
        log_in(profiles, an_address(), password)
    assert wrong.value.to_wire() == unknown.value.to_wire()


class CountingHasher(argon2.PasswordHasher):
    """Counts how often it was asked to compare."""

    compared = 0

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
        self.compared += 1
        return super().verify(hash, password)


def test_an_unknown_address_costs_as_much_as_a_wrong_password(
    profiles: Talking, monkeypatch: pytest.MonkeyPatch
) -> None:
    email, hasher = an_address(), CountingHasher()
    sign_up(profiles, email)
    monkeypatch.setattr(passwords, "_hasher", hasher)
    for address in (email, an_address()):
        before = hasher.compared
        with pytest.raises(WrongCredentials):
            log_in(profiles, address, "a wrong password")
        assert hasher.compared == before + 1


class HeldHasher(argon2.PasswordHasher):
    """Hashes when it is let go: until then each hash holds the thread that it runs in."""

    def __init__(self) -> None:
        super().__init__()
        self.let_go = original("threading").Event()
        self.begun: list[str | bytes] = []

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        self.begun.append(password)
        self.let_go.wait(LONGEST_HOLD_S)
        return super().hash(password, salt=salt)


def test_others_are_answered_while_passwords_are_hashed_two_at_a_time(
    profiles: Talking, monkeypatch: pytest.MonkeyPatch
) -> None:
    hasher = HeldHasher()
    monkeypatch.setattr(passwords, "_hasher", hasher)
    monkeypatch.setattr(hash_queue, "LONGEST_WAIT_S", LONGEST_HOLD_S)
    signing_up = [eventlet.spawn(ask_to_sign_up, profiles, an_address()) for _ in range(4)]
    try:
        eventually(lambda: len(hasher.begun) == 2, within=LONGEST_HOLD_S)
        for _ in range(10):
            assert profiles.asked_by(NOBODY).get_token_keys()["keys"]
            profiles.asked_by(NOBODY).list_featured()
        assert len(hasher.begun) == hash_queue.AT_ONCE == 2
        assert not any(each.dead for each in signing_up)
    finally:
        hasher.let_go.set()
    assert all(each.wait() for each in signing_up)


# Me


def test_who_signed_in_gets_their_own_account(profiles: Talking) -> None:
    account = sign_up(profiles, an_address())
    mine = profiles.asked_by(Caller(account.id, frozenset(["client"]))).get_me()
    assert load(contract.Account, mine, Reading.WIRE) == account
    assert UUID(mine["id"]) == account.id
    assert "password" not in str(mine)


def test_nobody_has_no_account(profiles: Talking) -> None:
    with pytest.raises(Unauthenticated):
        profiles.asked_by(NOBODY).get_me()


def test_a_token_of_an_account_that_is_gone_hears_that(profiles: Talking) -> None:
    with pytest.raises(Erased):
        profiles.asked_by(Caller(new_id(), frozenset(["client"]))).get_me()
