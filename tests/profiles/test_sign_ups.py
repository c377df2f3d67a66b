"""Signing up: an account exists once its address is confirmed, and nothing reveals which exist."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import update

from chassis.context import Caller
from chassis.errors import Invalid
from chassis.maintenance.pruning import prune
from chassis.times import utc_now
from contracts.profiles.accounts import (
    AccountRegistered,
    AlreadyVerified,
    ChangePassword,
    EmailVerificationRequested,
    EmailVerified,
    KnownAddressSignedUp,
    LinkUsed,
    PasswordNeeded,
    PasswordResetRequested,
    PasswordTooCommon,
    RequestEmailVerification,
    Role,
    SignUpRole,
    TooManyTries,
    WrongPassword,
)
from contracts.profiles.privacy import EraseAccount
from contracts.profiles.sessions import Session, WrongCredentials
from services.profiles.accounts.accounts import Account
from services.profiles.accounts.link_tokens import MailLink, Purpose
from services.profiles.accounts.sign_ups import KEPT, PendingSignUp
from services.profiles.retention import RULES
from services.profiles.second_factors.second_factors import SecondFactor
from tests.profiles.builders import NOTHING_CHOSEN, NOW
from tests.profiles.resets import ANOTHER, ask_for_reset, reset
from tests.profiles.signing_in import (
    PASSWORD,
    an_address,
    ask_to_sign_up,
    caller_of,
    claims_of,
    follow,
    link_to,
    log_in,
    mails_to,
    sign_up,
)
from tests.support.agreements import AGREED, AGREED_TO
from tests.support.service_client import NOBODY, Talking, at_once

OWNERS = "the password of the owner"


def a_pending_sign_up() -> tuple[PendingSignUp, str]:
    return PendingSignUp.begin(
        "sam@example.org", "Sam", Role.CLIENT, NOTHING_CHOSEN, AGREED, "a hash", NOW
    )


def waiting_for(profiles: Talking, email: str) -> list[Any]:
    return [row for row in profiles.rows("sign_ups") if row.email == email]


def accounts_with(profiles: Talking, email: str) -> list[Any]:
    return [row for row in profiles.rows("accounts") if row.email == email]


def ask_again(profiles: Talking, email: str) -> None:
    request = RequestEmailVerification(email=email)
    profiles.asked_by(NOBODY).request_email_verification(request=request)


def an_account_from_before(profiles: Talking) -> Account:
    """One whose address was not confirmed when that was not needed to sign in."""
    account = sign_up(profiles, an_address())
    with profiles.store.transaction() as tx:
        tx.execute(update(Account).where(Account.id == account.id).values(verified_at=None))
        return tx.find(Account, account.id)


# The aggregate


def test_the_browser_that_signed_up_is_known_by_its_secret() -> None:
    sign_up, secret = a_pending_sign_up()
    assert sign_up.is_begun_with(secret)
    assert not sign_up.is_begun_with(None)
    assert not sign_up.is_begun_with("")
    assert not sign_up.is_begun_with(a_pending_sign_up()[1])
    assert secret not in str(vars(sign_up))


def test_a_confirmed_sign_up_becomes_the_account_under_its_own_id() -> None:
    sign_up, _ = a_pending_sign_up()
    account, *events = sign_up.confirm(NOW)
    assert (account.id, account.verified_at, account.password_hash) == (sign_up.id, NOW, "a hash")
    assert events == [
        AccountRegistered(
            account_id=sign_up.id, email="sam@example.org", display_name="Sam", role=Role.CLIENT
        ),
        EmailVerified(account_id=sign_up.id, email="sam@example.org"),
    ]


def test_a_sign_up_is_confirmed_with_another_password_where_one_is_given() -> None:
    sign_up, _ = a_pending_sign_up()
    account, *_ = sign_up.confirm(NOW, "another hash")
    assert account.password_hash == "another hash"


# Signing up


def test_an_account_exists_once_the_link_in_the_mail_is_followed(profiles: Talking) -> None:
    email = an_address()
    secret = ask_to_sign_up(profiles, email, role=SignUpRole.SPECIALIST)
    [waiting] = waiting_for(profiles, email)
    assert accounts_with(profiles, email) == []
    with pytest.raises(WrongCredentials):
        log_in(profiles, email)

    session = follow(profiles, link_to(profiles, email), sign_up=secret)
    assert session is not None
    claims = claims_of(profiles, session)
    assert (claims["sub"], claims["roles"]) == (str(waiting.id), ["specialist"])
    assert claims["verified"] is True
    assert [each.email for each in profiles.told(AccountRegistered, waiting.id)] == [email]
    assert profiles.told(EmailVerified, waiting.id) == [
        EmailVerified(account_id=waiting.id, email=email)
    ]
    assert log_in(profiles, email)
    assert waiting_for(profiles, email) == []


@pytest.mark.parametrize("role", ["editor", "marketing", "admin", "", None])
def test_only_clients_and_specialists_sign_up_as_such(profiles: Talking, role: str | None) -> None:
    wanted = {"email": an_address(), "password": PASSWORD, "display_name": "Sam", "role": role}
    with pytest.raises(Invalid) as refusal:
        profiles.asked_by(NOBODY).sign_up(sign_up={**wanted, "agreed_to": AGREED_TO})
    assert [each.field for each in refusal.value.errors] == ["sign_up.role"]


def test_a_repeated_call_signs_up_once_and_answers_the_same(profiles: Talking) -> None:
    email, key = an_address(), uuid4().hex
    first = ask_to_sign_up(profiles, email, key=key)
    assert ask_to_sign_up(profiles, email, key=key) == first
    assert (
        len(mails_to(profiles, email, EmailVerificationRequested))
        == len(waiting_for(profiles, email))
        == 1
    )


def test_the_owner_of_an_account_is_told_of_a_sign_up_with_their_address(
    profiles: Talking,
) -> None:
    account = sign_up(profiles, email := an_address())
    secret = ask_to_sign_up(profiles, email.upper(), OWNERS)
    assert profiles.told(KnownAddressSignedUp, account.id) == [
        KnownAddressSignedUp(account_id=account.id, email=email)
    ]
    assert len(mails_to(profiles, email, EmailVerificationRequested)) == 1  # of the first sign-up
    assert secret
    assert log_in(profiles, email)
    with pytest.raises(WrongCredentials):
        log_in(profiles, email, OWNERS)


def test_of_many_who_sign_up_with_one_address_at_once_one_gets_the_account(
    profiles: Talking,
) -> None:
    email = an_address()
    secrets = at_once([partial(ask_to_sign_up, profiles, email)] * 4)
    links = [each.token for each in mails_to(profiles, email, EmailVerificationRequested)]
    calls: list[Callable[[], Session | None]] = [
        partial(follow, profiles, link, sign_up=str(secret)) for link in links for secret in secrets
    ]
    outcomes = at_once(calls)
    assert len([each for each in outcomes if isinstance(each, Session)]) == 1, outcomes
    assert len(accounts_with(profiles, email)) == 1
    assert waiting_for(profiles, email) == []


def test_an_unknown_and_a_known_address_cost_the_same_work(
    profiles: Talking, monkeypatch: pytest.MonkeyPatch
) -> None:
    known, made = sign_up(profiles, an_address()).email, []
    token_of = MailLink.token

    def counted(link: MailLink, *of: Any) -> str:
        made.append(link.purpose)
        return token_of(link, *of)

    monkeypatch.setattr(MailLink, "token", counted)
    tables = ("sign_ups", "audit", "outbox")
    for ask in (ask_to_sign_up, ask_again):
        for email in (known, an_address()):
            before = [len(profiles.rows(table)) for table in tables], len(made)
            ask(profiles, email)
            after = [len(profiles.rows(table)) for table in tables]
            if ask is ask_to_sign_up:
                assert [b - a for a, b in zip(before[0], after, strict=True)] == [1, 1, 1]
            assert made[before[1] :] == [Purpose.VERIFICATION]


# The link proves the mailbox, not the password


def test_without_the_secret_the_owner_enters_the_password_of_the_sign_up(
    profiles: Talking,
) -> None:
    email = an_address()
    ask_to_sign_up(profiles, email)
    link = link_to(profiles, email)
    for shown in ({}, {"sign_up": "guessed"}, {"sign_up": a_pending_sign_up()[1]}):
        with pytest.raises(PasswordNeeded):
            follow(profiles, link, **shown)
    with pytest.raises(WrongPassword):
        follow(profiles, link, password="a wrong password")
    assert accounts_with(profiles, email) == []
    assert follow(profiles, link, password=PASSWORD)
    assert log_in(profiles, email)


def test_a_stranger_who_signed_up_with_an_address_gains_nothing_by_the_owners_click(
    profiles: Talking,
) -> None:
    email = an_address()
    secret = ask_to_sign_up(profiles, email, "the password of a stranger")
    link = link_to(profiles, email)
    with pytest.raises(PasswordNeeded):  # the owner's browser has no secret
        follow(profiles, link)
    session = follow(profiles, link, new_password=OWNERS)
    assert session is not None
    with pytest.raises(WrongCredentials):
        log_in(profiles, email, "the password of a stranger")
    with pytest.raises(AlreadyVerified):
        follow(profiles, link, sign_up=secret)
    assert log_in(profiles, email, OWNERS)


def test_somebody_elses_sign_up_with_the_address_changes_nothing_about_the_first(
    profiles: Talking,
) -> None:
    email = an_address()
    secret = ask_to_sign_up(profiles, email)
    link = link_to(profiles, email)
    strangers = ask_to_sign_up(profiles, email, "the password of a stranger")
    assert follow(profiles, link, sign_up=secret)
    assert log_in(profiles, email, PASSWORD)
    with pytest.raises(AlreadyVerified):
        follow(profiles, link_to(profiles, email), sign_up=strangers)


def test_a_new_password_at_the_link_is_held_against_the_same_rules(profiles: Talking) -> None:
    email = an_address()
    ask_to_sign_up(profiles, email)
    with pytest.raises(PasswordTooCommon):
        follow(profiles, link_to(profiles, email), new_password="Qwerty123456")


def test_passwords_are_not_guessed_at_the_link_either(profiles: Talking) -> None:
    email = an_address()
    ask_to_sign_up(profiles, email)
    link = link_to(profiles, email)
    for _ in range(5):
        with pytest.raises(WrongPassword):
            follow(profiles, link, password="a wrong password")
    with pytest.raises(TooManyTries):
        follow(profiles, link, password=PASSWORD)


def test_a_link_that_is_followed_twice_answers_kindly(profiles: Talking) -> None:
    email = an_address()
    secret = ask_to_sign_up(profiles, email)
    link = link_to(profiles, email)
    outcomes = at_once([partial(follow, profiles, link, sign_up=secret)] * 4)
    assert len([each for each in outcomes if isinstance(each, Session)]) == 1, outcomes
    assert len([each for each in outcomes if isinstance(each, AlreadyVerified)]) == 3, outcomes
    assert len(accounts_with(profiles, email)) == 1


# Sent again


def test_the_link_is_sent_again_for_whoever_asks_and_is_as_good(profiles: Talking) -> None:
    email = an_address()
    secret = ask_to_sign_up(profiles, email)
    ask_again(profiles, email.upper())
    assert len(mails_to(profiles, email, EmailVerificationRequested)) == 2
    assert follow(profiles, link_to(profiles, email), sign_up=secret)
    ask_again(profiles, email)
    assert len(mails_to(profiles, email, EmailVerificationRequested)) == 2
    assert len(mails_to(profiles, email, KnownAddressSignedUp)) == 1


def test_nothing_is_sent_to_an_address_that_did_not_sign_up(profiles: Talking) -> None:
    ask_again(profiles, email := an_address())
    ask_again(profiles, "no address at all")
    assert mails_to(profiles, email, EmailVerificationRequested) == []


def test_a_reset_confirms_a_sign_up_with_the_new_password(profiles: Talking) -> None:
    email = an_address()
    ask_to_sign_up(profiles, email)
    [waiting] = waiting_for(profiles, email)
    ask_for_reset(profiles, email)
    [asked] = mails_to(profiles, email, PasswordResetRequested)
    reset(profiles, asked.token)
    session = log_in(profiles, email, ANOTHER)
    assert claims_of(profiles, session)["verified"] is True
    assert caller_of(profiles, session).account_id == waiting.id
    with pytest.raises(WrongCredentials):
        log_in(profiles, email, PASSWORD)
    with pytest.raises(LinkUsed):
        reset(profiles, asked.token, "a third password altogether")


# Accounts from before


def test_another_password_voids_the_link_of_an_account_from_before(profiles: Talking) -> None:
    account = an_account_from_before(profiles)
    ask_again(profiles, account.email)
    link = link_to(profiles, account.email)
    change = ChangePassword(current=PASSWORD, new=ANOTHER)
    profiles.asked_by(Caller(account.id)).change_password(change=change)
    with pytest.raises(LinkUsed):
        follow(profiles, link, password=ANOTHER)
    ask_again(profiles, account.email)
    assert follow(profiles, link_to(profiles, account.email), password=ANOTHER)


def test_an_account_whose_address_is_not_confirmed_does_not_sign_in(profiles: Talking) -> None:
    account = an_account_from_before(profiles)
    with pytest.raises(WrongCredentials) as unconfirmed:
        log_in(profiles, account.email)
    with pytest.raises(WrongCredentials) as unknown:
        log_in(profiles, an_address())
    assert unconfirmed.value.to_wire() == unknown.value.to_wire()


def test_its_owner_confirms_it_with_the_password_or_a_new_one(profiles: Talking) -> None:
    for shown in ({"password": PASSWORD}, {"new_password": OWNERS}):
        account = an_account_from_before(profiles)
        ask_again(profiles, account.email)
        link = link_to(profiles, account.email)
        with pytest.raises(PasswordNeeded):
            follow(profiles, link, sign_up="anything")
        assert follow(profiles, link, **shown)
        assert log_in(profiles, account.email, *shown.values())
        with pytest.raises(AlreadyVerified):
            follow(profiles, link, **shown)


@pytest.mark.parametrize("by", ["reset", "a new password at the link"])
def test_what_a_stranger_set_up_before_the_address_was_confirmed_is_dropped(
    profiles: Talking, by: str
) -> None:
    account = an_account_from_before(profiles)
    with profiles.store.transaction() as tx:
        factor = SecondFactor.pending(account.id, "sealed")
        factor.confirmed_at = utc_now()
        tx.add(factor)
    if by == "reset":
        ask_for_reset(profiles, account.email)
        [asked] = mails_to(profiles, account.email, PasswordResetRequested)
        reset(profiles, asked.token)
    else:
        ask_again(profiles, account.email)
        follow(profiles, link_to(profiles, account.email), new_password=ANOTHER)
    assert log_in(profiles, account.email, ANOTHER)


# Not confirmed in time


def test_a_sign_up_that_is_not_confirmed_is_forgotten_after_a_week(profiles: Talking) -> None:
    email = an_address()
    ask_to_sign_up(profiles, email)
    for later, left in ((KEPT - timedelta(hours=1), 1), (KEPT + timedelta(hours=1), 0)):
        prune(profiles.store, RULES, utc_now() + later)
        assert len(waiting_for(profiles, email)) == left
    with pytest.raises(LinkUsed):
        follow(profiles, link_to(profiles, email))


def test_an_erased_account_leaves_no_sign_up_with_its_address(profiles: Talking) -> None:
    account = sign_up(profiles, email := an_address())
    ask_to_sign_up(profiles, email)
    assert len(waiting_for(profiles, email)) == 1
    erasure = EraseAccount(password=PASSWORD)
    profiles.asked_by(Caller(account.id)).erase_account(erasure=erasure)
    assert waiting_for(profiles, email) == []
