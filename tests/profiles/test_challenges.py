"""A log-in in two steps: the password gets a challenge, the challenge and a code a session."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from pyotp import TOTP

from chassis.context import CallContext, entered
from chassis.ids import new_id
from chassis.schemas import Reading, load
from chassis.sealing import Seal
from chassis.times import utc_now
from contracts.profiles.accounts import TooManyTries
from contracts.profiles.second_factors import (
    BeginTotp,
    ConfirmTotp,
    RecoveryCodes,
    RemoveTotp,
    Totp,
    WrongCode,
)
from contracts.profiles.sessions import (
    ChallengeVoid,
    FinishLogIn,
    SecondFactorRequired,
    Session,
    Suspended,
    WrongCredentials,
)
from services.profiles.accounts.accounts import Account
from services.profiles.sessions import challenges
from tests.profiles.resets import ask_for_reset, reset
from tests.profiles.signing_in import PASSWORD, Person, claims_of, log_in, somebody
from tests.support.service_client import NOBODY, Talking, at_once
from tests.support.tokens import SEAL_KEYS

STEP = timedelta(seconds=30)
HOME = "203.0.113.9"


def protected(profiles: Talking) -> tuple[Person, TOTP, list[str]]:
    """A person with a second factor, their authenticator, and their recovery codes."""
    person = somebody(profiles)
    begun = person.asks("begin_totp", begin=BeginTotp(password=PASSWORD))
    totp = TOTP(load(Totp, begun, Reading.WIRE).secret)
    code = totp.at(utc_now() - STEP)
    codes = person.asks("confirm_totp", confirm=ConfirmTotp(code=code))
    return person, totp, load(RecoveryCodes, codes, Reading.WIRE).codes


def challenged(profiles: Talking, person: Person, password: str = PASSWORD) -> str:
    with pytest.raises(SecondFactorRequired) as refusal:
        log_in(profiles, person.email, password)
    return refusal.value.challenge


def finish(profiles: Talking, challenge: str, code: str, address: str | None = None) -> Session:
    with entered(CallContext(address=address, agent="a test")):
        answer = profiles.house.remote("profiles").finish_log_in(
            finish=FinishLogIn(challenge=challenge, code=code)
        )
    return load(Session, answer, Reading.WIRE)


def test_the_challenge_of_a_right_password_and_a_code_log_in(profiles: Talking) -> None:
    person, totp, codes = protected(profiles)
    challenge = challenged(profiles, person)
    for code in (totp.now(), codes[0]):
        session = finish(profiles, challenge, code)
        assert claims_of(profiles, session)["sub"] == str(person.id)
        assert claims_of(profiles, session)["amr"] == ["pwd", "otp", "mfa"]


def test_a_wrong_password_gets_no_challenge(profiles: Talking) -> None:
    person, _, _ = protected(profiles)
    with pytest.raises(WrongCredentials) as refusal:
        log_in(profiles, person.email, "a wrong password")
    assert refusal.value.members() == {}


def test_a_challenge_without_a_right_code_is_nothing(profiles: Talking) -> None:
    person, totp, _ = protected(profiles)
    challenge, code = challenged(profiles, person), totp.now()
    finish(profiles, challenge, code)
    with pytest.raises(WrongCode):  # it was used
        finish(profiles, challenge, code)
    assert person.audited().count("sign_in_failed") == 1


def test_codes_after_a_challenge_are_limited_as_any(profiles: Talking) -> None:
    person, _, _ = protected(profiles)
    guess = partial(finish, profiles, challenged(profiles, person), "000000", HOME)
    outcomes = at_once([guess] * 8)
    assert len([each for each in outcomes if isinstance(each, WrongCode)]) == 3, outcomes
    assert len([each for each in outcomes if isinstance(each, TooManyTries)]) == 5, outcomes


def test_a_change_of_the_password_makes_it_void(profiles: Talking) -> None:
    person, totp, _ = protected(profiles)
    challenge = challenged(profiles, person)
    ask_for_reset(profiles, person.email)
    reset(profiles, person.reset_link())
    with pytest.raises(ChallengeVoid):
        finish(profiles, challenge, totp.now())


def test_it_is_of_no_use_to_a_suspended_account(profiles: Talking) -> None:
    person, totp, _ = protected(profiles)
    challenge = challenged(profiles, person)
    with profiles.store.transaction() as tx:
        tx.lock(Account, person.id).suspended_at = utc_now()
    with pytest.raises(Suspended):
        finish(profiles, challenge, totp.now())


def test_where_the_second_factor_was_removed_meanwhile_the_password_was_enough(
    profiles: Talking,
) -> None:
    person, totp, codes = protected(profiles)
    challenge = challenged(profiles, person)
    person.asks("remove_totp", remove=RemoveTotp(password=PASSWORD, code=codes[0]))
    session = finish(profiles, challenge, totp.now())
    assert claims_of(profiles, session)["amr"] == ["pwd"]


def test_a_repeated_call_is_one_log_in(profiles: Talking) -> None:
    person, totp, _ = protected(profiles)
    wanted = FinishLogIn(challenge=challenged(profiles, person), code=totp.now())
    asked = profiles.asked_by(NOBODY, uuid4().hex)
    assert asked.finish_log_in(finish=wanted) == asked.finish_log_in(finish=wanted)


@pytest.mark.parametrize("challenge", ["", "x", "gAAAAA", "ü" * 100])
def test_a_challenge_that_is_none_is_void(profiles: Talking, challenge: str) -> None:
    with pytest.raises(ChallengeVoid):
        finish(profiles, challenge, "123456")


def test_that_of_an_account_that_is_not_there_is_void(profiles: Talking) -> None:
    seal, stranger = Seal(SEAL_KEYS, "log-in challenges"), Account.placeholder()
    stranger.id = new_id()
    with pytest.raises(ChallengeVoid):
        finish(profiles, challenges.to(stranger, seal, utc_now()), "123456")


def test_a_token_of_another_purpose_is_void(profiles: Talking) -> None:
    person, totp, _ = protected(profiles)
    ask_for_reset(profiles, person.email)
    with pytest.raises(ChallengeVoid):
        finish(profiles, person.reset_link(), totp.now())


def test_it_opens_for_five_minutes() -> None:
    seal, account, now = Seal(SEAL_KEYS, "log-in challenges"), Account.placeholder(), utc_now()
    challenge = challenges.to(account, seal, now)
    just_before = now + challenges.LIFETIME - timedelta(seconds=1)
    assert challenges.opened(challenge, seal, just_before) == (account.id, account.state_of_log_in)
    with pytest.raises(ChallengeVoid):
        challenges.opened(challenge, seal, now + challenges.LIFETIME)


def test_all_sessions_but_this_one_are_ended_at_once(profiles: Talking) -> None:
    person = somebody(profiles)
    elsewhere = [log_in(profiles, person.email) for _ in range(2)]
    person.asks("log_out_elsewhere")
    [left] = person.asks("list_sessions")["items"]
    assert left["current"]
    assert len(elsewhere) == 2
