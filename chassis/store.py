"""Store: a service's dependency on its database, ``store = Store(Base)``, with its outbox relay."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import eventlet
from nameko.extensions import DependencyProvider

from chassis.database.database import Database, service_url
from chassis.database.transaction import Outboxed
from chassis.errors import DomainError
from chassis.messaging.outbox_relay import OutboxRelay
from chassis.messaging.retention import MessageRetention
from chassis.readiness import Checked
from chassis.sealing import Seal
from chassis.settings import BadSettings

CHECK_TIMEOUT_S = 2.0


class Store(Database, DependencyProvider, Checked):
    """Connects a service to its database, named after it in ``FIRSTSTEP_DATABASE``."""

    needs = "database"
    relay = OutboxRelay()
    retention = MessageRetention()

    def setup(self) -> None:
        service, template = self.container.service_name, self.container.config["DATABASE"]
        if not template:
            raise BadSettings(f"FIRSTSTEP_DATABASE is missing: {service} keeps its data there")
        keys = self.container.config.get("SEAL_KEYS")
        seal = Seal(keys, "replies") if keys else None
        self.connect(service_url(template, service), service, self.container.max_workers + 2, seal)
        self.relay.database = self.retention.database = self

    def stop(self) -> None:
        self.retention.finish()
        self.relay.finish()
        self.dispose()

    def failure(self) -> str:
        late = TimeoutError(f"no answer in {CHECK_TIMEOUT_S} s")
        try:
            with eventlet.Timeout(CHECK_TIMEOUT_S, late):
                self.check()
        except (DomainError, TimeoutError) as error:
            return str(error)
        return ""

    def has_emitted(self, events: Sequence[Outboxed]) -> None:
        self.relay.take(events)

    def get_dependency(self, worker_ctx: Any) -> Store:
        return self
