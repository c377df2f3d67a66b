"""Events at a service's handlers, without a broker: in the order that the test chooses."""

from __future__ import annotations

from functools import partial
from typing import Any

from chassis.database.database import Database
from chassis.events import Envelope
from chassis.messaging.inbox import Inbox
from chassis.messaging.subscribe import subscriptions_of


def handle(
    service_class: Any, database: Database, envelope: Envelope[Any], **dependencies: Any
) -> None:
    """Let every handler of this event take it, as the broker would deliver it; a failure is kept in
    the inbox. ``dependencies``: what the service has at hand beside its store."""
    service = service_class()
    service.store = database
    for name, dependency in dependencies.items():
        setattr(service, name, dependency)
    for name, event_type in subscriptions_of(service_class):
        if event_type is type(envelope.data):
            handler = getattr(service_class, name).__wrapped__
            Inbox(database).receive(envelope, envelope.to_json(), name, partial(handler, service))
