"""Guessing is slowed, and nobody is kept out of their own account."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from uuid import uuid4

import pytest
from limits import RateLimitItemPerHour, RateLimitItemPerMinute

from chassis.context import CallContext, entered
from chassis.networks import subnet_of
from contracts.profiles.accounts import (
    EmailVerificationRequested,
    PasswordResetRequested,
    RequestEmailVerification,
    RequestPasswordReset,
    SignUp,
    SignUpRole,
    TooManyTries,
)
from contracts.profiles.sessions import Session, WrongCredentials
from services.profiles import guess_limits
from services.profiles.guess_limits import GuessLimits
from tests.profiles.builders import an_ipv4
from tests.profiles.signing_in import (
    PASSWORD,
    an_address,
    ask_to_sign_up,
    log_in,
    mails_to,
    sign_up,
    somebody,
)
from tests.support import servers
from tests.support.agreements import AGREED
from tests.support.service_client import NOBODY, Talking, at_once

WRONG = "a wrong password"
HOME, ELSEWHERE = "203.0.113.1", "198.51.100.1"


@pytest.fixture(params=["memory", "redis"])
def storage(request: pytest.FixtureRequest) -> str:
    if request.param == "memory":
        return "memory://"
    url: str = request.getfixturevalue("redis_url")
    return url


def counting(storage: str) -> GuessLimits:
    counts = GuessLimits()
    counts.use(storage)
    return counts


def tries(profiles: Talking, email: str, address: str | None, password: str = WRONG) -> str:
    """How a log-in ended."""
    try:
        log_in(profiles, email, password, address=address)
    except (WrongCredentials, TooManyTries) as refusal:
        return refusal.code
    return "logged in"


def a_sign_up() -> SignUp:
    return SignUp(
        email=an_address(),
        password=PASSWORD,
        display_name="Sam",
        role=SignUpRole.CLIENT,
        agreed_to=AGREED,
    )


# Counting


def test_so_many_tries_and_then_a_pause_of_minutes(storage: str) -> None:
    counts, whose = counting(storage), uuid4()
    attempt = counts.of(guess_limits.PASSWORD, whose, HOME)
    for _ in range(5):
        attempt.require_allowed()
        attempt.count_failure()
    with pytest.raises(TooManyTries) as refusal:
        attempt.require_allowed()
    assert 0 < refusal.value.retry_after_s <= 5 * 60


def test_what_is_right_does_not_count(storage: str) -> None:
    attempt = counting(storage).of(guess_limits.PASSWORD, uuid4(), HOME)
    for _ in range(20):
        attempt.require_allowed()


def test_of_many_at_once_no_more_are_counted_than_are_allowed(storage: str) -> None:
    attempt = counting(storage).of(guess_limits.CODE, uuid4(), HOME)
    outcomes = at_once([attempt.count] * 12)
    assert len([each for each in outcomes if each is None]) == 5, outcomes


def test_other_accounts_and_other_places_are_counted_by_themselves(storage: str) -> None:
    counts, whose = counting(storage), uuid4()
    for _ in range(5):
        counts.of(guess_limits.PASSWORD, whose, HOME).count_failure()
    counts.of(guess_limits.PASSWORD, whose, ELSEWHERE).require_allowed()
    counts.of(guess_limits.PASSWORD, uuid4(), HOME).require_allowed()
    counts.of(guess_limits.CODE, whose, HOME).count()


def test_guessing_from_many_places_is_slowed_but_for_familiar_ones(storage: str) -> None:
    counts, whose = counting(storage), uuid4()
    for _ in range(20):
        counts.of(guess_limits.PASSWORD, whose, an_ipv4()).count_failure()
    with pytest.raises(TooManyTries):
        counts.of(guess_limits.PASSWORD, whose, HOME).require_allowed()
    counts.of(guess_limits.PASSWORD, whose, HOME, familiar=True).require_allowed()


def test_guessing_at_many_accounts_from_one_place_is_slowed(storage: str) -> None:
    counts, place = counting(storage), an_ipv4()
    for _ in range(100):
        counts.of(guess_limits.PASSWORD, uuid4(), place).count_failure()
    with pytest.raises(TooManyTries):
        counts.of(guess_limits.PASSWORD, uuid4(), place, familiar=True).require_allowed()


def test_processes_count_together_in_redis_and_by_themselves_in_memory(redis_url: str) -> None:
    for storage, together in (("memory://", False), (redis_url, True)):
        one, other, whose = counting(storage), counting(storage), uuid4()
        for _ in range(5):
            one.of(guess_limits.CODE, whose, HOME).count()
        assert other.of(guess_limits.CODE, whose, HOME).try_count() is not together


@pytest.mark.usefixtures("redis_url")
def test_while_redis_is_away_each_process_counts_by_itself() -> None:
    with servers.redis_of_our_own() as server:
        counts, whose = counting(server.url), uuid4()
        counts.of(guess_limits.CODE, whose, HOME).count()
        server.stop()
        for _ in range(5):
            counts.of(guess_limits.CODE, whose, HOME).count()
        with pytest.raises(TooManyTries):
            counts.of(guess_limits.CODE, whose, HOME).count()


@pytest.mark.parametrize(
    ("address", "place"),
    [
        (None, None),
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
    ],
)
def test_a_whole_ipv6_network_is_one_place(address: str | None, place: str | None) -> None:
    assert subnet_of(address) == place


# Logging in


def test_a_known_and_an_unknown_address_are_slowed_alike(profiles: Talking) -> None:
    known, place = an_address(), an_ipv4()
    sign_up(profiles, known)
    for email in (known, an_address()):
        said = [tries(profiles, email, place) for _ in range(7)]
        assert said == ["wrong_credentials"] * 5 + ["too_many_tries"] * 2


def test_of_many_guesses_at_once_only_a_few_get_by(profiles: Talking) -> None:
    email, place = an_address(), an_ipv4()
    sign_up(profiles, email)
    said = at_once([partial(tries, profiles, email, place)] * 15)
    assert 5 <= said.count("wrong_credentials") <= 6
    assert set(said) == {"wrong_credentials", "too_many_tries"}


@pytest.mark.usefixtures("production_hashes")  # so that guesses wait for a turn
def test_the_limit_of_guesses_is_checked_again_at_each_turn(profiles: Talking) -> None:
    email, place = an_address(), an_ipv4()
    sign_up(profiles, email)
    assert [tries(profiles, email, place) for _ in range(4)] == ["wrong_credentials"] * 4
    said = at_once([partial(tries, profiles, email, place)] * 5)  # one is left, and two turns
    assert 1 <= said.count("wrong_credentials") <= 2
    assert set(said) == {"wrong_credentials", "too_many_tries"}


def test_the_owner_gets_in_from_where_they_were_while_others_guess_everywhere(
    profiles: Talking,
) -> None:
    email, home = an_address(), an_ipv4()
    sign_up(profiles, email)
    assert tries(profiles, email, home, PASSWORD) == "logged in"
    said = [tries(profiles, email, an_ipv4()) for _ in range(22)]
    assert said[-1] == "too_many_tries"
    assert tries(profiles, email, an_ipv4(), PASSWORD) == "too_many_tries"
    assert tries(profiles, email, home, PASSWORD) == "logged in"


def test_who_guesses_at_home_is_slowed_as_well(profiles: Talking) -> None:
    email, home = an_address(), an_ipv4()
    sign_up(profiles, email)
    assert isinstance(log_in(profiles, email, address=home), Session)
    said = [tries(profiles, email, home) for _ in range(6)]
    assert said[-1] == "too_many_tries"
    assert tries(profiles, email, home, PASSWORD) == "too_many_tries"


def test_asking_for_resets_is_slowed_and_floods_no_mailbox(profiles: Talking) -> None:
    person = somebody(profiles)

    def ask(address: str) -> None:
        with entered(CallContext(address=address)):
            profiles.house.remote("profiles").request_password_reset(
                request=RequestPasswordReset(email=person.email)
            )

    for _ in range(3):
        ask(HOME)
    with pytest.raises(TooManyTries):
        ask(HOME)
    for _ in range(6):
        ask(an_ipv4())
    assert len(person.told(PasswordResetRequested)) == 4  # and the mail of their sign-up


def test_signing_up_from_one_place_is_slowed(
    profiles: Talking, monkeypatch: pytest.MonkeyPatch
) -> None:
    twice = replace(guess_limits.SIGN_UP, name=uuid4().hex, from_place=RateLimitItemPerMinute(2))
    monkeypatch.setattr(guess_limits, "SIGN_UP", twice)
    with entered(CallContext(address=HOME)):
        here = profiles.house.remote("profiles")
        for _ in range(2):
            here.sign_up(sign_up=a_sign_up())
        with pytest.raises(TooManyTries):
            here.sign_up(sign_up=a_sign_up())
    sign_up(profiles, an_address())


def test_a_link_is_sent_again_a_few_times_and_no_more(profiles: Talking) -> None:
    email = an_address()
    ask_to_sign_up(profiles, email)

    def ask(address: str) -> None:
        with entered(CallContext(address=address)):
            profiles.house.remote("profiles").request_email_verification(
                request=RequestEmailVerification(email=email)
            )

    for _ in range(3):
        ask(HOME)
    with pytest.raises(TooManyTries):
        ask(HOME)
    for _ in range(6):
        ask(an_ipv4())
    assert len(mails_to(profiles, email, EmailVerificationRequested)) == 5


def test_a_mailbox_gets_five_mails_an_hour_whatever_is_asked_for(profiles: Talking) -> None:
    email = an_address()
    for _ in range(4):
        ask_to_sign_up(profiles, email)
    for _ in range(3):
        request = RequestPasswordReset(email=email)
        profiles.asked_by(NOBODY).request_password_reset(request=request)
    assert len(mails_to(profiles, email, EmailVerificationRequested)) == 4
    assert len(mails_to(profiles, email, PasswordResetRequested)) == 1


def test_thirty_people_may_sign_up_from_one_network_in_an_hour() -> None:
    assert guess_limits.SIGN_UP.from_place == RateLimitItemPerHour(30)
