"""The Mail: a message on its way out. At least once: its Message-ID tells a repetition."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.message import EmailMessage
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from chassis.ids import new_id
from contracts.notifications import SentMail
from services.notifications.accounts.recipients import Recipient
from services.notifications.base import Base

ATTEMPTS = 12
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(hours=1)
SENDER = "Firststep <no-reply@firststep.example>"


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
    text bears a secret, and is kept no longer than it takes to send it."""

    __tablename__ = "mails"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(index=True)
    address: Mapped[str | None]
    subject: Mapped[str]
    text: Mapped[str]
    good_once: Mapped[bool]
    status: Mapped[str]
    attempts: Mapped[int]
    next_attempt_at: Mapped[datetime] = mapped_column(index=True)
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

    def to_message(self, recipient: Recipient) -> EmailMessage:
        message = EmailMessage()
        message["From"] = SENDER
        message["To"] = self.address or recipient.email
        message["Subject"] = self.subject
        message["Message-ID"] = f"<{self.id}@firststep.example>"
        message["Date"] = self.next_attempt_at
        message.set_content(f"Hello {recipient.display_name},\n\n{self.text}\n")
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
            self.status = MailStatus.FAILED
            self._drop_secret()
        self.next_attempt_at = now + min(FIRST_PAUSE * 2 ** (self.attempts - 1), LONGEST_PAUSE)

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
