"""The Mail: a message in the queue. Sent at least once; its Message-ID identifies a repetition."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from chassis.concurrency.backoff import backoff
from chassis.ids import new_id
from contracts.notifications import SentMail
from contracts.profiles.preferences import Language
from services.notifications.accounts.recipients import Recipient
from services.notifications.base import Base
from services.notifications.letters import Letter
from services.notifications.mails.addresses import address_of
from services.notifications.mails.sender import Sender
from services.notifications.name_placeholders import Names, fill_names, without_places
from services.notifications.readers import Reader
from services.notifications.texts import CLOSING, DISCREET_CLOSING, DISCREET_SENDER, GREETING

ATTEMPTS = 12
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(hours=1)
UNAVAILABLE_PAUSE = timedelta(seconds=30)


class MailStatus(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


NOT_SENT = {
    MailStatus.WAITING: "This mail could not be sent yet. We will try again.",
    MailStatus.FAILED: "This mail could not be sent. Please check your e-mail address.",
}
"""Sentences for the recipient. The cause, which may name our mail server, is for operators."""


UNSENT = text("status <> 'sent'")
"""A query of waiting or failed mails says it too, so that it is served by their index, in which
sent ones are not."""


class Mail(Base):
    """``address``: the recipient, if not the account's own address. ``good_once``: the text has a
    secret link, and is deleted once sent. ``text`` has marks in place of names. ``place_of``: the
    specialist whose practice's address is in the text. ``discreet``: other people may see it.
    ``next_attempt_at``: for a failed mail, the time when it failed."""

    __tablename__ = "mails"
    __table_args__ = (
        Index(
            "ix_mails_unsent",
            "status",
            "next_attempt_at",
            postgresql_where=UNSENT,
            sqlite_where=UNSENT,
        ),
        Index(
            "ix_mails_with_place",
            "place_of",
            postgresql_where=text("place_of IS NOT NULL"),
            sqlite_where=text("place_of IS NOT NULL"),
        ),
        Index(
            "ix_mails_good_once",
            "next_attempt_at",
            postgresql_where=text("good_once"),
            sqlite_where=text("good_once"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(index=True)
    address: Mapped[str | None]
    subject: Mapped[str]
    text: Mapped[str]
    good_once: Mapped[bool]
    language: Mapped[str]
    discreet: Mapped[bool]
    place_of: Mapped[UUID | None]
    status: Mapped[str]
    attempts: Mapped[int]
    next_attempt_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    error: Mapped[str | None]

    @classmethod
    def to(
        cls,
        reader: Reader,
        letter: Letter,
        now: datetime,
        address: str | None = None,
        good_once: bool = False,
        place_of: UUID | None = None,
    ) -> Mail:
        return cls(
            id=new_id(),
            account_id=reader.account_id,
            address=address,
            subject=letter.subject,
            text=letter.text,
            good_once=good_once,
            language=reader.language,
            discreet=reader.discreet,
            place_of=place_of,
            status=MailStatus.WAITING,
            attempts=0,
            next_attempt_at=now,
            sent_at=None,
            error=None,
        )

    def to_message(self, recipient: Recipient | None, names: Names, sender: Sender) -> EmailMessage:
        """The mail as it is sent; raises ``Undeliverable``.

        A separate ``address`` may belong to another person than the account, so such a mail has no
        name. Nor has a discreet mail, which does not name the sender either.
        """
        known = None if self.address else recipient
        message = EmailMessage()
        message["From"] = self._from(sender)
        message["To"] = address_of(self.address or (known.email if known else ""))
        message["Subject"] = self.subject
        message["Message-ID"] = f"<{self.id}@{sender.domain}>"
        message["Date"] = self.next_attempt_at
        text = fill_names(self.text, names)
        message.set_content(f"{self._greeting(known)}\n\n{text}\n\n{self._closing(sender)}\n")
        return message

    def _from(self, sender: Sender) -> Address:
        if self.discreet:
            return sender.named(DISCREET_SENDER.written(Language(self.language)))
        return sender.named(sender.site_name)

    def _greeting(self, known: Recipient | None) -> str:
        named = known is not None and known.display_name and not self.discreet
        name = f" {known.display_name}" if known and named else ""
        return GREETING.written(Language(self.language), name=name)

    def _closing(self, sender: Sender) -> str:
        closing = DISCREET_CLOSING if self.discreet else CLOSING
        return closing.written(Language(self.language), site=sender.site_name)

    def forget_place(self) -> None:
        """Remove the practice's address, after its specialist was erased."""
        self.text, self.place_of = without_places(self.text), None

    def sent(self, now: datetime) -> None:
        self.status = MailStatus.SENT
        self.attempts += 1
        self.sent_at = now
        self.error = None
        self._drop_secret()

    def not_sent(self, error: str, now: datetime) -> None:
        """Schedule another attempt with backoff; after ``ATTEMPTS`` it has failed."""
        self.attempts += 1
        self.error = error
        if self.attempts >= ATTEMPTS:
            self._fail(now)
        else:
            # without jitter: a round sends a bounded number of mails
            self.next_attempt_at = now + backoff(self.attempts, FIRST_PAUSE, LONGEST_PAUSE)

    def refused(self, error: str, now: datetime) -> None:
        """Fail at once: another attempt would not help."""
        self.attempts += 1
        self.error = error
        self._fail(now)

    def server_unavailable(self, error: str, now: datetime) -> None:
        """Schedule another attempt soon. An outage of the mail server counts as one attempt at
        most, so no mail fails by it."""
        self.attempts = max(self.attempts, 1)
        self.error = error
        self.next_attempt_at = now + UNAVAILABLE_PAUSE

    def _fail(self, now: datetime) -> None:
        self.status = MailStatus.FAILED
        self.next_attempt_at = now
        self._drop_secret()

    def _drop_secret(self) -> None:
        if self.good_once:
            self.text = ""

    def to_resource(self, names: Names) -> SentMail:
        """The mail as its recipient may see it, without a secret that is still to be sent."""
        return SentMail(
            id=self.id,
            address=self.address,
            subject=self.subject,
            text="" if self.good_once else fill_names(self.text, names),
            status=self.status,
            attempts=self.attempts,
            next_attempt_at=self.next_attempt_at,
            sent_at=self.sent_at,
            error=None if self.error is None else NOT_SENT.get(MailStatus(self.status)),
        )
