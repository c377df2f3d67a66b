"""What a mailbox gets when somebody signs up with it, or an account is to move to another one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from chassis.ids import new_id
from chassis.times import utc_now
from contracts.half_hours import HeldHalfHour
from contracts.profiles.accounts import (
    EmailChangeRequested,
    EmailVerificationRequested,
    KnownAddressSignedUp,
)
from services.notifications.readers import Reader
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


HELD_UNTIL = utc_now() + timedelta(minutes=15)
HALF_HOUR = HeldHalfHour(
    specialist_id=new_id(),
    starts_at=datetime(2030, 1, 7, 9, 0, tzinfo=UTC),
    held_until=HELD_UNTIL,
    time_zone="Europe/Berlin",
)


def test_the_mail_names_the_half_hour_that_is_held_in_the_zone_of_who_signs_up(
    notifications: Talking,
) -> None:
    address = f"{new_id()}@example.org"
    notifications.hears(
        EmailVerificationRequested(
            account_id=new_id(),
            email=address,
            token="t",
            time_zone="Europe/Lisbon",
            half_hour=HALF_HOUR,
        )
    )
    [mail] = eventually(partial(mail_at, notifications, address))
    until = Reader(account_id=new_id(), time_zone="Europe/Lisbon").when(HELD_UNTIL, "UTC")
    text = " ".join(mail.get_content().split())
    assert "Monday, 7 January 2030 at 09:00 (Western European Standard Time)" in text
    assert f"keep it for you until {until}" in text


def test_the_owners_mail_says_to_sign_in_to_take_the_half_hour(notifications: Talking) -> None:
    account = an_account()
    notifications.hears(account)
    about: dict[str, Any] = {"account_id": account.account_id, "email": account.email}
    notifications.hears(KnownAddressSignedUp(**about, half_hour=HALF_HOUR))
    [mail] = eventually(partial(mail_at, notifications, account.email))
    text = " ".join(mail.get_content().split())
    assert "sign in to take this half hour" in text
    assert "Monday, 7 January 2030 at 10:00" in text


def test_a_half_hour_that_is_not_held_any_more_is_not_named(notifications: Talking) -> None:
    account, address = an_account(), f"{new_id()}@example.org"
    over = replace(HALF_HOUR, held_until=utc_now())
    notifications.hears(account)
    notifications.hears(
        EmailVerificationRequested(account_id=new_id(), email=address, token="t", half_hour=over),
        KnownAddressSignedUp(account_id=account.account_id, email=account.email, half_hour=over),
    )
    for each in (address, account.email):
        [mail] = eventually(partial(mail_at, notifications, each))
        assert "half hour" not in mail.get_content()


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
