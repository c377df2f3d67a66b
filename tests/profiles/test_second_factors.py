"""Second factors over RPC: set up, used to log in, and asked for by actions of consequence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from pyotp import TOTP

from chassis.context import CallContext, entered
from chassis.errors import EmailNotVerified, Unauthenticated
from chassis.schemas import Reading, load
from chassis.sealing import Seal, new_key
from chassis.times import utc_now
from contracts.profiles.accounts import (
    ChangeEmail,
    ChangePassword,
    RequestPasswordReset,
    ResetPassword,
    Role,
    RolesChanged,
    TooManyTries,
    WrongPassword,
)
from contracts.profiles.privacy import EraseAccount
from contracts.profiles.second_factors import (
    BeginTotp,
    CodesExhausted,
    ConfirmTotp,
    NoTotp,
    RecoveryCodes,
    RecoveryCodesRenewed,
    RemoveTotp,
    RenewRecoveryCodes,
    SecondFactorAdded,
    SecondFactorRemoved,
    Totp,
    TotpConfirmed,
    WrongCode,
    WrongCodesEntered,
)
from contracts.profiles.sessions import (
    BadRefreshToken,
    LogIn,
    SecondFactorRequired,
    Session,
    SessionsEnded,
    WrongCredentials,
)
from services.profiles.accounts.accounts import Account
from services.profiles.accounts.reauthentication import Reauthentication
from services.profiles.guess_limits import GuessLimits
from services.profiles.second_factors.second_factors import (
    MOST_WRONG_CODES,
    STEP_S,
    SecondFactor,
)
from services.profiles.service import ProfilesService
from services.profiles.sessions.sessions import Session as SessionRow
from tests.profiles.resets import ANOTHER, ask_for_reset, reset
from tests.profiles.signing_in import (
    PASSWORD,
    Person,
    an_address,
    caller_of,
    claims_of,
    log_in,
    refresh,
)
from tests.profiles.signing_in import somebody as somebody_new
from tests.support.databases import Databases
from tests.support.eventually import eventually
from tests.support.service_client import NOBODY, Talking, at_once, serving
from tests.support.tokens import SEAL_KEYS

STEP = timedelta(seconds=STEP_S)
HOME = "203.0.113.1"


def begin(person: Person, password: str = PASSWORD) -> Totp:
    answer = person.asks("begin_totp", begin=BeginTotp(password=password))
    return load(Totp, answer, Reading.WIRE)


def somebody(profiles: Talking) -> Person:
    """Who has logged in, beside the session that began with the link in their mail."""
    person = somebody_new(profiles)
    session = log_in(profiles, person.email)
    return replace(person, session=session, caller=caller_of(profiles, session))


def wrong(totp: TOTP) -> str:
    """Six digits that are no code of these minutes."""
    now = utc_now()
    taken = {totp.at(now + steps * STEP) for steps in range(-5, 6)}
    return next(code for code in map("{:06d}".format, range(20)) if code not in taken)


def as_if_later(profiles: Talking, person: Person, by: timedelta) -> None:
    """As if so much time had passed since the last wrong code."""
    with profiles.store.transaction() as tx:
        factor = tx.lock(SecondFactor, person.id)
        for name in ("wrong_codes_at", "familiar_wrong_codes_at"):
            last = getattr(factor, name)
            setattr(factor, name, last and last - by)


def ended(profiles: Talking, session: Session) -> bool:
    try:
        refresh(profiles, session.refresh_token)
    except BadRefreshToken:
        return True
    return False


def confirm(person: Person, code: str) -> RecoveryCodes:
    answer = person.asks("confirm_totp", confirm=ConfirmTotp(code=code))
    return load(RecoveryCodes, answer, Reading.WIRE)


def protected(profiles: Talking) -> tuple[Person, TOTP, list[str]]:
    """Somebody with a second factor, their authenticator, and their recovery codes."""
    person = somebody(profiles)
    totp = TOTP(begin(person).secret)
    return person, totp, confirm(person, totp.at(utc_now() - STEP)).codes


# The rules


# Setting it up


def test_a_secret_takes_effect_once_it_is_confirmed(profiles: Talking) -> None:
    person = somebody(profiles)
    assert claims_of(profiles, person.session)["amr"] == ["pwd"]
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
    assert person.told(SecondFactorAdded)


def test_setting_it_up_takes_the_password_and_a_proven_address(profiles: Talking) -> None:
    person, unproven = somebody(profiles), somebody(profiles)
    with profiles.store.transaction() as tx:  # as accounts from before may be
        tx.lock(Account, unproven.id).verified_at = None
    with pytest.raises(WrongPassword):
        begin(person, "a wrong one")
    with pytest.raises(EmailNotVerified):
        begin(unproven)
    assert not [row for row in profiles.rows("second_factors") if row.account_id == unproven.id]


def test_confirming_it_ends_all_other_sessions_and_is_shown_in_this_one(
    profiles: Talking,
) -> None:
    person = somebody(profiles)
    elsewhere = log_in(profiles, person.email)
    secret = begin(person).secret
    assert not ended(profiles, elsewhere)
    confirm(person, TOTP(secret).now())
    assert ended(profiles, elsewhere)
    refreshed = refresh(profiles, person.session.refresh_token)
    assert claims_of(profiles, refreshed)["amr"] == ["pwd", "otp", "mfa"]


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
    renew = RenewRecoveryCodes(password=PASSWORD, code="000000")
    with pytest.raises(NoTotp):
        person.asks("renew_recovery_codes", renew=renew)
    with pytest.raises(Unauthenticated):
        profiles.asked_by(NOBODY).begin_totp(begin=BeginTotp(password=PASSWORD))


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
    session = log_in(profiles, person.email, code=totp.now())
    assert claims_of(profiles, session)["amr"] == ["pwd", "otp", "mfa"]
    assert person.audited().count("sign_in_failed") == 2


def test_a_log_in_that_is_delivered_again_is_one_log_in(profiles: Talking) -> None:
    """Though its code was used by the first."""
    person, totp, _ = protected(profiles)
    wanted = LogIn(email=person.email, password=PASSWORD, code=totp.now())
    asked = profiles.asked_by(NOBODY, uuid4().hex)
    assert asked.log_in(log_in=wanted) == asked.log_in(log_in=wanted)


def test_a_code_logs_in_once_even_when_used_at_once(profiles: Talking) -> None:
    person, totp, codes = protected(profiles)
    for code in (totp.now(), codes[0]):
        outcomes = at_once([partial(log_in, profiles, person.email, code=code)] * 2)
        assert len([each for each in outcomes if isinstance(each, Session)]) == 1, outcomes
        assert len([each for each in outcomes if isinstance(each, WrongCode)]) == 1, outcomes


def test_of_codes_guessed_at_once_no_more_get_by_than_are_allowed(profiles: Talking) -> None:
    person, totp, _ = protected(profiles)
    guess = partial(log_in, profiles, person.email, code=wrong(totp), address="203.0.113.7")
    outcomes = at_once([guess] * 8)
    assert len([each for each in outcomes if isinstance(each, WrongCode)]) == 3, outcomes
    refused = [each for each in outcomes if isinstance(each, TooManyTries)]
    assert len(refused) == 5, outcomes
    assert all(0 < each.retry_after_s <= 300 for each in refused)
    assert len(person.told(WrongCodesEntered)) == 1


def test_wrong_codes_are_counted_whatever_process_looks_at_them(profiles: Talking) -> None:
    """In the database, that is, and recovery codes with them."""
    person, totp, _ = protected(profiles)
    for code in (wrong(totp), "abcd-efgh-ijkl-mnop", wrong(totp)):
        with pytest.raises(WrongCode):
            log_in(profiles, person.email, code=code)
    profiles_guesses(profiles).use("memory://")  # as a process that was just started
    with pytest.raises(TooManyTries) as refusal:
        log_in(profiles, person.email, code=totp.now())
    assert 0 < refusal.value.retry_after_s <= 30
    as_if_later(profiles, person, STEP)
    assert log_in(profiles, person.email, code=totp.now())
    [row] = [row for row in profiles.rows("second_factors") if row.account_id == person.id]
    assert row.wrong_codes == 0


def profiles_guesses(profiles: Talking) -> GuessLimits:
    container: Any = profiles.house.process.service_map["profiles"]
    [found] = [each for each in container.dependencies if isinstance(each, GuessLimits)]
    return found


def test_who_knows_the_password_keeps_nobody_out_where_they_were(profiles: Talking) -> None:
    person, totp, codes = protected(profiles)
    assert log_in(profiles, person.email, code=codes[0], address=HOME)
    for number in range(3):
        with pytest.raises(WrongCode):
            log_in(profiles, person.email, code=wrong(totp), address=f"198.51.100.{number}")
    with pytest.raises(TooManyTries):
        log_in(profiles, person.email, code=codes[1], address="198.51.100.9")
    assert log_in(profiles, person.email, code=codes[1], address=HOME)


@pytest.mark.parametrize("how", ["reset", "change"])
def test_another_password_lets_codes_be_tried_again(profiles: Talking, how: str) -> None:
    person, _, codes = protected(profiles)
    with profiles.store.transaction() as tx:
        factor = tx.lock(SecondFactor, person.id)
        factor.wrong_codes, factor.wrong_codes_at = MOST_WRONG_CODES, utc_now()
    with pytest.raises(CodesExhausted):
        log_in(profiles, person.email, code=codes[0])
    new = f"{PASSWORD} again"
    if how == "reset":
        profiles.asked_by(NOBODY).request_password_reset(
            request=RequestPasswordReset(email=person.email)
        )
        reset = ResetPassword(token=person.reset_link(), password=new)
        profiles.asked_by(NOBODY).reset_password(reset=reset)
    else:
        change = ChangePassword(current=PASSWORD, new=new, code=codes[1])
        with profiles.store.transaction() as tx:  # from where they were
            tx.lock(SessionRow, person.caller.session_id).address = HOME
        with entered(CallContext(caller=person.caller, address=HOME)):
            profiles.house.remote("profiles").change_password(change=change)
    assert log_in(profiles, person.email, new, code=codes[0])


def test_exhausted_codes_are_written_down(profiles: Talking) -> None:
    person, _, codes = protected(profiles)
    with profiles.store.transaction() as tx:
        tx.lock(SecondFactor, person.id).wrong_codes = MOST_WRONG_CODES
    with pytest.raises(CodesExhausted):
        log_in(profiles, person.email, code=codes[0])
    details = [row.detail for row in profiles.rows("audit") if row.about == person.id]
    assert "codes_exhausted" in details


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
    assert person.told(SecondFactorRemoved)
    assert person.told(SessionsEnded)[-1].before is not None
    refreshed = refresh(profiles, person.session.refresh_token)
    assert claims_of(profiles, refreshed)["amr"] == ["pwd"]


def test_removing_it_ends_all_other_sessions(profiles: Talking) -> None:
    person, totp, codes = protected(profiles)
    elsewhere = log_in(profiles, person.email, code=codes[0])
    person.asks("remove_totp", remove=RemoveTotp(password=PASSWORD, code=totp.now()))
    assert ended(profiles, elsewhere)
    assert not ended(profiles, person.session)


def test_other_recovery_codes_make_those_before_void(profiles: Talking) -> None:
    person, _, before = protected(profiles)
    for password, code, refusal in (
        ("a wrong one", before[1], WrongPassword),
        (PASSWORD, "nope", WrongCode),
    ):
        renew = RenewRecoveryCodes(password=password, code=code)
        with pytest.raises(refusal):
            person.asks("renew_recovery_codes", renew=renew)
    renew = RenewRecoveryCodes(password=PASSWORD, code=before[1])
    renewed = load(RecoveryCodes, person.asks("renew_recovery_codes", renew=renew), Reading.WIRE)
    with pytest.raises(WrongCode):
        log_in(profiles, person.email, code=before[0])
    assert log_in(profiles, person.email, code=renewed.codes[0])
    assert person.told(RecoveryCodesRenewed)


CHANGES: dict[str, Any] = {
    "change_email": lambda code: {
        "change": ChangeEmail(email=an_address(), password=PASSWORD, code=code)
    },
    "change_password": lambda code: {
        "change": ChangePassword(current=PASSWORD, new=f"{PASSWORD} again", code=code)
    },
    "erase_account": lambda code: {"erasure": EraseAccount(password=PASSWORD, code=code)},
}


@pytest.mark.parametrize("method", CHANGES)
def test_what_can_not_be_undone_takes_a_code_where_there_is_a_second_factor(
    profiles: Talking, method: str
) -> None:
    person, _, codes = protected(profiles)
    with pytest.raises(SecondFactorRequired):
        person.asks(method, **CHANGES[method](None))
    with pytest.raises(WrongCode):
        person.asks(method, **CHANGES[method]("nope"))
    person.asks(method, **CHANGES[method](codes[0]))


@pytest.mark.parametrize("method", CHANGES)
def test_a_change_that_is_delivered_again_answers_as_before(profiles: Talking, method: str) -> None:
    """Though its code was used, and the password may be another one."""
    person, _, codes = protected(profiles)
    asked = profiles.asked_by(person.caller, uuid4().hex)
    same = CHANGES[method](codes[0])
    assert getattr(asked, method)(**same) == getattr(asked, method)(**same)
    audited = person.audited()
    assert audited.count("password_changed") == (method == "change_password")


# Administering


def test_admin_takes_effect_once_a_second_factor_is_set_up(profiles: Talking) -> None:
    person = somebody(profiles)
    with profiles.store.transaction() as tx:
        events = tx.lock(Account, person.id).grant(Role.ADMIN, None, utc_now())
        tx.emit(*events)
    assert person.told(RolesChanged)[-1].roles == [Role.CLIENT, Role.ADMIN]
    assert person.me().dormant_roles == [Role.ADMIN]
    session = log_in(profiles, person.email)
    assert claims_of(profiles, session)["roles"] == ["client"]

    secret = begin(person).secret
    codes = confirm(person, TOTP(secret).now()).codes
    assert person.me().dormant_roles == []
    assert ended(profiles, session), "it showed no second factor"
    for shown in (person.session, log_in(profiles, person.email, code=codes[0])):
        refreshed = refresh(profiles, shown.refresh_token)
        assert claims_of(profiles, refreshed)["roles"] == ["admin", "client"]


def test_a_session_that_showed_no_second_factor_never_administers(profiles: Talking) -> None:
    """Not even where it is open still, as of before sessions remembered it."""
    person, _, codes = protected(profiles)
    with profiles.store.transaction() as tx:
        tx.lock(Account, person.id).roles = [Role.ADMIN]
        tx.lock(SessionRow, person.caller.session_id).second_factor = False
    refreshed = refresh(profiles, person.session.refresh_token)
    assert claims_of(profiles, refreshed)["roles"] == []
    shown = log_in(profiles, person.email, code=codes[0])
    assert claims_of(profiles, shown)["roles"] == ["admin"]


# Keys that rotate


def test_secrets_are_sealed_anew_after_a_rotation(sqlite_databases: Databases) -> None:
    database, new = sqlite_databases.fresh("profiles"), new_key()
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


# What changes between the look at a secret and what it is shown for

UNDER_WAY: dict[str, dict[str, Any]] = {
    "change_email": {"change": ChangeEmail(email="later@example.org", password=PASSWORD)},
    "change_password": {"change": ChangePassword(current=PASSWORD, new=ANOTHER)},
    "erase_account": {"erasure": EraseAccount(password=PASSWORD)},
}


def meanwhile(
    monkeypatch: pytest.MonkeyPatch, do: Callable[[], object], after: str = "require_password"
) -> None:
    """Once, right after what the caller showed was found to be right."""
    check: Callable[..., Any] = getattr(Reauthentication, after)

    def check_and_do(self: Reauthentication, *shown: str | None) -> Any:
        checked = check(self, *shown)
        monkeypatch.undo()
        do()
        return checked

    monkeypatch.setattr(Reauthentication, after, check_and_do)


@pytest.mark.parametrize("method", [*UNDER_WAY, "begin_totp"])
def test_a_password_that_was_reset_meanwhile_changes_nothing_any_more(
    profiles: Talking, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = somebody_new(profiles)
    session = log_in(profiles, owner.email)
    thief = replace(owner, session=session, caller=caller_of(profiles, session))
    ask_for_reset(profiles, owner.email)
    link = owner.reset_link()
    meanwhile(monkeypatch, lambda: reset(profiles, link, "what the owner chose"))
    arguments = UNDER_WAY.get(method, {"begin": BeginTotp(password=PASSWORD)})
    with pytest.raises(WrongPassword):
        thief.asks(method, **arguments)
    assert log_in(profiles, owner.email, "what the owner chose")
    assert owner.me().pending_email is None


@pytest.mark.parametrize("method", ["remove_totp", "renew_recovery_codes"])
def test_a_code_beside_a_password_that_was_reset_meanwhile_is_not_enough(
    profiles: Talking, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, _, codes = protected(profiles)
    arguments: dict[str, dict[str, Any]] = {
        "remove_totp": {"remove": RemoveTotp(password=PASSWORD, code=codes[0])},
        "renew_recovery_codes": {"renew": RenewRecoveryCodes(password=PASSWORD, code=codes[0])},
    }
    ask_for_reset(profiles, owner.email)
    link = owner.reset_link()
    meanwhile(monkeypatch, lambda: reset(profiles, link))
    with pytest.raises(WrongPassword):
        owner.asks(method, **arguments[method])
    assert log_in(profiles, owner.email, ANOTHER, codes[1])


@pytest.mark.parametrize("method", UNDER_WAY)
def test_a_second_factor_that_was_set_up_meanwhile_is_asked_for(
    profiles: Talking, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = somebody(profiles)
    session = log_in(profiles, owner.email)
    thief = replace(owner, session=session, caller=caller_of(profiles, session))
    code = TOTP(begin(owner).secret).now()
    meanwhile(monkeypatch, lambda: confirm(owner, code), after="reauthenticate")
    with pytest.raises(SecondFactorRequired):
        thief.asks(method, **UNDER_WAY[method])
    assert owner.me().second_factor
    assert owner.me().pending_email is None
