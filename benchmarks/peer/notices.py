"""Notices and mails for both parties of a booking."""

from datetime import UTC, datetime
from uuid import uuid4

import asyncpg

from benchmarks.peer.messages import ConsultationBooked

NOTICE = "INSERT INTO notices VALUES ($1, $2, 'consultation_booked', $3, $4, $5)"
MAIL = "INSERT INTO mails VALUES ($1, $2, $3, $4, 'waiting', 0, $5)"


async def tell_both(event: ConsultationBooked, connection: asyncpg.Connection) -> None:
    """Insert two notices and two mails; runs in a transaction."""
    now, when = datetime.now(UTC), f"{event.starts_at:%A, %d %B %Y, %H:%M} UTC"
    told = [
        (event.client_id, "Your appointment", f"Your consultation is booked for {when}."),
        (event.specialist_id, "A new appointment", f"A client booked you for {when}."),
    ]
    about = event.consultation_id
    notices = [(uuid4(), account, text, about, now) for account, _, text in told]
    mails = [(uuid4(), account, subject, text, now) for account, subject, text in told]
    await connection.executemany(NOTICE, notices)
    await connection.executemany(MAIL, mails)
