"""Proving and changing an e-mail address; changing and resetting a password."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import argon2
import pytest

from chassis.errors import Unauthenticated
from chassis.idempotency import answering_nobody
from chassis.ids import new_id
from chassis.sealing import Seal
from chassis.times import utc_now
from contracts.profiles.accounts import (
    AlreadyVerified,
    ChangeEmail,
    ChangePassword,
    EmailChanged,
    EmailTaken,
    EmailVerificationRequested,
    EmailVerified,
    LinkExpired,
    LinkInvalid,
    LinkUsed,
    PasswordChanged,
    PasswordResetRequested,
    PasswordTooCommon,
    RequestPasswordReset,
    ResetPassword,
    WrongPassword,
)
from contracts.profiles.sessions import BadRefreshToken, WrongCredentials
from services.profiles.accounts import passwords
from services.profiles.accounts.accounts import Account
from services.profiles.accounts.common_passwords import is_common
from services.profiles.accounts.links import LIFETIMES, Link, Purpose, followed
from tests.profiles.signing_in import (
    PASSWORD,
    Person,
    an_address,
    claims_of,
    log_in,
    refresh,
    sign_up,
    somebody,
    verify,
)
from tests.talking import NOBODY, Talking, at_once
from tests.tokens import SEAL_KEYS

ANOTHER = "another password altogether"
SEAL = Seal(SEAL_KEYS, "links")
NOW = utc_now()


def ask_for_reset(profiles: Talking, email: str) -> None:
    wanted = RequestPasswordReset(email=email)
    profiles.asked_by(NOBODY).request_password_reset(request=wanted)


def reset(profiles: Talking, token: str, password: str = ANOTHER) -> None:
    wanted = ResetPassword(token=token, password=password)
    profiles.asked_by(NOBODY).reset_password(reset=wanted)


def change_email(person: Person, email: str, password: str = PASSWORD) -> None:
    person.asks("change_email", change=ChangeEmail(email=email, password=password))


def change_password(person: Person, current: str = PASSWORD, new: str = ANOTHER) -> None:
    person.asks("change_password", change=ChangePassword(current=current, new=new))


# Links


def a_link(purpose: Purpose = Purpose.VERIFICATION) -> Link:
    return Link(purpose, new_id(), "sam@example.org", "a state")


@pytest.mark.parametrize("purpose", Purpose)
def test_a_link_is_followed_until_its_time_is_over(purpose: Purpose) -> None:
    link = a_link(purpose)
    token = link.token(SEAL, NOW)
    almost = NOW + LIFETIMES[purpose] - timedelta(seconds=2)
    assert followed(token, SEAL, almost, purpose) == link
    with pytest.raises(LinkExpired):
        followed(token, SEAL, NOW + LIFETIMES[purpose], purpose)


def test_a_link_is_good_for_its_purpose_alone() -> None:
    token = a_link(Purpose.VERIFICATION).token(SEAL, NOW)
    with pytest.raises(LinkInvalid):
        followed(token, SEAL, NOW, Purpose.PASSWORD_RESET)
    with pytest.raises(LinkInvalid):  # nor does its age tell what it was
        followed(token, SEAL, NOW + timedelta(days=365), Purpose.PASSWORD_RESET)


def test_a_link_shows_nothing_of_what_it_is_for() -> None:
    assert "sam" not in a_link().token(SEAL, NOW)


@pytest.mark.parametrize("token", ["", "x", "é", "x" * 2000, "gAAAAA"])
def test_what_is_no_link_is_refused(profiles: Talking, token: str) -> None:
    with pytest.raises(LinkInvalid):
        verify(profiles, token)
    with pytest.raises(LinkInvalid):
        reset(profiles, token)


def test_a_link_of_an_account_that_is_gone_was_good_once(profiles: Talking) -> None:
    with pytest.raises(LinkUsed):
        verify(profiles, a_link().token(SEAL, utc_now()))


# Proving an address


def test_who_signs_up_is_sent_a_link_that_proves_their_address(profiles: Talking) -> None:
    person = somebody(profiles)
    [asked] = person.told(EmailVerificationRequested)
    assert asked.email == person.email
    assert not person.me().verified

    person.verify()
    assert person.me().verified
    assert person.told(EmailVerified) == [EmailVerified(account_id=person.id, email=person.email)]
    assert claims_of(profiles, log_in(profiles, person.email))["verified"] is True
    assert person.audited() == ["email_verified"]


def test_a_link_is_followed_once(profiles: Talking) -> None:
    person = somebody(profiles)
    outcomes = at_once([partial(verify, profiles, person.link())] * 4)
    assert sorted(map(type, outcomes), key=str) == sorted(
        [type(None), LinkUsed, LinkUsed, LinkUsed], key=str
    ), outcomes
    assert len(person.told(EmailVerified)) == 1


def test_a_link_may_be_sent_again_until_the_address_is_proven(profiles: Talking) -> None:
    person = somebody(profiles)
    person.asks("request_email_verification")
    assert len(person.told(EmailVerificationRequested)) == 2
    person.verify()
    with pytest.raises(AlreadyVerified):
        person.asks("request_email_verification")
    with pytest.raises(Unauthenticated):
        profiles.asked_by(NOBODY).request_email_verification()


# Changing it


def test_an_address_changes_when_the_link_that_was_sent_there_is_followed(
    profiles: Talking,
) -> None:
    person, address = somebody(profiles), an_address()
    change_email(person, address.upper())
    assert person.told(EmailVerificationRequested)[-1].email == address
    assert person.me().email == person.email

    person.verify()
    assert person.me().email == address
    assert person.me().verified
    assert person.told(EmailChanged) == [
        EmailChanged(account_id=person.id, version=1, email=address, previous_email=person.email)
    ]
    assert log_in(profiles, address)
    with pytest.raises(WrongCredentials):
        log_in(profiles, person.email)
    assert "email_changed" in person.audited()


def test_of_two_changes_one_takes_effect(profiles: Talking) -> None:
    person = somebody(profiles)
    change_email(person, an_address())
    first = person.link()
    change_email(person, an_address())
    person.verify()
    with pytest.raises(LinkUsed):
        verify(profiles, first)


def test_nobody_takes_an_address_that_somebody_has(profiles: Talking) -> None:
    person, taken = somebody(profiles), an_address()
    change_email(person, taken)
    sign_up(profiles, taken)
    with pytest.raises(EmailTaken):
        person.verify()
    assert person.me().email == person.email


def test_changing_the_address_takes_the_password(profiles: Talking) -> None:
    person = somebody(profiles)
    with pytest.raises(WrongPassword):
        change_email(person, an_address(), "a wrong password")
    assert len(person.told(EmailVerificationRequested)) == 1


# Changing the password


def test_a_changed_password_logs_in_and_the_former_does_not(profiles: Talking) -> None:
    person = somebody(profiles)
    elsewhere = log_in(profiles, person.email)
    change_password(person)
    assert log_in(profiles, person.email, ANOTHER)
    with pytest.raises(WrongCredentials):
        log_in(profiles, person.email)
    with pytest.raises(BadRefreshToken):
        refresh(profiles, elsewhere.refresh_token)
    assert refresh(profiles, person.session.refresh_token)
    assert person.told(PasswordChanged) == [PasswordChanged(account_id=person.id)]


def test_changing_the_password_takes_the_current_one(profiles: Talking) -> None:
    person = somebody(profiles)
    with pytest.raises(WrongPassword):
        change_password(person, current="a wrong password")
    assert person.told(PasswordChanged) == []


# Resetting it


def test_a_link_resets_the_password_and_ends_every_session(profiles: Talking) -> None:
    person = somebody(profiles)
    ask_for_reset(profiles, person.email.upper())
    reset(profiles, person.reset_link())
    assert log_in(profiles, person.email, ANOTHER)
    with pytest.raises(BadRefreshToken):
        refresh(profiles, person.session.refresh_token)
    assert person.told(PasswordChanged) == [PasswordChanged(account_id=person.id)]
    assert person.audited() == ["password_reset_requested", "password_reset"]


def test_of_all_reset_links_one_is_used_once(profiles: Talking) -> None:
    person = somebody(profiles)
    for _ in range(2):
        ask_for_reset(profiles, person.email)
    [first, second] = [each.token for each in person.told(PasswordResetRequested)]
    outcomes = at_once([partial(reset, profiles, token) for token in (first, second, first)])
    assert len([each for each in outcomes if each is None]) == 1, outcomes
    assert len([each for each in outcomes if isinstance(each, LinkUsed)]) == 2, outcomes


def test_a_reset_link_is_void_once_the_password_or_the_address_changed(profiles: Talking) -> None:
    person = somebody(profiles)
    ask_for_reset(profiles, person.email)
    change_password(person)
    with pytest.raises(LinkUsed):
        reset(profiles, person.reset_link(), PASSWORD)
    ask_for_reset(profiles, person.email)
    change_email(person, an_address(), ANOTHER)
    person.verify()
    with pytest.raises(LinkUsed):
        reset(profiles, person.reset_link(), PASSWORD)


def test_a_verification_link_resets_no_password_nor_the_other_way_round(
    profiles: Talking,
) -> None:
    person = somebody(profiles)
    ask_for_reset(profiles, person.email)
    with pytest.raises(LinkInvalid):
        reset(profiles, person.link())
    with pytest.raises(LinkInvalid):
        verify(profiles, person.reset_link())


def test_an_unknown_address_costs_the_same_work_and_tells_nobody(
    profiles: Talking, monkeypatch: pytest.MonkeyPatch
) -> None:
    person, made = somebody(profiles), []
    token_of = Link.token

    def counted(link: Link, *of: Any) -> str:
        made.append(link.purpose)
        return token_of(link, *of)

    monkeypatch.setattr(Link, "token", counted)
    for email in (person.email, an_address()):
        entries, before = len(profiles.rows("audit")), len(made)
        ask_for_reset(profiles, email)
        assert made[before:] == [Purpose.PASSWORD_RESET]
        assert len(profiles.rows("audit")) == entries + 1
    assert len(person.told(PasswordResetRequested)) == 1


# Which passwords


@pytest.mark.parametrize("password", ["123456789qwe", "Qwerty123456", "IseeDeadPeople"])
def test_a_password_that_is_tried_first_is_refused_everywhere(
    profiles: Talking, password: str
) -> None:
    with pytest.raises(PasswordTooCommon):
        sign_up(profiles, an_address(), password)
    person = somebody(profiles)
    with pytest.raises(PasswordTooCommon):
        change_password(person, new=password)
    ask_for_reset(profiles, person.email)
    with pytest.raises(PasswordTooCommon):
        reset(profiles, person.reset_link(), password)
    assert log_in(profiles, person.email)


@pytest.mark.parametrize(
    "password", [PASSWORD, "aaaaaaaaaaaab", "только буквы и пробелы", "12 digits 34"]
)
def test_nothing_else_is_asked_of_a_password(password: str) -> None:
    assert not is_common(password)


def test_a_password_changed_meanwhile_no_longer_logs_in(
    profiles: Talking, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look at the password and the new session lies a hash: a tenth of a second."""
    person = somebody(profiles)

    def another_hash(account_id: UUID) -> None:
        with answering_nobody(), profiles.store.transaction() as tx:
            tx.lock(Account, account_id).password_hash = argon2.PasswordHasher().hash(ANOTHER)

    verified = passwords._verify

    def verify_then_change(password_hash: str, password: str) -> bool:
        right = verified(password_hash, password)
        another_hash(person.id)
        return right

    monkeypatch.setattr("eventlet.tpool.execute", lambda work, *args: work(*args))
    monkeypatch.setattr(passwords, "_verify", verify_then_change)
    with pytest.raises(WrongCredentials):
        log_in(profiles, person.email)
