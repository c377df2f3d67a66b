"""Calendars and consultations. An event is published after the commit: a crash loses it."""

from benchmarks.peer import consultations
from benchmarks.peer.messages import EVENTS, Book, Reply
from benchmarks.peer.service import Pool, app, broker

__all__ = ["app"]

broker.subscriber("peer.booking.get")(consultations.get)


@broker.subscriber("peer.booking.book")
async def book(command: Book, pool: Pool) -> Reply:
    async with pool.acquire() as connection, connection.transaction():
        reply = await consultations.book(command, connection)
    if reply.consultation is not None:
        event = consultations.event_of(reply.consultation)
        await broker.publish(event, exchange=EVENTS, routing_key="ConsultationBooked", persist=True)
    return reply
