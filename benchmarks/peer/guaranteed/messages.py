"""What the bare peer's messages do not have."""

from uuid import UUID

from faststream.rabbit import ExchangeType, RabbitExchange

from benchmarks.peer.messages import Book

EVENTS = RabbitExchange("peer.guaranteed.events", type=ExchangeType.TOPIC, durable=True)


class KeyedBook(Book):
    """A repetition has the key of the first."""

    key: UUID
