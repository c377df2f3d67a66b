"""A mail on its way out: what it says outside, and when it is tried again."""

from __future__ import annotations

from datetime import timedelta
from email.utils import parseaddr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.ids import new_id
from contracts.profiles.preferences import Language
from services.notifications import name_placeholders
from services.notifications.accounts.recipients import Recipient
from services.notifications.mails.addresses import Undeliverable, address_of, in_ascii
from services.notifications.mails.mails import ATTEMPTS, MailStatus
from services.notifications.mails.postbox import UTF8
from services.notifications.mails.sender import Sender
from services.notifications.name_placeholders import NameRole
from services.notifications.readers import Reader
from tests.notifications.builders import NOW, SENDER, a_mail, an_account

A_SECOND = timedelta(seconds=1)
AN_HOUR = timedelta(hours=1)


def sam() -> Recipient:
    return Recipient.of(an_account("Sam"))


def test_a_mail_is_due_at_once() -> None:
    mail = a_mail()
    assert (mail.status, mail.next_attempt_at) == (MailStatus.WAITING, NOW)


def test_a_mail_greets_its_recipient_and_says_its_text() -> None:
    recipient = sam()
    message = a_mail().to_message(recipient, {}, SENDER)
    assert message["To"] == recipient.email
    assert message["Subject"] == "Your appointment"
    assert message["From"] == "Firststep <no-reply@firststep.example>"
    assert message.get_content() == "Hello Sam,\n\nIt is booked.\n\nKind regards\nFirststep\n"


def test_greeting_and_closing_are_in_the_language_of_the_text() -> None:
    german = Reader(account_id=new_id(), language=Language.DE)
    message = a_mail(text="Er ist gebucht.", reader=german).to_message(sam(), {}, SENDER)
    assert (
        message.get_content()
        == "Guten Tag Sam,\n\nEr ist gebucht.\n\nFreundliche Grüße\nFirststep\n"
    )


@pytest.mark.parametrize(("language", "sender"), [("en", "Notifications"), ("de", "Mitteilungen")])
def test_a_discreet_mail_names_neither_its_sender_nor_its_recipient(
    language: str, sender: str
) -> None:
    discreet = Reader(account_id=new_id(), language=Language(language), discreet=True)
    message = a_mail(reader=discreet).to_message(sam(), {}, SENDER)
    assert message["From"].addresses[0].display_name == sender
    assert "Sam" not in message.as_string()
    assert "Firststep" not in message.as_string()


def test_a_name_is_filled_in_when_a_mail_is_sent() -> None:
    ada = new_id()
    mail = a_mail(
        text=f"It is with {name_placeholders.name(NameRole.SPECIALIST, ada, 'a specialist')}."
    )
    assert "with a specialist." in mail.to_message(sam(), {}, SENDER).get_content()
    named = mail.to_message(sam(), {(NameRole.SPECIALIST, ada): "Dr Ada Example"}, SENDER)
    assert "with Dr Ada Example." in named.get_content()


@pytest.mark.parametrize("address", ["a@example.org", None])
def test_a_mail_to_an_address_of_its_own_or_to_nobody_known_greets_without_a_name(
    address: str | None,
) -> None:
    mail = a_mail("Your address", "Open this link.", NOW, address)
    recipient = sam() if address else Recipient(email="b@example.org", display_name="")
    content = mail.to_message(recipient, {}, SENDER).get_content()
    assert content.startswith("Hello,\n\nOpen this link.\n\n")


def test_a_mail_needs_no_recipient_where_it_has_an_address() -> None:
    mail = a_mail("Your address", "Open this link.", NOW, "a@example.org")
    assert mail.to_message(None, {}, SENDER)["To"] == "a@example.org"


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
        a_mail().to_message(recipient, {}, SENDER)


@given(st.text())
def test_a_mail_goes_to_the_very_address_on_record_or_to_none(text: str) -> None:
    for address in (text, f"{text}@example.org", f'"{text}"@example.org', f"a@{text}.org"):
        try:
            message = a_mail().to_message(Recipient(email=address, display_name=""), {}, SENDER)
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
    first = mail.to_message(recipient, {}, SENDER)["Message-ID"]
    mail.not_sent("the server is away", NOW)
    assert mail.to_message(recipient, {}, SENDER)["Message-ID"] == first
    assert a_mail().to_message(recipient, {}, SENDER)["Message-ID"] != first


def test_names_and_addresses_in_any_script_make_a_valid_mail() -> None:
    recipient = Recipient(account_id=new_id(), email="jürgen@example.org", display_name="Ольга 🌱")
    assert b"=?utf-8?" in a_mail().to_message(recipient, {}, SENDER).as_bytes()
    assert "Ольга 🌱" in a_mail().to_message(recipient, {}, SENDER).get_content()


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
        mail.server_unavailable("it does not answer", NOW)
        assert NOW < mail.next_attempt_at <= NOW + timedelta(minutes=1)
    assert (mail.status, mail.attempts, mail.error) == (
        MailStatus.WAITING,
        1,
        "it does not answer",
    )


def test_a_mail_that_was_refused_for_good_is_not_tried_again() -> None:
    mail = a_mail("Your password", "A link.", NOW, "a@example.org", good_once=True)
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


def test_a_mail_is_from_the_operators_site() -> None:
    sender = Sender('Half, "Hour" & Söhne', "hello@half-hour.example")
    mail = a_mail()
    message = mail.to_message(sam(), {}, sender)
    [address] = message["From"].addresses
    assert (address.display_name, address.addr_spec) == (sender.site_name, sender.address)
    assert message["Message-ID"] == f"<{mail.id}@half-hour.example>"
    assert message.get_content().endswith(f"\n\nKind regards\n{sender.site_name}\n")
