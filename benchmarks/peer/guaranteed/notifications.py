"""Notices and mails. A row in the inbox is written with them: an event takes effect once."""

from uuid import UUID

from faststream import AckPolicy
from faststream.rabbit import QueueType, RabbitQueue
from faststream.rabbit.annotations import RabbitMessage

from benchmarks.peer import notices
from benchmarks.peer.guaranteed.messages import EVENTS
from benchmarks.peer.messages import ConsultationBooked
from benchmarks.peer.service import Pool, app, broker

__all__ = ["app"]

NEW = "INSERT INTO inbox VALUES ($1, $2, now()) ON CONFLICT DO NOTHING RETURNING event_id"
QUEUE = RabbitQueue(
    "peer.guaranteed.booked",
    queue_type=QueueType.QUORUM,
    durable=True,
    routing_key="ConsultationBooked",
)


@broker.subscriber(QUEUE, EVENTS, ack_policy=AckPolicy.NACK_ON_ERROR)
async def tell_both(event: ConsultationBooked, message: RabbitMessage, pool: Pool) -> None:
    async with pool.acquire() as connection, connection.transaction():
        if await connection.fetchval(NEW, UUID(message.message_id), "tell_both"):
            await notices.tell_both(event, connection)
