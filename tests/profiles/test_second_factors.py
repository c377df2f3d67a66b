"""An authenticator's codes: each works once, and administering takes one."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from pyotp import TOTP

from chassis.errors import Unauthenticated
from chassis.schemas import Reading, load
from chassis.sealing import Seal, new_key
from chassis.times import utc_now
from contracts.profiles.accounts import Role, RolesChanged, TooManyTries, WrongPassword
from contracts.profiles.second_factors import (
    ConfirmTotp,
    NoTotp,
    RecoveryCodes,
    RemoveTotp,
    RenewRecoveryCodes,
    Totp,
    TotpConfirmed,
    WrongCode,
)
from contracts.profiles.sessions import SecondFactorRequired, Session, WrongCredentials
from services.profiles.accounts.accounts import Account
from services.profiles.second_factors.codes import new_recovery_codes, new_totp
from services.profiles.second_factors.second_factors import STEP_S, SecondFactor
from services.profiles.service import ProfilesService
from tests.databases import Databases
from tests.profiles.builders import NOW
from tests.profiles.signing_in import PASSWORD, Person, claims_of, log_in, refresh, somebody
from tests.talking import NOBODY, Talking, at_once, serving
from tests.tokens import SEAL_KEYS
from tests.waiting import eventually

STEP = timedelta(seconds=STEP_S)


def begin(person: Person) -> Totp:
    return load(Totp, person.asks("begin_totp"), Reading.WIRE)


def confirm(person: Person, code: str) -> RecoveryCodes:
    answer = person.asks("confirm_totp", confirm=ConfirmTotp(code=code))
    return load(RecoveryCodes, answer, Reading.WIRE)


def protected(profiles: Talking) -> tuple[Person, TOTP, list[str]]:
    """Somebody with a second factor, their authenticator, and their recovery codes."""
    person = somebody(profiles)
    totp = TOTP(begin(person).secret)
    return person, totp, confirm(person, totp.at(utc_now() - STEP)).codes


def a_factor() -> tuple[SecondFactor, TOTP]:
    totp = new_totp("sam@example.org")
    factor = SecondFactor.pending(NOBODY.account_id, "sealed")  # type: ignore[arg-type]
    factor.confirm(TOTP(totp.secret).at(NOW), totp.secret, [], NOW)
    return factor, TOTP(totp.secret)


# The rules


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


# Setting it up


def test_a_secret_takes_effect_once_it_is_confirmed(profiles: Talking) -> None:
    person = somebody(profiles)
    pending = begin(person)
    assert pending.uri.startswith("otpauth://totp/Firststep:")
    assert pending.secret in pending.uri
    assert log_in(profiles, person.email)
    assert not person.me().second_factor

    codes = confirm(person, TOTP(pending.secret).now())
    assert len(codes.codes) == 10
    assert person.me().second_factor
    with pytest.raises(SecondFactorRequired):
        log_in(profiles, person.email)
    assert "second_factor_added" in person.audited()


def test_until_then_another_secret_takes_its_place(profiles: Talking) -> None:
    person = somebody(profiles)
    first, second = begin(person), begin(person)
    with pytest.raises(WrongCode):
        confirm(person, TOTP(first.secret).now())
    assert confirm(person, TOTP(second.secret).now())
    with pytest.raises(TotpConfirmed):
        begin(person)
    with pytest.raises(TotpConfirmed):
        confirm(person, TOTP(second.secret).at(utc_now() + STEP))


def test_nothing_is_confirmed_or_removed_where_there_is_nothing(profiles: Talking) -> None:
    person = somebody(profiles)
    with pytest.raises(NoTotp):
        confirm(person, "000000")
    with pytest.raises(NoTotp):
        person.asks("remove_totp", remove=RemoveTotp(password=PASSWORD, code="000000"))
    with pytest.raises(NoTotp):
        person.asks("renew_recovery_codes", renew=RenewRecoveryCodes(password=PASSWORD))
    with pytest.raises(Unauthenticated):
        profiles.asked_by(NOBODY).begin_totp()


def test_neither_secret_nor_codes_are_kept_in_the_clear(profiles: Talking) -> None:
    person = somebody(profiles)
    secret = begin(person).secret
    codes = confirm(person, TOTP(secret).now()).codes
    for table in profiles.store.base.metadata.tables:
        rows = str(profiles.rows(table))
        assert secret not in rows, table
        assert codes[0] not in rows, table
        assert codes[0].replace("-", "") not in rows, table


# Logging in


def test_logging_in_takes_both_factors(profiles: Talking) -> None:
    person, totp, _ = protected(profiles)
    with pytest.raises(WrongCode):
        log_in(profiles, person.email, code="000000")
    with pytest.raises(WrongCredentials):
        log_in(profiles, person.email, "a wrong password", totp.now())
    assert log_in(profiles, person.email, code=totp.now())
    assert person.audited().count("sign_in_failed") == 2


def test_a_code_logs_in_once_even_when_used_at_once(profiles: Talking) -> None:
    person, totp, codes = protected(profiles)
    for code in (totp.now(), codes[0]):
        outcomes = at_once([partial(log_in, profiles, person.email, code=code)] * 2)
        assert len([each for each in outcomes if isinstance(each, Session)]) == 1, outcomes
        assert len([each for each in outcomes if isinstance(each, WrongCode)]) == 1, outcomes


def test_codes_are_guessed_a_few_times_and_no_more(profiles: Talking) -> None:
    person, totp, _ = protected(profiles)
    wrong = str((int(totp.now()) + 1) % 10).zfill(6)
    outcomes = at_once(
        [partial(log_in, profiles, person.email, code=wrong, address="203.0.113.7")] * 8
    )
    assert len([each for each in outcomes if isinstance(each, WrongCode)]) == 5, outcomes
    refused = [each for each in outcomes if isinstance(each, TooManyTries)]
    assert len(refused) == 3, outcomes
    assert all(0 < each.retry_after_s <= 300 for each in refused)


def test_a_code_is_of_no_use_where_there_is_no_second_factor(profiles: Talking) -> None:
    person = somebody(profiles)
    assert log_in(profiles, person.email, code="123456")


# Doing without


def test_removing_it_takes_both_factors(profiles: Talking) -> None:
    person, totp, codes = protected(profiles)
    with pytest.raises(WrongPassword):
        person.asks("remove_totp", remove=RemoveTotp(password="a wrong one", code=codes[0]))
    with pytest.raises(WrongCode):
        person.asks("remove_totp", remove=RemoveTotp(password=PASSWORD, code="000000"))
    person.asks("remove_totp", remove=RemoveTotp(password=PASSWORD, code=totp.now()))
    assert log_in(profiles, person.email)
    assert "second_factor_removed" in person.audited()


def test_other_recovery_codes_make_those_before_void(profiles: Talking) -> None:
    person, _, before = protected(profiles)
    with pytest.raises(WrongPassword):
        person.asks("renew_recovery_codes", renew=RenewRecoveryCodes(password="a wrong one"))
    renew = RenewRecoveryCodes(password=PASSWORD)
    renewed = load(RecoveryCodes, person.asks("renew_recovery_codes", renew=renew), Reading.WIRE)
    with pytest.raises(WrongCode):
        log_in(profiles, person.email, code=before[0])
    assert log_in(profiles, person.email, code=renewed.codes[0])


# Administering


def test_admin_takes_effect_once_a_second_factor_is_set_up(profiles: Talking) -> None:
    person = somebody(profiles)
    with profiles.store.transaction() as tx:
        events = tx.lock(Account, person.id).grant(Role.ADMIN)
        tx.emit(*events)
    assert person.told(RolesChanged)[-1].roles == [Role.CLIENT, Role.ADMIN]
    assert person.me().dormant_roles == [Role.ADMIN]
    session = log_in(profiles, person.email)
    assert claims_of(profiles, session)["roles"] == ["client"]

    secret = begin(person).secret
    confirm(person, TOTP(secret).now())
    assert person.me().dormant_roles == []
    refreshed = refresh(profiles, session.refresh_token)
    assert claims_of(profiles, refreshed)["roles"] == ["admin", "client"]


# Keys that rotate


def test_secrets_are_sealed_anew_after_a_rotation(sqlite_databases: Databases) -> None:
    database, new = sqlite_databases.fresh(), new_key()
    with serving(ProfilesService, database) as before:
        _, totp, _ = protected(before)
        [row] = before.rows("second_factors")
        sealed: str = row.secret
        with before.store.transaction() as tx:  # as if a day had passed
            tx.execute(before.store.table("clocks").delete())
    rotated = Seal(f"{new},{SEAL_KEYS}", "second factors")
    assert not rotated.is_newest(sealed)
    with serving(ProfilesService, database, seal_keys=f"{new},{SEAL_KEYS}") as after:
        eventually(lambda: rotated.is_newest(after.rows("second_factors")[0].secret))
        [row] = after.rows("second_factors")
        assert Seal(new, "second factors").open(row.secret).decode() == totp.secret
