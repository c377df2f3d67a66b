"""The rules of booking, and the statements that both peers send for them."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import asyncpg

from benchmarks.peer.messages import Book, Consultation, ConsultationBooked, Get, Reply
from benchmarks.peer.service import Pool

SLOT = timedelta(minutes=30)
CALENDAR = "SELECT * FROM calendars WHERE specialist_id = $1 FOR UPDATE"
TAKEN = "SELECT EXISTS (SELECT FROM consultations WHERE specialist_id = $1 AND starts_at = $2)"
HAD_BEFORE = "SELECT EXISTS (SELECT FROM consultations WHERE client_id = $1 AND specialist_id = $2)"
INSERT = "INSERT INTO consultations VALUES ($1, $2, $3, $4, $5, 'booked', $6) RETURNING *"
GET = "SELECT * FROM consultations WHERE id = $1 AND $2 IN (client_id, specialist_id)"


async def book(command: Book, connection: asyncpg.Connection) -> Reply:
    """Insert a consultation; runs in a transaction."""
    now = datetime.now(UTC)
    refusal = await refusal_of(command, connection, now)
    if refusal:
        return Reply(refusal=refusal)
    start, end = command.starts_at, command.starts_at + SLOT
    values = uuid4(), command.specialist_id, command.client_id, start, end, now
    return Reply(consultation=Consultation(**await connection.fetchrow(INSERT, *values)))


async def refusal_of(command: Book, connection: asyncpg.Connection, now: datetime) -> str | None:
    calendar = await connection.fetchrow(CALENDAR, command.specialist_id)
    if calendar is None:
        return "not_found"
    start = command.starts_at.astimezone(UTC)
    latest = now + timedelta(days=calendar["horizon_days"])
    if start < now + timedelta(hours=calendar["minimum_notice_hours"]):
        return "too_soon"
    on_the_hour = start.minute % 30 == start.second == start.microsecond == 0
    open_then = calendar["opens"] <= start.time() <= calendar["last_start"]
    if start >= latest or not on_the_hour or not open_then:
        return "slot_not_offered"
    if await connection.fetchval(TAKEN, command.specialist_id, start):
        return "slot_taken"
    if await connection.fetchval(HAD_BEFORE, command.client_id, command.specialist_id):
        return "already_booked"
    return None


def event_of(consultation: Consultation) -> ConsultationBooked:
    return ConsultationBooked(
        consultation_id=consultation.id,
        **consultation.model_dump(include={"client_id", "specialist_id", "starts_at", "ends_at"}),
    )


async def get(question: Get, pool: Pool) -> Reply:
    row = await pool.fetchrow(GET, question.consultation_id, question.caller_id)
    if row is None:
        return Reply(refusal="not_found")
    return Reply(consultation=Consultation(**row))
