"""The half hour of a sign-up: who is told of it, and who may have what is held."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from chassis.ids import new_id
from chassis.schemas import Reading, load
from contracts.half_hours import HeldHalfHour, SignUpHoldKey, new_secret, secret_hash
from contracts.profiles.accounts import (
    AlreadyVerified,
    ChangeEmail,
    EmailChangeRequested,
    EmailLink,
    EmailVerificationRequested,
    KnownAddressSignedUp,
    LinkInvalid,
    LinkUsed,
    ReadEmailLink,
    RequestEmailVerification,
    Role,
)
from contracts.profiles.sessions import ConfirmedSignUp
from tests.profiles.signing_in import (
    PASSWORD,
    an_address,
    ask_to_sign_up,
    caller_of,
    confirm,
    follow,
    link_to,
    mails_to,
    sign_up,
)
from tests.support.service_client import NOBODY, Talking

HALF_HOUR = HeldHalfHour(
    specialist_id=new_id(),
    starts_at=datetime(2030, 1, 7, 9, 0, tzinfo=UTC),
    held_until=datetime(2030, 1, 5, 9, 20, tzinfo=UTC),
    time_zone="Europe/Berlin",
)


def link_of(profiles: Talking, token: str, secret: str | None = None) -> EmailLink:
    asked = ReadEmailLink(token=token, sign_up=secret)
    return load(EmailLink, profiles.asked_by(NOBODY).get_email_link(link=asked), Reading.WIRE)


def ask_again(profiles: Talking, email: str, **more: Any) -> None:
    request = RequestEmailVerification(email=email)
    profiles.asked_by(NOBODY).request_email_verification(request=request, **more)


def hold_of(profiles: Talking, confirmed: ConfirmedSignUp | None) -> SignUpHoldKey:
    assert confirmed is not None
    return confirmed.hold


def test_a_sign_up_takes_the_secret_that_its_half_hour_is_held_under(profiles: Talking) -> None:
    email, secret = an_address(), new_secret()
    assert ask_to_sign_up(profiles, email, sign_up=secret) == secret
    confirmed = confirm(profiles, link_to(profiles, email), sign_up=secret)
    assert confirmed.session is not None
    owner = caller_of(profiles, confirmed.session)
    assert confirmed.sign_up == ConfirmedSignUp(
        account_id=owner.known(),
        roles=[Role.CLIENT],
        hold=SignUpHoldKey(secret_hash=secret_hash(secret), with_note=True),
    )


def test_the_mail_tells_what_is_held_and_so_does_the_next_one(profiles: Talking) -> None:
    email, secret = an_address(), new_secret()
    ask_to_sign_up(profiles, email, sign_up=secret, half_hour=HALF_HOUR)
    ask_again(profiles, email, half_hour=HALF_HOUR)
    ask_again(profiles, email)
    told = mails_to(profiles, email, EmailVerificationRequested)
    assert [each.half_hour for each in told] == [HALF_HOUR, HALF_HOUR, None]


def test_the_owner_of_the_address_is_told_as_well(profiles: Talking) -> None:
    email = an_address()
    sign_up(profiles, email)
    answered = ask_to_sign_up(profiles, email, half_hour=HALF_HOUR)
    assert len(answered) == len(new_secret())
    [told] = mails_to(profiles, email, KnownAddressSignedUp)
    assert told.half_hour == HALF_HOUR


def test_who_wrote_the_note_is_known_by_browser_or_password_and_not_by_mailbox(
    profiles: Talking,
) -> None:
    proofs: list[tuple[dict[str, str], bool]] = [
        ({"password": PASSWORD}, True),
        ({"new_password": "the password of a reader"}, False),
    ]
    for shown, with_note in proofs:
        email = an_address()
        secret = ask_to_sign_up(profiles, email)
        held = hold_of(profiles, confirm(profiles, link_to(profiles, email), **shown).sign_up)
        assert held == SignUpHoldKey(secret_hash=secret_hash(secret), with_note=with_note)


def test_a_new_password_in_the_browser_of_the_sign_up_keeps_the_note(profiles: Talking) -> None:
    email = an_address()
    secret = ask_to_sign_up(profiles, email)
    shown = {"new_password": "another one of my own", "sign_up": secret}
    assert hold_of(profiles, confirm(profiles, link_to(profiles, email), **shown).sign_up).with_note


def test_a_link_is_read_without_being_followed(profiles: Talking) -> None:
    email = an_address()
    secret = ask_to_sign_up(profiles, email)
    token = link_to(profiles, email)
    for _ in range(2):
        read = link_of(profiles, token)
        assert (read.changes_email, read.begun_here) == (False, False)
        assert read.hold == SignUpHoldKey(secret_hash=secret_hash(secret), with_note=False)
    assert link_of(profiles, token, secret).begun_here
    assert not link_of(profiles, token, new_secret()).begun_here
    assert follow(profiles, token, sign_up=secret) is not None
    with pytest.raises(AlreadyVerified):
        link_of(profiles, token)


def test_a_link_that_does_nothing_any_more_says_so_when_it_is_read(profiles: Talking) -> None:
    email = an_address()
    ask_to_sign_up(profiles, email)
    token = link_to(profiles, email)
    with profiles.store.transaction() as tx:
        tx.execute(profiles.store.table("sign_ups").delete())
    with pytest.raises(LinkUsed):
        link_of(profiles, token)
    with pytest.raises(LinkInvalid):
        link_of(profiles, token[:-5])


def test_the_link_of_a_change_of_address_is_known_as_one(profiles: Talking) -> None:
    email, new = an_address(), an_address()
    secret = ask_to_sign_up(profiles, email)
    session = follow(profiles, link_to(profiles, email), sign_up=secret)
    assert session is not None
    owner = caller_of(profiles, session)
    change = ChangeEmail(email=new, password=PASSWORD)
    profiles.asked_by(owner).change_email(change=change)
    [told] = profiles.told(EmailChangeRequested, owner.known())
    assert link_of(profiles, told.token) == EmailLink(changes_email=True)
    confirmed = confirm(profiles, told.token)
    assert (confirmed.session, confirmed.sign_up) == (None, None)
