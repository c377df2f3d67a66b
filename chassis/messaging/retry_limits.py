"""Retry limits of events: attempts of a handler, the pauses between them, redeliveries."""

from __future__ import annotations

from datetime import timedelta

ATTEMPTS = 10
"""A handler's attempts at one event, the first included. After the last one it is parked."""
FIRST_PAUSE = timedelta(seconds=1)
LONGEST_PAUSE = timedelta(minutes=5)
"""The bounds of the backoff between attempts."""
DELIVERY_LIMIT = 20
"""How often RabbitMQ redelivers a message whose consumer crashes (``x-delivery-limit``)."""
