"""How many events wait in the broker, by the service that they wait for."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress

from amqp.exceptions import NotFound

from chassis.broker import connection_to
from chassis.config import BadSettings, Settings
from firststep.platform import TOPOLOGY

ATTEMPTS = 2


def queue_depths(settings: Settings) -> dict[str, int]:
    """Nothing for the embedded broker: it lives in the serving process."""
    if settings.embedded:
        return {}
    depths: Counter[str] = Counter()
    with connection_to(settings.broker) as connection:
        try:
            connection.ensure_connection(max_retries=ATTEMPTS)
        except OSError as error:
            raise BadSettings(f"FIRSTSTEP_BROKER: the broker is away: {error}") from None
        for queue in TOPOLOGY:
            with connection.channel() as channel, suppress(NotFound):
                found = channel.queue_declare(queue.name, passive=True)
                depths[queue.name.partition(".")[0]] += found.message_count
    return dict(depths)
