"""Notices and mails. An event that comes twice takes effect twice, one that fails is lost."""

from faststream.rabbit import RabbitQueue

from benchmarks.peer import notices
from benchmarks.peer.messages import EVENTS, ConsultationBooked
from benchmarks.peer.service import Pool, app, broker

__all__ = ["app"]

QUEUE = RabbitQueue("peer.notifications.booked", durable=True, routing_key="ConsultationBooked")


@broker.subscriber(QUEUE, EVENTS)
async def tell_both(event: ConsultationBooked, pool: Pool) -> None:
    async with pool.acquire() as connection, connection.transaction():
        await notices.tell_both(event, connection)
