"""What people are told about their accounts, licences and consultations, and where it goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete

from chassis.events import Event
from chassis.ids import new_id
from contracts.booking.consultations import ConsultationCancelled, ConsultationsAtRisk, Party
from contracts.profiles.accounts import (
    AccountRegistered,
    AccountRestored,
    AccountSuspended,
    EmailChanged,
    EmailVerificationRequested,
    PasswordChanged,
    PasswordResetRequested,
    Role,
    RolesChanged,
)
from contracts.profiles.licences import (
    LicenceDeclined,
    LicenceExpired,
    LicenceExpiring,
    SpecialistVerified,
)
from contracts.profiles.preferences import Language
from contracts.profiles.right_to_practise import Standing
from contracts.profiles.second_factors import (
    RecoveryCodesRenewed,
    SecondFactorAdded,
    SecondFactorRemoved,
    WrongCodesEntered,
)
from contracts.profiles.sessions import SignedOutByOperator
from services.notifications.accounts.recipients import Recipient
from services.notifications.mails.mails import ATTEMPTS
from tests.notifications.builders import IN_BERLIN, NOW, ON_MONDAY, a_mail, an_account
from tests.notifications.steps import mail_in, mail_to, notices_of, rows_of
from tests.support.eventually import eventually
from tests.support.platform import URL
from tests.support.service_client import Talking

EXPIRES_ON = date(2026, 4, 1)
TOKEN = "a-token/that+is=good once"
QUOTED = "a-token%2Fthat%2Bis%3Dgood%20once"


def mail_at(notifications: Talking, address: str) -> list[Any]:
    return [each for each in mail_in(notifications.house.mail) if each["To"] == address]


# SiteUrls that are good once

LINKS: list[tuple[Callable[..., Event], str]] = [
    (EmailVerificationRequested, f"{URL}/verify-email?token={QUOTED}"),
    (PasswordResetRequested, f"{URL}/reset-password?token={QUOTED}"),
]
EACH_LINK = pytest.mark.parametrize(
    ("event", "link"), LINKS, ids=[each.__name__ for each, _ in LINKS]
)


@EACH_LINK
def test_a_link_goes_to_the_address_in_the_event_and_is_no_notice(
    notifications: Talking, event: Callable[..., Event], link: str
) -> None:
    account, elsewhere = an_account(), f"{new_id()}@example.org"
    notifications.hears(account)
    notifications.hears(event(account_id=account.account_id, email=elsewhere, token=TOKEN))
    [mail] = eventually(partial(mail_at, notifications, elsewhere))
    assert f"\n{link}\n" in mail.get_content()
    assert mail_to(notifications, account) == []
    assert notices_of(notifications, account.account_id) == []


@EACH_LINK
def test_a_link_is_not_kept_once_it_was_sent(
    notifications: Talking, event: Callable[..., Event], link: str
) -> None:
    account = an_account()
    notifications.hears(account)
    notifications.hears(event(account_id=account.account_id, email=account.email, token=TOKEN))
    eventually(lambda: [row.status for row in rows_of(notifications, account)] == ["sent"])
    [row] = rows_of(notifications, account)
    assert (row.text, row.good_once) == ("", True)
    for table in notifications.store.base.metadata.tables:
        assert QUOTED not in str(notifications.rows(table)), table
        assert TOKEN not in str(notifications.rows(table)), table


def test_a_link_needs_no_known_recipient_and_greets_without_a_name(notifications: Talking) -> None:
    """A stranger may have signed up with the address, and chosen the name."""
    account = an_account("Your account is locked: https://evil.example")
    request = EmailVerificationRequested(
        account_id=account.account_id, email=account.email, token=TOKEN
    )
    notifications.hears(request)
    [mail] = eventually(partial(mail_to, notifications, account))
    assert mail.get_content().startswith("Hello,\n\n")

    notifications.hears(account, request)
    eventually(lambda: len(mail_to(notifications, account)) == 2)
    assert all("evil" not in each.get_content() for each in mail_to(notifications, account))


def test_a_sign_up_is_mailed_in_the_language_that_it_was_made_in(notifications: Talking) -> None:
    account = an_account()
    notifications.hears(
        EmailVerificationRequested(
            account_id=account.account_id,
            email=account.email,
            token=TOKEN,
            language=Language.DE,
        )
    )
    [mail] = eventually(partial(mail_to, notifications, account))
    assert mail["Subject"] == "Bitte bestätigen Sie Ihre E-Mail-Adresse"
    assert mail.get_content().startswith("Guten Tag,\n\nSie haben sich")
    assert f"\n{URL}/de/verify-email?token={QUOTED}\n" in mail.get_content()


def test_a_link_that_can_not_be_sent_is_not_kept_either() -> None:
    mail = a_mail("Your password", f"Open {URL}", NOW, "a@example.org", good_once=True)
    for _ in range(ATTEMPTS):
        assert mail.text
        mail.not_sent("no such mailbox", NOW)
    assert mail.text == ""


def test_other_mails_keep_their_text() -> None:
    mail = a_mail("Your appointment", "It is booked.", NOW)
    mail.sent(NOW)
    assert mail.text == "It is booked."


def test_a_link_under_way_is_not_shown_in_an_export() -> None:
    mail = a_mail("Your password", f"Open {URL}", NOW, "a@example.org", good_once=True)
    assert mail.to_resource({}).text == ""


# Accounts


def test_another_password_is_told(notifications: Talking) -> None:
    account = an_account()
    notifications.hears(account, PasswordChanged(account_id=account.account_id))
    [notice] = notices_of(notifications, account.account_id)
    assert notice.kind == "password_changed"
    [mail] = eventually(partial(mail_to, notifications, account))
    assert notice.text in mail.get_content()


ABOUT_SIGNING_IN: list[tuple[type[Event], str, str]] = [
    (SecondFactorAdded, "second_factor_added", "reset your password"),
    (SecondFactorRemoved, "second_factor_removed", "reset your password"),
    (RecoveryCodesRenewed, "recovery_codes_renewed", "reset your password"),
    (WrongCodesEntered, "wrong_codes_entered", "reset it now"),
    (AccountSuspended, "account_suspended", "write to us"),
    (AccountRestored, "account_restored", "log in again"),
    (SignedOutByOperator, "signed_out", "log in again"),
]


@pytest.mark.parametrize(
    ("event", "kind", "says"), ABOUT_SIGNING_IN, ids=[each[1] for each in ABOUT_SIGNING_IN]
)
def test_what_changes_how_one_signs_in_is_told_in_a_neutral_mail(
    notifications: Talking, event: Callable[..., Event], kind: str, says: str
) -> None:
    account = an_account()
    notifications.hears(account, event(account_id=account.account_id))
    [notice] = notices_of(notifications, account.account_id)
    assert (notice.kind, notice.about) == (kind, account.account_id)
    [mail] = eventually(partial(mail_to, notifications, account))
    assert says in mail.get_content().replace("\n", " ")
    assert mail["Subject"] in ("Logging in to your account", "Your account")


def test_other_roles_are_told_and_named(notifications: Talking) -> None:
    account = an_account()
    notifications.hears(account, roles(account, 2, Role.CLIENT, Role.EDITOR))
    [mail] = eventually(partial(mail_to, notifications, account))
    assert "client, editor." in mail.get_content()
    assert mail["Subject"] == "Your account"


def test_another_address_is_told_at_the_one_before_and_used_from_then_on(
    notifications: Talking,
) -> None:
    account, after = an_account(), f"{new_id()}@example.org"
    id = account.account_id
    notifications.hears(account)
    notifications.hears(
        EmailChanged(account_id=id, version=2, email=after, previous_email=account.email)
    )
    [mail] = eventually(partial(mail_to, notifications, account))
    assert after not in mail.get_content()
    assert [each.kind for each in notices_of(notifications, id)] == ["email_changed"]

    notifications.hears(PasswordChanged(account_id=id))
    assert len(eventually(partial(mail_at, notifications, after))) == 1
    assert len(mail_to(notifications, account)) == 1


def test_a_mail_that_waits_goes_to_the_address_of_when_it_is_sent(notifications: Talking) -> None:
    account, after = an_account(), f"{new_id()}@example.org"
    id = account.account_id
    notifications.hears(PasswordChanged(account_id=id))
    notifications.hears(
        EmailChanged(account_id=id, version=2, email=after, previous_email=account.email)
    )
    notifications.hears(account)
    assert eventually(partial(mail_at, notifications, after))


# Licences


def a_specialist(notifications: Talking) -> AccountRegistered:
    specialist = an_account("Dr Ada Example", Role.SPECIALIST)
    notifications.hears(specialist)
    return specialist


@pytest.mark.parametrize(
    ("event", "fields", "kind", "says"),
    [
        (SpecialistVerified, {}, "licence_verified", "is verified"),
        (LicenceDeclined, {"reason": "It can't be read."}, "licence_declined", "It can't be read."),
        (
            LicenceExpiring,
            {"expires_on": EXPIRES_ON, "days_left": 7},
            "licence_expiring",
            "in 7 days, on Wednesday, 1 April 2026",
        ),
        (
            LicenceExpired,
            {"expires_on": EXPIRES_ON},
            "licence_expired",
            "expired on Wednesday, 1 April 2026",
        ),
    ],
)
def test_a_specialist_is_told_what_becomes_of_their_licence(
    notifications: Talking,
    event: Callable[..., Event],
    fields: dict[str, Any],
    kind: str,
    says: str,
) -> None:
    specialist = a_specialist(notifications)
    id = specialist.account_id
    notifications.hears(event(specialist_id=id, version=1, **fields))
    [notice] = notices_of(notifications, id)
    assert (notice.kind, notice.about) == (kind, id)
    assert says in notice.text
    [mail] = eventually(partial(mail_to, notifications, specialist))
    assert says in mail.get_content()


# Consultations


def cancelled(client_id: UUID, specialist_id: UUID, by: Party) -> ConsultationCancelled:
    return ConsultationCancelled(
        consultation_id=new_id(),
        version=2,
        client_id=client_id,
        specialist_id=specialist_id,
        starts_at=ON_MONDAY,
        **IN_BERLIN,
        cancelled_by=by,
    )


@pytest.mark.parametrize("by", list(Party))
def test_the_other_side_is_told_of_a_cancellation(notifications: Talking, by: Party) -> None:
    client, specialist = an_account(), an_account("Dr Ada Example", Role.SPECIALIST)
    event = cancelled(client.account_id, specialist.account_id, by)
    notifications.hears(client, specialist, event)
    told, untold = (specialist, client) if by is Party.CLIENT else (client, specialist)
    [notice] = notices_of(notifications, told.account_id)
    assert (notice.kind, notice.about) == ("consultation_cancelled", event.consultation_id)
    assert (
        "Monday, 7 January 2030 at 10:30 (Central European Standard Time; 09:30 UTC)" in notice.text
    )
    assert eventually(partial(mail_to, notifications, told))
    assert notices_of(notifications, untold.account_id) == []
    assert rows_of(notifications, untold) == []


def test_both_are_told_when_neither_cancelled_and_why_is_not_said(notifications: Talking) -> None:
    client, specialist = an_account(), an_account("Dr Ada Example", Role.SPECIALIST)
    event = cancelled(client.account_id, specialist.account_id, Party.SPECIALIST)
    notifications.hears(client, specialist, replace(event, specialist_unavailable=True))
    [told] = notices_of(notifications, client.account_id)
    assert "the specialist is no longer available" in told.text
    [told] = notices_of(notifications, specialist.account_id)
    assert "because you can't offer consultations at present" in told.text
    for each in (client, specialist):
        [mail] = eventually(partial(mail_to, notifications, each))
        assert "licence" not in mail.get_content()


@pytest.fixture
def no_admins(notifications: Talking) -> None:
    """Those of other tests are gone."""
    with notifications.store.transaction() as tx:
        tx.execute(delete(Recipient))


@pytest.mark.usefixtures("no_admins")
@pytest.mark.parametrize(
    ("cause", "says"),
    [
        (Standing.LICENCE_EXPIRED, "is cancelled 48 hours before it begins"),
        (Standing.RENEWAL_WAITING, "stay booked until you decide"),
        (Standing.ACCOUNT_SUSPENDED, "consultations were cancelled"),
    ],
)
def test_every_admin_of_now_is_told_of_consultations_at_risk(
    notifications: Talking, cause: Standing, says: str
) -> None:
    admin, late_admin, former, editor = (an_account() for _ in range(4))
    specialist_id, ids = new_id(), [new_id(), new_id()]
    notifications.hears(
        admin,
        former,
        editor,
        roles(admin, 2, Role.CLIENT, Role.ADMIN),
        roles(late_admin, 2, Role.ADMIN),
        roles(former, 3, Role.CLIENT),
        roles(former, 2, Role.ADMIN),
        roles(editor, 2, Role.EDITOR),
        ConsultationsAtRisk(
            specialist_id=specialist_id,
            consultation_ids=ids,
            starts=[ON_MONDAY, ON_MONDAY],
            **IN_BERLIN,
            cause=cause,
        ),
    )
    for each in (admin, late_admin):
        notices = notices_of(notifications, each.account_id)
        [notice] = [notice for notice in notices if notice.kind == "consultations_at_risk"]
        assert notice.about == specialist_id
        assert says in notice.text
        assert notice.text.count("UTC)\n") + notice.text.endswith("UTC)") == len(ids)
        assert not any(str(each) in notice.text for each in ids)
        assert URL not in notice.text  # an admin may not read what is others'
        assert (notice.data.consultation_ids, notice.data.cause) == (ids, cause)
    assert eventually(partial(mail_to, notifications, admin))
    for each in (former, editor):
        kinds = {notice.kind for notice in notices_of(notifications, each.account_id)}
        assert kinds == {"roles_changed"}
    assert rows_of(notifications, late_admin)[0].status == "waiting"  # no address is known


def roles(account: AccountRegistered, version: int, *given: Role) -> RolesChanged:
    return RolesChanged(account_id=account.account_id, version=version, roles=list(given))
