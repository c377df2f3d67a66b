"""What a mailbox gets when somebody signs up with it, or an account is to move to another one."""

from __future__ import annotations

from functools import partial
from typing import Any

from chassis.ids import new_id
from contracts.profiles.accounts import (
    EmailChangeRequested,
    EmailVerificationRequested,
    KnownAddressSignedUp,
)
from tests.notifications.builders import an_account
from tests.notifications.steps import mail_in, notices_of, rows_of
from tests.support.eventually import eventually
from tests.support.platform import URL
from tests.support.service_client import Talking


def mail_at(notifications: Talking, address: str) -> list[Any]:
    return [each for each in mail_in(notifications.house.mail) if each["To"] == address]


def test_the_link_of_a_sign_up_goes_out_before_there_is_an_account(notifications: Talking) -> None:
    address = f"{new_id()}@example.org"
    notifications.hears(
        EmailVerificationRequested(account_id=new_id(), email=address, token="t0ken")
    )
    [mail] = eventually(partial(mail_at, notifications, address))
    assert f"\n{URL}/verify-email?token=t0ken\n" in mail.get_content()
    assert mail.get_content().startswith("Hello,\n")


def test_no_words_of_a_stranger_stand_in_a_mail_to_an_address_that_is_not_confirmed(
    notifications: Talking,
) -> None:
    account = an_account("Your account is locked: https://evil.example")
    notifications.hears(account)
    notifications.hears(
        EmailVerificationRequested(account_id=account.account_id, email=account.email, token="t"),
        KnownAddressSignedUp(account_id=account.account_id, email=account.email),
    )
    mails = eventually(lambda: two(mail_at(notifications, account.email)))
    assert not [each for each in mails if "evil" in each.as_string()]


def test_the_owner_is_told_of_a_sign_up_with_their_address_by_mail_alone(
    notifications: Talking,
) -> None:
    account = an_account()
    notifications.hears(account)
    notifications.hears(KnownAddressSignedUp(account_id=account.account_id, email=account.email))
    [mail] = eventually(partial(mail_at, notifications, account.email))
    assert "already have an account" in mail["Subject"]
    assert "?token=" not in mail.get_content()
    assert notices_of(notifications, account.account_id) == []


def test_a_change_of_address_sends_the_link_there_and_tells_the_present_one_how_to_stop_it(
    notifications: Talking,
) -> None:
    account, new = an_account(), f"{new_id()}@example.org"
    notifications.hears(account)
    notifications.hears(
        EmailChangeRequested(
            account_id=account.account_id,
            email=new,
            present_email=account.email,
            token="go",
            stop_token="stop",
        )
    )
    [link] = eventually(partial(mail_at, notifications, new))
    [stop] = eventually(partial(mail_at, notifications, account.email))
    assert f"\n{URL}/verify-email?token=go\n" in link.get_content()
    assert f"\n{URL}/stop-email-change?token=stop\n" in stop.get_content()
    assert "token=go" not in stop.get_content()
    assert new not in stop.get_content()
    eventually(lambda: [row.text for row in rows_of(notifications, account)] == ["", ""])


def two(found: list[Any]) -> list[Any]:
    return found if len(found) == 2 else []
