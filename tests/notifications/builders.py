"""What notifications hears about, with the usual filled in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from chassis.ids import new_id
from contracts.booking.consultations import ConsultationBooked
from contracts.profiles.accounts import AccountRegistered, Role
from services.notifications.letters import Letter
from services.notifications.mails.mails import Mail
from services.notifications.mails.sender import Sender
from services.notifications.readers import Reader

SENDER = Sender("Firststep", "no-reply@firststep.example")
NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
"""The time at which rules are tried."""
IN_BERLIN: dict[str, Any] = {"time_zone": "Europe/Berlin"}
ONLINE: dict[str, Any] = {
    **IN_BERLIN,
    "meeting_address": None,
    "meeting_link": "https://meet.example/a-room",
}
"""Where and in which zone a consultation takes place, as its events say."""
ON_MONDAY = datetime(2030, 1, 7, 9, 30, tzinfo=UTC)


def an_account(name: str = "Sam", role: Role = Role.CLIENT) -> AccountRegistered:
    return AccountRegistered(
        account_id=new_id(), email=f"{uuid4().hex}@example.org", display_name=name, role=role
    )


def a_booking(
    client_id: UUID | None = None,
    specialist_id: UUID | None = None,
    starts_at: datetime = ON_MONDAY,
) -> ConsultationBooked:
    return ConsultationBooked(
        consultation_id=new_id(),
        version=1,
        client_id=client_id or new_id(),
        specialist_id=specialist_id or new_id(),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=30),
        **ONLINE,
    )


def a_mail(
    subject: str = "Your appointment",
    text: str = "It is booked.",
    now: datetime = NOW,
    address: str | None = None,
    good_once: bool = False,
    reader: Reader | None = None,
) -> Mail:
    reader = reader or Reader(account_id=new_id())
    letter = Letter(subject=subject, text=text)
    return Mail.to(reader, letter, now, address=address, good_once=good_once)
