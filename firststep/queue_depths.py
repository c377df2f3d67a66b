"""How many events wait in the broker's queues, by service."""

from __future__ import annotations

from collections import Counter

from chassis.broker.inspection import message_count
from chassis.broker.publishing import connected_to
from chassis.settings import Settings
from firststep.platform import TOPOLOGY


def queue_depths(settings: Settings) -> dict[str, int]:
    """Messages that wait, by service. Empty for the embedded broker, which other processes can't
    reach.

    Raises ``BrokerAway``.
    """
    if settings.embedded:
        return {}
    depths: Counter[str] = Counter()
    with connected_to(settings.broker) as connection:
        for queue in TOPOLOGY:
            depths[queue.name.partition(".")[0]] += message_count(connection, queue.name) or 0
    return dict(depths)
