"""The Mail: a message on its way out. At least once: its Message-ID tells a repetition."""

from __future__ import annotations

from datetime import datetime, timedelta
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
from services.notifications.mails.addresses import address_of
from services.notifications.mails.postbox import SENDER_ADDRESS
from services.notifications.marks import Names, filled, without_places
from services.notifications.readers import Reader
from services.notifications.texts import CLOSING, DISCREET_CLOSING, DISCREET_SENDER, GREETING
from services.notifications.wording import Letter

ATTEMPTS = 12
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(hours=1)
AWAY_PAUSE = timedelta(seconds=30)
SENDER = "Firststep"


class MailStatus(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


NOT_SENT = {
    MailStatus.WAITING: "This mail could not be sent yet. We will try again.",
    MailStatus.FAILED: "This mail could not be sent. Please check your e-mail address.",
}
"""What the recipient reads; the cause, which may name our mail server, is for operators."""


class Mail(Base):
    """``address``: where it goes, if not to where its account is written to. ``good_once``: its
    text bears a secret, and is kept no longer than it takes to send it. ``text``: with marks where
    names belong. ``place_of``: whose practice's address stands in it. ``discreet``: others may see
    it. ``next_attempt_at``: of a mail that failed, when it did."""

    __tablename__ = "mails"
    __table_args__ = (
        Index("ix_mails_status_next_attempt_at", "status", "next_attempt_at"),
        Index("ix_mails_next_attempt_at", "next_attempt_at"),
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
    place_of: Mapped[UUID | None] = mapped_column(index=True)
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

    def to_message(self, recipient: Recipient | None, names: Names) -> EmailMessage:
        """Raises ``Undeliverable``. An address of the mail's own may belong to another person
        than the account does, so no name stands in it; nor in a discreet mail, which does not say
        by name who sends it either."""
        known = None if self.address else recipient
        message = EmailMessage()
        message["From"] = self._from()
        message["To"] = address_of(self.address or (known.email if known else ""))
        message["Subject"] = self.subject
        message["Message-ID"] = f"<{self.id}@firststep.example>"
        message["Date"] = self.next_attempt_at
        text = filled(self.text, names)
        message.set_content(f"{self._greeting(known)}\n\n{text}\n\n{self._closing()}\n")
        return message

    def _from(self) -> str:
        name = DISCREET_SENDER.written(Language(self.language)) if self.discreet else SENDER
        return f"{name} <{SENDER_ADDRESS}>"

    def _greeting(self, known: Recipient | None) -> str:
        named = known is not None and known.display_name and not self.discreet
        name = f" {known.display_name}" if known and named else ""
        return GREETING.written(Language(self.language), name=name)

    def _closing(self) -> str:
        closing = DISCREET_CLOSING if self.discreet else CLOSING
        return closing.written(Language(self.language))

    def forget_place(self) -> None:
        """Its specialist was erased."""
        self.text, self.place_of = without_places(self.text), None

    def sent(self, now: datetime) -> None:
        self.status = MailStatus.SENT
        self.attempts += 1
        self.sent_at = now
        self.error = None
        self._drop_secret()

    def not_sent(self, error: str, now: datetime) -> None:
        """Try again later, longer apart each time; in the end it stays ``failed``."""
        self.attempts += 1
        self.error = error
        if self.attempts >= ATTEMPTS:
            self._fail(now)
        else:
            self.next_attempt_at = now + backoff(self.attempts, FIRST_PAUSE, LONGEST_PAUSE)

    def refused(self, error: str, now: datetime) -> None:
        """No other try would help: it is ``failed`` at once."""
        self.attempts += 1
        self.error = error
        self._fail(now)

    def server_away(self, error: str, now: datetime) -> None:
        """Try again soon. However long the mail server is away, that is one try at most: no mail
        is given up for an outage."""
        self.attempts = max(self.attempts, 1)
        self.error = error
        self.next_attempt_at = now + AWAY_PAUSE

    def _fail(self, now: datetime) -> None:
        self.status = MailStatus.FAILED
        self.next_attempt_at = now
        self._drop_secret()

    def _drop_secret(self) -> None:
        if self.good_once:
            self.text = ""

    def to_resource(self, names: Names) -> SentMail:
        """As its recipient may see it: without a secret that is still on its way."""
        return SentMail(
            id=self.id,
            address=self.address,
            subject=self.subject,
            text="" if self.good_once else filled(self.text, names),
            status=self.status,
            attempts=self.attempts,
            next_attempt_at=self.next_attempt_at,
            sent_at=self.sent_at,
            error=None if self.error is None else NOT_SENT.get(MailStatus(self.status)),
        )
