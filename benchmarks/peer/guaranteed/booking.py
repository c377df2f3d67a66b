"""Calendars and consultations. The event and the reply are written with the consultation.

A repeated command is refused on its way, as its consultation is there: then the kept reply is
looked up.
"""

import asyncio

from faststream import ContextRepo

from benchmarks.peer import consultations
from benchmarks.peer.guaranteed import outbox
from benchmarks.peer.guaranteed.messages import KeyedBook
from benchmarks.peer.messages import Reply
from benchmarks.peer.service import Pool, app, broker

KEEP = "INSERT INTO replies VALUES ($1, $2, $3, now())"
KEPT = "SELECT reply FROM replies WHERE client_id = $1 AND key = $2"

broker.subscriber("peer.booking.get")(consultations.get)


@app.after_startup
async def relay(context: ContextRepo) -> None:
    context.set_global("relay", asyncio.create_task(outbox.relay(context.get("pool"))))


@app.on_shutdown
async def stop(context: ContextRepo) -> None:
    context.get("relay").cancel()


@broker.subscriber("peer.booking.book")
async def book(command: KeyedBook, pool: Pool) -> Reply:
    key = command.client_id, command.key
    async with pool.acquire() as connection, connection.transaction():
        reply = await consultations.book(command, connection)
        if reply.consultation is None:
            kept = await connection.fetchval(KEPT, *key)
            return Reply.model_validate_json(kept) if kept else reply
        await connection.execute(KEEP, *key, reply.model_dump_json())
        await outbox.add(consultations.event_of(reply.consultation), connection)
    outbox.written.set()
    return reply
