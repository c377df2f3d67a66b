"""One-time codes and recovery codes: which are accepted, and once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from pyotp import TOTP

from contracts.profiles.accounts import (
    TooManyTries,
)
from contracts.profiles.second_factors import (
    CodesExhausted,
    WrongCode,
)
from services.profiles.second_factors.codes import new_recovery_codes, new_totp
from services.profiles.second_factors.second_factors import (
    STEP_S,
    SecondFactor,
)
from tests.profiles.builders import NOW
from tests.support.service_client import NOBODY

STEP = timedelta(seconds=STEP_S)


def a_factor() -> tuple[SecondFactor, TOTP]:
    totp = new_totp("sam@example.org", "Firststep")
    factor = SecondFactor.pending(NOBODY.account_id, "sealed")  # type: ignore[arg-type]
    factor.confirm(TOTP(totp.secret).at(NOW), totp.secret, [], NOW)
    return factor, TOTP(totp.secret)


@pytest.mark.parametrize(("steps", "taken"), [(-2, False), (-1, True), (0, True), (1, True)])
def test_a_clock_may_be_a_step_off(steps: int, taken: bool) -> None:
    factor, totp = a_factor()
    now = NOW + 10 * STEP
    code = totp.at(now + steps * STEP)
    if taken:
        factor.use(code, totp.secret, now)
    else:
        with pytest.raises(WrongCode):
            factor.use(code, totp.secret, now)


def test_no_step_is_accepted_twice_nor_one_before_it() -> None:
    factor, totp = a_factor()
    now = NOW + 10 * STEP
    factor.use(totp.at(now), totp.secret, now)
    for step in (0, -1):
        with pytest.raises(WrongCode):
            factor.use(totp.at(now + step * STEP), totp.secret, now)
    factor.use(totp.at(now + STEP), totp.secret, now)


def test_a_recovery_code_works_once_however_it_is_typed() -> None:
    factor, totp = a_factor()
    codes = new_recovery_codes().codes
    factor.renew(codes)
    factor.use(codes[0].upper().replace("-", " "), totp.secret, NOW)
    with pytest.raises(WrongCode):
        factor.use(codes[0], totp.secret, NOW)
    factor.use(codes[1], totp.secret, NOW)
    assert codes[2] not in str(factor.recovery_hashes)


@pytest.mark.parametrize("code", ["", " ", "000000", "é", "-", "\x00", "1" * 40])
def test_what_is_no_code_is_wrong(code: str) -> None:
    factor, totp = a_factor()
    with pytest.raises(WrongCode):
        factor.use(code, totp.secret, NOW + 100 * STEP)


def test_there_are_ten_recovery_codes_of_eighty_bits() -> None:
    codes = new_recovery_codes().codes
    assert len(set(codes)) == 10
    assert {len(code.replace("-", "")) for code in codes} == {16}


@pytest.mark.parametrize("familiar", [True, False])
def test_wrong_codes_in_a_row_are_slowed_more_and_more(familiar: bool) -> None:
    factor, totp = a_factor()
    now, waited = NOW + 10 * STEP, []
    for _ in range(12):
        right, _ = factor.try_code("nope", totp.secret, familiar, now)
        assert not right
        waited.append(pause_of(factor, familiar, now))
        now += waited[-1]
    minutes = [each.total_seconds() / 60 for each in waited]
    assert minutes == [0, 0, 0.5, 1, 2, 4, 8, 16, 32, 60, 60, 60]


def pause_of(factor: SecondFactor, familiar: bool, now: datetime) -> timedelta:
    """How long even the right code is refused."""
    try:
        factor._require_may_try(familiar, now)
    except TooManyTries as refusal:
        pause = timedelta(seconds=refusal.retry_after_s)
        factor._require_may_try(familiar, now + pause)
        with pytest.raises(TooManyTries):
            factor._require_may_try(familiar, now + pause - timedelta(microseconds=1))
        return pause
    return timedelta(0)


def test_during_a_pause_nothing_is_looked_at_and_nothing_counted() -> None:
    factor, totp = a_factor()
    now = NOW + 10 * STEP
    for _ in range(3):
        factor.try_code("nope", totp.secret, False, now)
    for code in (totp.at(now), "nope"):
        with pytest.raises(TooManyTries):
            factor.try_code(code, totp.secret, False, now)
    assert factor.wrong_codes == 3
    assert factor.try_code(totp.at(now), totp.secret, False, now + STEP) == (True, [])


def test_the_owner_is_told_once_in_a_row_at_the_third() -> None:
    factor, totp = a_factor()
    now, told = NOW + 10 * STEP, []
    for _ in range(2):
        for _ in range(6):
            now += timedelta(hours=1)
            told.append(len(factor.try_code("nope", totp.secret, False, now)[1]))
        now += timedelta(hours=1)
        assert factor.try_code(totp.at(now), totp.secret, False, now)[0]
    assert told == [0, 0, 1, 0, 0, 0] * 2


def test_after_a_hundred_wrong_ones_the_password_must_be_reset() -> None:
    factor, totp = a_factor()
    factor.renew(["abcd-efgh"])
    now = NOW
    for _ in range(100):
        now += timedelta(hours=1)
        assert not factor.try_code("nope", totp.secret, False, now)[0]
    for code in (totp.at(now), "abcd-efgh"):
        with pytest.raises(CodesExhausted):
            factor.try_code(code, totp.secret, False, now + timedelta(days=365))
    assert factor.try_code(totp.at(now), totp.secret, True, now)[0], "the owner, where they were"
    factor.forgive()
    assert factor.try_code("abcd-efgh", totp.secret, False, now)[0]


def test_a_right_code_ends_the_row_of_its_own_kind_of_place_alone() -> None:
    factor, totp = a_factor()
    now = NOW + 10 * STEP
    for _ in range(2):
        factor.try_code("nope", totp.secret, False, now)
        factor.try_code("nope", totp.secret, True, now)
    factor.try_code(totp.at(now), totp.secret, True, now)
    assert (factor.wrong_codes, factor.familiar_wrong_codes) == (2, 0)
