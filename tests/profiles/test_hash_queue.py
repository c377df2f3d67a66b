"""The queue for password hashes, as a service that hashes uses it."""

from __future__ import annotations

import time
from functools import partial
from typing import Literal

import argon2
import pytest
from eventlet.patcher import original

from chassis.context import CallContext, entered
from chassis.errors import TooMany, Unavailable
from contracts.profiles.accounts import TooManyTries
from contracts.profiles.sessions import LogIn, Session, WrongCredentials
from services.profiles import guess_limits
from services.profiles.accounts import hash_queue, passwords
from services.profiles.accounts.hash_queue import AT_ONCE, MOST_WAITING, HashQueue
from tests.profiles.builders import an_ipv4
from tests.profiles.old_accounts import put_account
from tests.profiles.signing_in import PASSWORD, an_address, log_in
from tests.support.service_client import Talking, at_once

ALL = AT_ONCE + MOST_WAITING


# Through the service


PATIENCE_S = 60.0
"""Callers wait for as long as a busy machine needs."""


class SlowHasher(argon2.PasswordHasher):
    """Takes longer than a busy machine needs to send a flood, and no CPU for it."""

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
        original("time").sleep(0.5)
        return super().verify(hash, password)


def outcome(profiles: Talking, email: str, password: str, address: str) -> str:
    call = CallContext(address=address, deadline=time.time() + PATIENCE_S)
    try:
        with entered(call):
            wanted = LogIn(email=email, password=password)
            profiles.house.remote("profiles").log_in(log_in=wanted)
    except (Unavailable, WrongCredentials, TooMany) as refusal:
        return refusal.code
    return "logged in"


def test_who_comes_from_elsewhere_signs_in_while_one_place_floods(
    profiles: Talking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hash_queue, "LONGEST_WAIT_S", PATIENCE_S)
    hasher = SlowHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", hasher)
    email, place = an_address(), an_ipv4()
    put_account(profiles.store, email)
    flood = [partial(outcome, profiles, an_address(), "a wrong password", place) for _ in range(60)]
    [*flooding, honest] = at_once([*flood, partial(outcome, profiles, email, PASSWORD, an_ipv4())])
    assert honest == "logged in"
    assert flooding.count("unavailable") >= 60 - 2 * ALL
    assert set(flooding) == {"unavailable", "wrong_credentials"}


def test_who_guessed_too_often_takes_no_turn(profiles: Talking) -> None:
    email, place = an_address(), an_ipv4()
    for _ in range(5):
        assert outcome(profiles, email, "a wrong password", place) == "wrong_credentials"
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(HashQueue, "turn", None)
        assert outcome(profiles, email, "a wrong password", place) == "too_many_tries"


def test_right_passwords_count_as_well(profiles: Talking, monkeypatch: pytest.MonkeyPatch) -> None:
    email, place = an_address(), an_ipv4()
    put_account(profiles.store, email)
    assert guess_limits.SESSION.of_account_from_place is not None
    allowed = guess_limits.SESSION.of_account_from_place.amount
    said = [outcome(profiles, email, PASSWORD, place) for _ in range(allowed + 2)]
    assert said == ["logged in"] * allowed + ["too_many_tries"] * 2
    assert isinstance(log_in(profiles, email, address=an_ipv4()), Session)
    with pytest.raises(TooManyTries) as refusal:
        log_in(profiles, email, address=place)
    assert 0 < refusal.value.retry_after_s <= 3600
