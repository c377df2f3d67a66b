"""Calendars and consultations."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import uuid4

import asyncpg
from faststream import Context, ContextRepo, FastStream
from faststream.rabbit import RabbitBroker

from benchmarks.peer.messages import EVENTS, Book, Consultation, ConsultationBooked, Get, Reply

SLOT = timedelta(minutes=30)
CALENDAR = "SELECT * FROM calendars WHERE specialist_id = $1 FOR UPDATE"
TAKEN = "SELECT EXISTS (SELECT FROM consultations WHERE specialist_id = $1 AND starts_at = $2)"
HAD_BEFORE = "SELECT EXISTS (SELECT FROM consultations WHERE client_id = $1 AND specialist_id = $2)"
INSERT = "INSERT INTO consultations VALUES ($1, $2, $3, $4, $5, 'booked', $6) RETURNING *"
GET = "SELECT * FROM consultations WHERE id = $1 AND $2 IN (client_id, specialist_id)"


@asynccontextmanager
async def lifespan(context: ContextRepo) -> AsyncIterator[None]:
    async with asyncpg.create_pool(os.environ["PEER_DATABASE"]) as pool:
        context.set_global("pool", pool)
        yield


broker = RabbitBroker(os.environ["PEER_BROKER"])
app = FastStream(broker, lifespan=lifespan)
Pool = Annotated[asyncpg.Pool, Context()]


@broker.subscriber("peer.booking.book")
async def book(command: Book, pool: Pool) -> Reply:
    async with pool.acquire() as connection, connection.transaction():
        now = datetime.now(UTC)
        refusal = await refusal_of(command, connection, now)
        if refusal:
            return Reply(refusal=refusal)
        start, end = command.starts_at, command.starts_at + SLOT
        values = uuid4(), command.specialist_id, command.client_id, start, end, now
        consultation = Consultation(**await connection.fetchrow(INSERT, *values))
    event = ConsultationBooked(
        consultation_id=consultation.id,
        **consultation.model_dump(include={"client_id", "specialist_id", "starts_at", "ends_at"}),
    )
    await broker.publish(event, exchange=EVENTS, routing_key="ConsultationBooked", persist=True)
    return Reply(consultation=consultation)


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


@broker.subscriber("peer.booking.get")
async def get(question: Get, pool: Pool) -> Reply:
    row = await pool.fetchrow(GET, question.consultation_id, question.caller_id)
    if row is None:
        return Reply(refusal="not_found")
    return Reply(consultation=Consultation(**row))
