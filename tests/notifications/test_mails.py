"""A mail on its way out: what it says outside, and when it is tried again."""

from __future__ import annotations

import inspect
import re
from datetime import timedelta, timezone
from email.utils import parseaddr
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import services.notifications
from chassis.ids import new_id
from contracts.booking.attendance import ConsultationMissed
from contracts.booking.consultations import (
    ConsultationCancelled,
    ConsultationPlaceChanged,
    ConsultationRescheduled,
    ConsultationsAtRisk,
    Party,
)
from contracts.booking.holds import HeldSlot, RescueOffered
from contracts.booking.waitlist import SlotOffered
from contracts.profiles.accounts import Role
from contracts.profiles.featuring import NotFeatured
from contracts.profiles.right_to_practise import Standing
from services.notifications.accounts import wording as accounts
from services.notifications.accounts.recipients import Recipient
from services.notifications.consultations import wording as consultations
from services.notifications.mails.addresses import Undeliverable, address_of, in_ascii
from services.notifications.mails.mails import ATTEMPTS, Mail, MailStatus
from services.notifications.mails.postbox import UTF8
from services.notifications.specialists import wording as specialists
from services.notifications.wording import Wording
from tests.notifications.builders import IN_BERLIN, NOW, ON_MONDAY, ONLINE, a_booking, an_account

A_SECOND = timedelta(seconds=1)
AN_HOUR = timedelta(hours=1)


def a_mail() -> Mail:
    return Mail.to(new_id(), "Your appointment", "It is booked.", NOW)


def sam() -> Recipient:
    return Recipient.of(an_account("Sam"))


def test_a_mail_is_due_at_once() -> None:
    mail = a_mail()
    assert (mail.status, mail.next_attempt_at) == (MailStatus.WAITING, NOW)


def test_a_mail_greets_its_recipient_and_says_its_text() -> None:
    recipient = sam()
    message = a_mail().to_message(recipient)
    assert message["To"] == recipient.email
    assert message["Subject"] == "Your appointment"
    assert message.get_content() == "Hello Sam,\n\nIt is booked.\n"


@pytest.mark.parametrize("address", ["a@example.org", None])
def test_a_mail_to_an_address_of_its_own_or_to_nobody_known_greets_without_a_name(
    address: str | None,
) -> None:
    mail = Mail.to(new_id(), "Your address", "Open this link.", NOW, address)
    recipient = sam() if address else Recipient(email="b@example.org", display_name="")
    assert mail.to_message(recipient).get_content() == "Hello,\n\nOpen this link.\n"


def test_a_mail_needs_no_recipient_where_it_has_an_address() -> None:
    mail = Mail.to(new_id(), "Your address", "Open this link.", NOW, "a@example.org")
    assert mail.to_message(None)["To"] == "a@example.org"


NO_ADDRESSES = [
    "",
    "a",
    "a@",
    "@example.org",
    "a@b@example.org",
    "=?utf-8?q?vic?=@example.org",
    '"=?utf-8?q?vic?="@example.org',
    "a@=?utf-8?q?example.org?=",
    '"a\x0bb"@example.org',
    *(f'"x{each}y"@example.org' for each in "\x0c\x1c\x1d\x1e\x85\u2028\u2029\r\n\0"),
    "a@x\u2028y.example.org",
    "a\x0bb@example.org",
    "a\u200bb@example.org",
    "a@exam\xadple.org",
    "vic@example.org, a@example.org",
    "group: vic@example.org;",
    "a(vic@example.org)@example.org",
    "Vic <vic@example.org>",
    "<vic@example.org>",
    '"a b"@example.org',
    ".a@example.org",
    "a..b@example.org",
    "a@-example.org",
    "a@example..org",
    "a@[127.0.0.1]",
    "a b@example.org",
    "a" * 65 + "@example.org",
    "a@" + ".".join(["b" * 60] * 5),
]


@pytest.mark.parametrize("address", NO_ADDRESSES)
def test_what_is_no_plain_address_is_undeliverable_and_nothing_else(address: str) -> None:
    recipient = Recipient(account_id=new_id(), email=address, display_name="Sam")
    with pytest.raises(Undeliverable):
        a_mail().to_message(recipient)


@given(st.text())
def test_a_mail_goes_to_the_very_address_on_record_or_to_none(text: str) -> None:
    for address in (text, f"{text}@example.org", f'"{text}"@example.org', f"a@{text}.org"):
        try:
            message = a_mail().to_message(Recipient(email=address, display_name=""))
        except Undeliverable:
            continue
        [to] = message["To"].addresses
        assert to.addr_spec == address
        assert f"\nTo: {address}\n".encode() in message.as_bytes(policy=UTF8)
        assert parseaddr(address) == ("", address)  # as smtplib reads it


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("a@münchen.example", "a@xn--mnchen-3ya.example"),
        ("a@straße.example", "a@xn--strae-oqa.example"),
        ("a@example.org", "a@example.org"),
    ],
)
def test_a_domain_in_other_letters_is_told_to_a_plain_server_as_a_labels(
    address: str, written: str
) -> None:
    assert in_ascii(address_of(address)).addr_spec == written


@pytest.mark.parametrize("address", ["jürgen@example.org", "a@\u0378.example"])
def test_what_has_no_form_in_ascii_is_undeliverable_there(address: str) -> None:
    with pytest.raises(Undeliverable):
        in_ascii(address_of(address))


def test_a_mail_that_is_sent_again_is_known_by_its_message_id() -> None:
    mail, recipient = a_mail(), sam()
    first = mail.to_message(recipient)["Message-ID"]
    mail.not_sent("the server is away", NOW)
    assert mail.to_message(recipient)["Message-ID"] == first
    assert a_mail().to_message(recipient)["Message-ID"] != first


def test_names_and_addresses_in_any_script_make_a_valid_mail() -> None:
    recipient = Recipient(account_id=new_id(), email="jürgen@example.org", display_name="Ольга 🌱")
    assert b"=?utf-8?" in a_mail().to_message(recipient).as_bytes()
    assert "Ольга 🌱" in a_mail().to_message(recipient).get_content()


def test_a_sent_mail_is_done() -> None:
    mail = a_mail()
    mail.not_sent("the server is away", NOW)
    mail.sent(NOW + AN_HOUR)
    assert (mail.status, mail.attempts, mail.error) == (MailStatus.SENT, 2, None)
    assert mail.sent_at == NOW + AN_HOUR


def test_a_mail_that_was_not_sent_is_tried_again_ever_later_and_hourly_in_the_end() -> None:
    mail, pauses = a_mail(), []
    for _ in range(ATTEMPTS - 1):
        mail.not_sent("the server is away", NOW)
        assert mail.status == MailStatus.WAITING
        pauses.append(mail.next_attempt_at - NOW)
    doubling = [5 * 2**n * A_SECOND for n in range(10)]
    assert pauses == [*doubling, AN_HOUR]


def test_a_mail_is_not_given_up_however_long_the_mail_server_is_away() -> None:
    mail = a_mail()
    for _ in range(10 * ATTEMPTS):
        mail.server_away("it does not answer", NOW)
        assert NOW < mail.next_attempt_at <= NOW + timedelta(minutes=1)
    assert (mail.status, mail.attempts, mail.error) == (
        MailStatus.WAITING,
        1,
        "it does not answer",
    )


def test_a_mail_that_was_refused_for_good_is_not_tried_again() -> None:
    mail = Mail.to(new_id(), "Your password", "A link.", NOW, "a@example.org", good_once=True)
    mail.refused("550 no such mailbox", NOW)
    assert (mail.status, mail.attempts, mail.text) == (MailStatus.FAILED, 1, "")


def test_a_mail_that_can_not_be_sent_ends_as_failed_and_says_why() -> None:
    mail = a_mail()
    for _ in range(ATTEMPTS):
        assert mail.status == MailStatus.WAITING
        mail.not_sent("the server is away", NOW)
    assert (mail.status, mail.attempts, mail.error) == (
        MailStatus.FAILED,
        ATTEMPTS,
        "the server is away",
    )
    assert mail.sent_at is None


A_CANCELLATION = ConsultationCancelled(
    consultation_id=new_id(),
    version=2,
    client_id=new_id(),
    specialist_id=new_id(),
    starts_at=ON_MONDAY,
    time_zone="Europe/Berlin",
    cancelled_by=Party.CLIENT,
)
A_MOVE = ConsultationRescheduled(
    consultation_id=new_id(),
    version=2,
    client_id=new_id(),
    specialist_id=new_id(),
    starts_at=ON_MONDAY + AN_HOUR,
    ends_at=ON_MONDAY + 2 * AN_HOUR,
    previous_starts_at=ON_MONDAY,
    **ONLINE,
)
A_NEW_PLACE = ConsultationPlaceChanged(
    consultation_id=new_id(),
    version=2,
    client_id=new_id(),
    specialist_id=new_id(),
    starts_at=ON_MONDAY,
    **ONLINE,
)
A_MISS = ConsultationMissed(
    consultation_id=new_id(),
    version=2,
    client_id=new_id(),
    specialist_id=new_id(),
    starts_at=ON_MONDAY,
    time_zone="Europe/Berlin",
    missed_by=Party.SPECIALIST,
    disputable_until=NOW + AN_HOUR,
)
A_HELD_SLOT = HeldSlot(specialist_id=new_id(), starts_at=ON_MONDAY, held_until=NOW + AN_HOUR)
EVERY_WORDING = [
    consultations.booked_by_you(a_booking()),
    consultations.booked_with_you(a_booking()),
    specialists.featured(),
    *[specialists.unfeatured(reason) for reason in NotFeatured],
    consultations.cancelled_for_client(A_CANCELLATION),
    consultations.cancelled_for_specialist(A_CANCELLATION),
    consultations.rescheduled(A_MOVE),
    consultations.place_changed(A_NEW_PLACE),
    consultations.completed(),
    consultations.missed_by_you(A_MISS),
    consultations.missed_by_the_other(A_MISS),
    consultations.both_wish_to_continue(),
    consultations.rescue_offered(
        RescueOffered(
            consultation_id=new_id(), client_id=new_id(), slots=[A_HELD_SLOT], **IN_BERLIN
        )
    ),
    consultations.slot_offered(SlotOffered(client_id=new_id(), **vars(A_HELD_SLOT), **IN_BERLIN)),
    specialists.paused(),
    specialists.resumed(),
    specialists.external_calendar_failed("Practice", "not_fetched"),
    specialists.external_calendar_recovered("Practice"),
    specialists.external_calendar_read_in_part("Practice", 2),
    *[
        consultations.consultations_at_risk(
            ConsultationsAtRisk(specialist_id=new_id(), consultation_ids=[new_id()], cause=cause)
        )
        for cause in Standing
        if cause is not Standing.GOOD
    ],
    accounts.verify_email("https://firststep.example/verify-email#token=x"),
    accounts.known_address(),
    accounts.change_email("https://firststep.example/verify-email#token=x"),
    accounts.email_change_requested("https://firststep.example/stop-email-change#token=x"),
    accounts.reset_password("https://firststep.example/reset-password#token=x"),
    accounts.password_changed(),
    accounts.email_changed(),
    accounts.second_factor_added(),
    accounts.second_factor_removed(),
    accounts.recovery_codes_renewed(),
    accounts.wrong_codes_entered(),
    accounts.roles_changed([Role.CLIENT]),
    accounts.suspended(),
    accounts.restored(),
    accounts.signed_out_by_operator(),
    specialists.verified(),
    specialists.declined("It can't be read."),
    specialists.expiring(ON_MONDAY.date(), 30),
    specialists.expired(ON_MONDAY.date()),
]


def test_no_wording_is_missing_above() -> None:
    [house] = services.notifications.__path__
    subjects = [path.parent.name for path in Path(house).glob("*/wording.py")]
    wordings = [import_module(f"services.notifications.{each}.wording") for each in subjects]
    written = [
        name
        for wording in wordings
        for name, member in inspect.getmembers(wording, inspect.isfunction)
        if member.__module__ == wording.__name__ and not name.startswith("_")
    ]
    of_several = len(NotFeatured) + len(Standing) - 1  # no cause is good
    assert len(EVERY_WORDING) == len(written) - 2 + of_several


TELLING = re.compile(
    r"therap|psych|mental|health|consult|counsel|specialist|anxi|depress|free|client|\d|dr\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize("words", EVERY_WORDING, ids=lambda words: str(words.subject))
def test_a_subject_tells_nothing_to_somebody_else_who_sees_it(words: Wording) -> None:
    assert words.subject
    assert not TELLING.search(words.subject)


def test_both_are_told_the_time_and_the_client_that_it_obliges_to_nothing() -> None:
    for words in (
        consultations.booked_by_you(a_booking()),
        consultations.booked_with_you(a_booking()),
    ):
        assert "Monday, 07 January 2030, 09:30 UTC" in words.text
    text = consultations.booked_by_you(a_booking()).text
    assert "30 minutes" in text
    assert "costs nothing" in text
    assert "obliges you to nothing" in text


def test_a_time_told_in_another_zone_is_written_in_utc() -> None:
    event = a_booking(starts_at=ON_MONDAY.astimezone(timezone(timedelta(hours=5, minutes=45))))
    assert "Monday, 07 January 2030, 09:30 UTC" in consultations.booked_by_you(event).text


@pytest.mark.parametrize("reason", list(NotFeatured))
def test_every_reason_for_not_being_featured_can_be_told(reason: NotFeatured) -> None:
    text = specialists.unfeatured(reason).text
    assert text.startswith("Your profile is no longer featured, because ")
    assert reason.value not in text
