"""The Mail: a message on its way out. At least once: its Message-ID tells a repetition."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.message import EmailMessage
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from chassis.ids import new_id
from contracts.notifications import SentMail
from services.notifications.accounts.recipients import Recipient
from services.notifications.base import Base
from services.notifications.mails.addresses import address_of
from services.notifications.mails.postbox import SENDER_ADDRESS

ATTEMPTS = 12
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(hours=1)
AWAY_PAUSE = timedelta(seconds=30)
SENDER = f"Firststep <{SENDER_ADDRESS}>"


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
    text bears a secret, and is kept no longer than it takes to send it. ``next_attempt_at``: of a
    mail that failed, when it did."""

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
    status: Mapped[str]
    attempts: Mapped[int]
    next_attempt_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    error: Mapped[str | None]

    @classmethod
    def to(
        cls,
        account_id: UUID,
        subject: str,
        text: str,
        now: datetime,
        address: str | None = None,
        good_once: bool = False,
    ) -> Mail:
        return cls(
            id=new_id(),
            account_id=account_id,
            address=address,
            subject=subject,
            text=text,
            good_once=good_once,
            status=MailStatus.WAITING,
            attempts=0,
            next_attempt_at=now,
            sent_at=None,
            error=None,
        )

    def to_message(self, recipient: Recipient | None) -> EmailMessage:
        """Raises ``Undeliverable``. An address of the mail's own may belong to another person
        than the account does, so no name stands in it."""
        known = None if self.address else recipient
        name = f" {known.display_name}" if known and known.display_name else ""
        message = EmailMessage()
        message["From"] = SENDER
        message["To"] = address_of(self.address or (known.email if known else ""))
        message["Subject"] = self.subject
        message["Message-ID"] = f"<{self.id}@firststep.example>"
        message["Date"] = self.next_attempt_at
        message.set_content(f"Hello{name},\n\n{self.text}\n")
        return message

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
            self.next_attempt_at = now + min(FIRST_PAUSE * 2 ** (self.attempts - 1), LONGEST_PAUSE)

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

    def to_resource(self) -> SentMail:
        """As its recipient may see it: without a secret that is still on its way."""
        return SentMail(
            id=self.id,
            address=self.address,
            subject=self.subject,
            text="" if self.good_once else self.text,
            status=self.status,
            attempts=self.attempts,
            next_attempt_at=self.next_attempt_at,
            sent_at=self.sent_at,
            error=None if self.error is None else NOT_SENT.get(MailStatus(self.status)),
        )
