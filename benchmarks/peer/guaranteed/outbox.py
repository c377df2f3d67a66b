"""The outbox: an event is written in its transaction, and published by a relay.

A commit wakes the relay; it also polls, for what a process wrote that ended.
"""

import asyncio
import logging
from contextlib import suppress
from uuid import uuid4

import asyncpg
from pamqp.commands import Basic
from pydantic import BaseModel

from benchmarks.peer.guaranteed.messages import EVENTS
from benchmarks.peer.service import broker

BATCH = 100
POLL_EVERY_S = 0.5
ADD = "INSERT INTO outbox VALUES ($1, $2, $3, now())"
UNSENT = (
    "SELECT id, type, body FROM outbox WHERE sent_at IS NULL ORDER BY written_at"
    f" LIMIT {BATCH} FOR UPDATE SKIP LOCKED"
)
SENT = "UPDATE outbox SET sent_at = now() WHERE id = ANY($1)"

written = asyncio.Event()
log = logging.getLogger(__name__)


async def add(event: BaseModel, connection: asyncpg.Connection) -> None:
    """Write an event; runs in the transaction of its cause."""
    await connection.execute(ADD, uuid4(), type(event).__name__, event.model_dump_json())


async def relay(pool: asyncpg.Pool) -> None:
    """Publish what is in the outbox, until it is cancelled."""
    while True:
        with suppress(TimeoutError):
            async with asyncio.timeout(POLL_EVERY_S):
                await written.wait()
        written.clear()
        try:
            while await publish_batch(pool) == BATCH:
                pass
        except Exception:
            log.exception("the relay failed")
            await asyncio.sleep(POLL_EVERY_S)


async def publish_batch(pool: asyncpg.Pool) -> int:
    """How many events were published; those that the broker confirmed are marked as sent."""
    async with pool.acquire() as connection, connection.transaction():
        events = await connection.fetch(UNSENT)
        if not events:
            return 0
        answers = await asyncio.gather(*map(publish, events), return_exceptions=True)
        answered = list(zip(events, answers, strict=True))
        sent = [event["id"] for event, answer in answered if isinstance(answer, Basic.Ack)]
        await connection.execute(SENT, sent)
    if len(sent) < len(events):
        log.error("events were not confirmed: %s", answers)
    return len(sent)


async def publish(event: asyncpg.Record) -> object:
    """The broker's answer: ``Basic.Ack`` where it has the event, and a queue for it."""
    return await broker.publish(
        event["body"].encode(),
        exchange=EVENTS,
        routing_key=event["type"],
        persist=True,
        message_id=str(event["id"]),
        content_type="application/json",
    )
