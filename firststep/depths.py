"""How many events wait in the broker, by the service that they wait for."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress

from amqp.exceptions import NotFound

from chassis.broker.publishing import connected_to
from chassis.config import Settings
from firststep.platform import TOPOLOGY


def queue_depths(settings: Settings) -> dict[str, int]:
    """Nothing for the embedded broker: it lives in the serving process.

    Raises ``BrokerAway``.
    """
    if settings.embedded:
        return {}
    depths: Counter[str] = Counter()
    with connected_to(settings.broker) as connection:
        for queue in TOPOLOGY:
            with connection.channel() as channel, suppress(NotFound):
                found = channel.queue_declare(queue.name, passive=True)
                depths[queue.name.partition(".")[0]] += found.message_count
    return dict(depths)
