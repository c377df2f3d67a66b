"""Changing an e-mail address; changing and resetting a password."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import argon2
import pytest

from chassis.idempotency.keys import outside_call
from chassis.ids import new_id
from chassis.sealing import Seal
from chassis.times import utc_now
from contracts.profiles.accounts import (
    ChangeEmail,
    ChangePassword,
    EmailChanged,
    EmailChangeDone,
    EmailChangeRequested,
    EmailTaken,
    LinkExpired,
    LinkInvalid,
    LinkUsed,
    PasswordChanged,
    PasswordResetRequested,
    PasswordTooCommon,
    StopEmailChange,
    WrongPassword,
)
from contracts.profiles.sessions import BadRefreshToken, WrongCredentials
from services.profiles.accounts import passwords
from services.profiles.accounts.accounts import Account
from services.profiles.accounts.common_passwords import is_common
from services.profiles.accounts.link_tokens import LIFETIMES, MailLink, Purpose, open_link
from services.profiles.accounts.queries import prune_email_changes
from tests.profiles.resets import ANOTHER, ask_for_reset, reset
from tests.profiles.signing_in import (
    PASSWORD,
    Person,
    an_address,
    ask_to_sign_up,
    follow,
    link_to,
    log_in,
    refresh,
    sign_up,
    somebody,
)
from tests.support.service_client import NOBODY, Talking, at_once
from tests.support.tokens import SEAL_KEYS

SEAL = Seal(SEAL_KEYS, "links")
NOW = utc_now()


def change_email(person: Person, email: str, password: str = PASSWORD) -> None:
    person.asks("change_email", change=ChangeEmail(email=email, password=password))


def stop_email_change(profiles: Talking, token: str) -> None:
    profiles.asked_by(NOBODY).stop_email_change(stop=StopEmailChange(token=token))


def change_password(person: Person, current: str = PASSWORD, new: str = ANOTHER) -> None:
    person.asks("change_password", change=ChangePassword(current=current, new=new))


# Links


def a_link(purpose: Purpose = Purpose.VERIFICATION) -> MailLink:
    return MailLink(purpose, new_id(), "sam@example.org", "a state")


@pytest.mark.parametrize("purpose", Purpose)
def test_a_link_is_followed_until_its_time_is_over(purpose: Purpose) -> None:
    link = a_link(purpose)
    token = link.token(SEAL, NOW)
    almost = NOW + LIFETIMES[purpose] - timedelta(seconds=2)
    assert open_link(token, SEAL, almost, purpose) == link
    with pytest.raises(LinkExpired):
        open_link(token, SEAL, NOW + LIFETIMES[purpose], purpose)


def test_a_link_is_good_for_its_purpose_alone() -> None:
    token = a_link(Purpose.VERIFICATION).token(SEAL, NOW)
    with pytest.raises(LinkInvalid):
        open_link(token, SEAL, NOW, Purpose.PASSWORD_RESET)
    with pytest.raises(LinkInvalid):  # nor does its age tell what it was
        open_link(token, SEAL, NOW + timedelta(days=365), Purpose.PASSWORD_RESET)


def test_a_link_shows_nothing_of_what_it_is_for() -> None:
    assert "sam" not in a_link().token(SEAL, NOW)


@pytest.mark.parametrize("token", ["", "x", "é", "x" * 2000, "gAAAAA"])
def test_what_is_no_link_is_refused(profiles: Talking, token: str) -> None:
    with pytest.raises(LinkInvalid):
        follow(profiles, token)
    with pytest.raises(LinkInvalid):
        stop_email_change(profiles, token)
    with pytest.raises(LinkInvalid):
        reset(profiles, token)


def test_a_link_of_an_account_that_is_gone_was_good_once(profiles: Talking) -> None:
    with pytest.raises(LinkUsed):
        follow(profiles, a_link().token(SEAL, utc_now()))


# Changing an address


def test_an_address_changes_when_the_link_that_was_sent_there_is_followed(
    profiles: Talking,
) -> None:
    person, address = somebody(profiles), an_address()
    change_email(person, address.upper())
    assert (person.me().email, person.me().pending_email) == (person.email, address)

    assert follow(profiles, person.change_link()) is None  # it signs nobody in
    assert (person.me().email, person.me().pending_email) == (address, None)
    assert person.told(EmailChanged) == [
        EmailChanged(account_id=person.id, version=1, email=address, previous_email=person.email)
    ]
    assert log_in(profiles, address)
    with pytest.raises(WrongCredentials):
        log_in(profiles, person.email)
    assert "email_changed" in person.audited()


def test_the_present_address_is_told_when_a_change_is_asked_for(profiles: Talking) -> None:
    person, address = somebody(profiles), an_address()
    change_email(person, address)
    [asked] = person.told(EmailChangeRequested)
    assert (asked.email, asked.present_email) == (address, person.email)
    assert asked.token != asked.stop_token
    assert "email_change_requested" in person.audited()


@pytest.mark.parametrize("by", ["the link in the mail to the present address", "the owner"])
def test_a_change_can_be_stopped(profiles: Talking, by: str) -> None:
    person = somebody(profiles)
    change_email(person, an_address())
    for _ in range(2):  # again changes nothing
        if by == "the owner":
            person.asks("stop_my_email_change")
        else:
            stop_email_change(profiles, person.told(EmailChangeRequested)[-1].stop_token)
    assert person.me().pending_email is None
    with pytest.raises(LinkUsed):
        follow(profiles, person.change_link())
    assert person.me().email == person.email
    assert "email_change_stopped" in person.audited()


def test_a_change_that_was_made_can_not_be_stopped_any_more(profiles: Talking) -> None:
    person = somebody(profiles)
    change_email(person, an_address())
    follow(profiles, person.change_link())
    with pytest.raises(EmailChangeDone):
        stop_email_change(profiles, person.told(EmailChangeRequested)[-1].stop_token)


def test_who_stops_a_change_that_another_one_followed_is_not_told_that_it_is_off(
    profiles: Talking,
) -> None:
    person = somebody(profiles)
    for _ in range(2):
        change_email(person, an_address())
        follow(profiles, person.change_link())
    [first, _] = person.told(EmailChangeRequested)
    with pytest.raises(LinkUsed):
        stop_email_change(profiles, first.stop_token)


def test_another_password_voids_the_link_that_stops_a_change(profiles: Talking) -> None:
    person, address = somebody(profiles), an_address()
    change_email(person, address)
    change_password(person)
    change_email(person, address, ANOTHER)
    [before, _] = person.told(EmailChangeRequested)
    with pytest.raises(LinkUsed):
        stop_email_change(profiles, before.stop_token)
    assert person.me().pending_email == address


def test_the_link_of_a_change_that_is_followed_twice_changes_it_once(profiles: Talking) -> None:
    person = somebody(profiles)
    change_email(person, an_address())
    assert at_once([partial(follow, profiles, person.change_link())] * 4) == [None] * 4
    assert len(person.told(EmailChanged)) == 1


def test_of_two_changes_the_last_takes_effect(profiles: Talking) -> None:
    person = somebody(profiles)
    change_email(person, an_address())
    first = person.change_link()
    change_email(person, last := an_address())
    with pytest.raises(LinkUsed):
        follow(profiles, first)
    follow(profiles, person.change_link())
    assert person.me().email == last


@pytest.mark.parametrize("by", ["change", "reset"])
def test_another_password_voids_a_change_of_address_that_waits(profiles: Talking, by: str) -> None:
    """Who once knew the password asked for it; the owner found out, and chose another one."""
    person = somebody(profiles)
    change_email(person, an_address())
    if by == "change":
        change_password(person)
    else:
        ask_for_reset(profiles, person.email)
        reset(profiles, person.reset_link())
    with pytest.raises(LinkUsed):
        follow(profiles, person.change_link())
    assert (person.me().email, person.me().pending_email) == (person.email, None)


def test_a_change_that_was_not_confirmed_in_time_waits_no_more(profiles: Talking) -> None:
    person = somebody(profiles)
    change_email(person, an_address())
    with profiles.store.transaction() as tx:
        prune_email_changes(
            tx, utc_now() + LIFETIMES[Purpose.CHANGE_OF_EMAIL] + timedelta(minutes=1)
        )
    assert person.me().pending_email is None


def test_an_address_that_has_an_account_is_not_taken_over(profiles: Talking) -> None:
    person, taken = somebody(profiles), an_address()
    change_email(person, taken)
    sign_up(profiles, taken)
    with pytest.raises(EmailTaken):
        follow(profiles, person.change_link())
    assert person.me().email == person.email


def test_changing_the_address_takes_the_password(profiles: Talking) -> None:
    person = somebody(profiles)
    with pytest.raises(WrongPassword):
        change_email(person, an_address(), "a wrong password")
    assert person.told(EmailChangeRequested) == []


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
    assert person.audited()[-2:] == ["password_reset_requested", "password_reset"]
    assert log_in(profiles, person.email, ANOTHER)
    with pytest.raises(BadRefreshToken):
        refresh(profiles, person.session.refresh_token)
    assert person.told(PasswordChanged) == [PasswordChanged(account_id=person.id)]


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
    follow(profiles, person.change_link())
    with pytest.raises(LinkUsed):
        reset(profiles, person.reset_link(), PASSWORD)


def test_a_link_is_followed_for_its_own_purpose_alone(profiles: Talking) -> None:
    person = somebody(profiles)
    ask_for_reset(profiles, person.email)
    change_email(person, an_address())
    [asked] = person.told(EmailChangeRequested)
    links = {
        "verification": link_to(profiles, person.email),
        "change": asked.token,
        "stop": asked.stop_token,
        "reset": person.reset_link(),
    }
    for name in ("verification", "change", "stop"):
        with pytest.raises(LinkInvalid):
            reset(profiles, links[name])
    for name in ("stop", "reset"):
        with pytest.raises(LinkInvalid):
            follow(profiles, links[name])
    for name in ("verification", "change", "reset"):
        with pytest.raises(LinkInvalid):
            stop_email_change(profiles, links[name])


def test_an_unknown_address_costs_the_same_work_and_tells_nobody(
    profiles: Talking, monkeypatch: pytest.MonkeyPatch
) -> None:
    person, made = somebody(profiles), []
    token_of = MailLink.token

    def counted(link: MailLink, *of: Any) -> str:
        made.append(link.purpose)
        return token_of(link, *of)

    monkeypatch.setattr(MailLink, "token", counted)
    for email in (person.email, an_address()):
        entries, before = len(profiles.rows("audit")), len(made)
        ask_for_reset(profiles, email)
        assert made[before:] == [Purpose.PASSWORD_RESET]
        assert len(profiles.rows("audit")) == entries + 1
    assert len(person.told(PasswordResetRequested)) == 1


# Which passwords


@pytest.mark.parametrize(
    "password", ["123456789qwe", "Qwerty123456", "passwordpassword", "firststep1234"]
)
def test_a_password_that_is_tried_first_is_refused_everywhere(
    profiles: Talking, password: str
) -> None:
    with pytest.raises(PasswordTooCommon):
        ask_to_sign_up(profiles, an_address(), password)
    person = somebody(profiles)
    with pytest.raises(PasswordTooCommon):
        change_password(person, new=password)
    ask_for_reset(profiles, person.email)
    with pytest.raises(PasswordTooCommon):
        reset(profiles, person.reset_link(), password)
    assert log_in(profiles, person.email)


@pytest.mark.parametrize(
    "password", [PASSWORD, "lowercaseletterstoo", "только буквы и пробелы", "12 digits 34"]
)
def test_nothing_else_is_asked_of_a_password(password: str) -> None:
    assert not is_common(password)


def test_a_password_changed_meanwhile_no_longer_logs_in(
    profiles: Talking, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look at the password and the new session lies a hash: a tenth of a second."""
    person = somebody(profiles)

    def another_hash(account_id: UUID) -> None:
        with outside_call(), profiles.store.transaction() as tx:
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
