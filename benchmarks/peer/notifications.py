"""Notices and mails."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated
from uuid import uuid4

import asyncpg
from faststream import Context, ContextRepo, FastStream
from faststream.rabbit import RabbitBroker, RabbitQueue

from benchmarks.peer.messages import EVENTS, ConsultationBooked

NOTICE = "INSERT INTO notices VALUES ($1, $2, 'consultation_booked', $3, $4, $5)"
MAIL = "INSERT INTO mails VALUES ($1, $2, $3, $4, 'waiting', 0, $5)"
QUEUE = RabbitQueue("peer.notifications.booked", durable=True, routing_key="ConsultationBooked")


@asynccontextmanager
async def lifespan(context: ContextRepo) -> AsyncIterator[None]:
    async with asyncpg.create_pool(os.environ["PEER_DATABASE"]) as pool:
        context.set_global("pool", pool)
        yield


broker = RabbitBroker(os.environ["PEER_BROKER"])
app = FastStream(broker, lifespan=lifespan)


@broker.subscriber(QUEUE, EVENTS)
async def tell_both(event: ConsultationBooked, pool: Annotated[asyncpg.Pool, Context()]) -> None:
    now, when = datetime.now(UTC), f"{event.starts_at:%A, %d %B %Y, %H:%M} UTC"
    told = [
        (event.client_id, "Your appointment", f"Your consultation is booked for {when}."),
        (event.specialist_id, "A new appointment", f"Somebody booked you for {when}."),
    ]
    about = event.consultation_id
    notices = [(uuid4(), account, text, about, now) for account, _, text in told]
    mails = [(uuid4(), account, subject, text, now) for account, subject, text in told]
    async with pool.acquire() as connection, connection.transaction():
        await connection.executemany(NOTICE, notices)
        await connection.executemany(MAIL, mails)
