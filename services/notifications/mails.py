"""The Mail: a message on its way out. At least once: its Message-ID tells a repetition."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.message import EmailMessage
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from chassis.ids import new_id
from services.notifications.base import Base
from services.notifications.recipients import Recipient

ATTEMPTS = 12
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(hours=1)
SENDER = "Firststep <no-reply@firststep.example>"


class MailStatus(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


class Mail(Base):
    __tablename__ = "mails"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID]
    subject: Mapped[str]
    text: Mapped[str]
    status: Mapped[str]
    attempts: Mapped[int]
    next_attempt_at: Mapped[datetime] = mapped_column(index=True)
    sent_at: Mapped[datetime | None]
    error: Mapped[str | None]

    @classmethod
    def to(cls, account_id: UUID, subject: str, text: str, now: datetime) -> Mail:
        return cls(
            id=new_id(),
            account_id=account_id,
            subject=subject,
            text=text,
            status=MailStatus.WAITING,
            attempts=0,
            next_attempt_at=now,
            sent_at=None,
            error=None,
        )

    def to_message(self, recipient: Recipient) -> EmailMessage:
        message = EmailMessage()
        message["From"] = SENDER
        message["To"] = recipient.email
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

    def not_sent(self, error: str, now: datetime) -> None:
        """Try again later, longer apart each time; in the end it stays ``failed``."""
        self.attempts += 1
        self.error = error
        if self.attempts >= ATTEMPTS:
            self.status = MailStatus.FAILED
        self.next_attempt_at = now + min(FIRST_PAUSE * 2 ** (self.attempts - 1), LONGEST_PAUSE)
