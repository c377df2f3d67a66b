"""Topology: the queues of subscriptions and of dead letters, as RabbitMQ knows them."""

from __future__ import annotations

from collections.abc import Mapping

from kombu import Queue

from chassis.events import exchange_of
from chassis.messaging.retry_limits import DELIVERY_LIMIT


def dead_letter_queue(service: str) -> Queue:
    """Where RabbitMQ puts a message whose consumer crashed ``DELIVERY_LIMIT`` times."""
    return Queue(f"{service}.dead", durable=True, queue_arguments={"x-queue-type": "quorum"})


def subscription_queue(service: str, handler: str, producer: str, event_type: str) -> Queue:
    """The queue of one handler, shared by all instances of its service."""
    return Queue(
        f"{service}.{handler}",
        exchange=exchange_of(producer),
        routing_key=event_type,
        durable=True,
        queue_arguments={
            "x-queue-type": "quorum",
            "x-delivery-limit": DELIVERY_LIMIT,
            "x-dead-letter-exchange": "",
            "x-dead-letter-routing-key": f"{service}.dead",
        },
    )


def queues_for(subscriptions: Mapping[str, Mapping[str, str]]) -> list[Queue]:
    """All queues of services, by the ``producer.Type`` of each handler's event."""
    queues = []
    for service, handlers in subscriptions.items():
        for handler, event in handlers.items():
            queues.append(subscription_queue(service, handler, *event.split(".")))
        if handlers:
            queues.append(dead_letter_queue(service))
    return queues
