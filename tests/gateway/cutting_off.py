"""Gateways that are cut off from the broker."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from eventlet.event import Event as GreenEvent

from gateway.http.revocation import RevocationList
from tests.support.platform import House


@contextmanager
def cut_off(gateway: House) -> Iterator[None]:
    """Its connection to the broker breaks, and there is no other inside the block."""
    consumer: Any = gateway.part(RevocationList).broadcast.queue_consumer
    let_in, establish = GreenEvent(), consumer.establish_connection

    def held() -> Any:
        let_in.wait()
        return establish()

    consumer.establish_connection = held
    if gateway.broker.startswith("amqp"):
        [*consuming] = consumer._consumers.values()
        with suppress(OSError):  # not closed: its number would be another one's at once
            consuming[0].channel.connection.sock.shutdown(socket.SHUT_RDWR)
    else:
        consumer.connected = False
    try:
        yield
    finally:
        let_in.send()
        consumer.establish_connection = establish
        if not gateway.broker.startswith("amqp"):
            consumer.connected = True
            gateway.part(RevocationList).broadcast.on_consuming()
