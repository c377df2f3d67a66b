"""Sends RPC requests and replies to the broker."""

from __future__ import annotations

from typing import Any

from nameko.extensions import SharedExtension
from nameko.rpc import get_rpc_exchange

from chassis.broker.publishing import TransientSender


class Sender(SharedExtension):
    """The connection through which a service sends; without confirms."""

    def setup(self) -> None:
        self._transient = TransientSender(self.container.config["AMQP_URI"])
        self._exchange = get_rpc_exchange(self.container.config).name

    def send(self, body: bytes, routing_key: str, timeout: float, **properties: Any) -> None:
        self._transient.send(
            body, exchange=self._exchange, routing_key=routing_key, timeout=timeout, **properties
        )

    def stop(self) -> None:
        self._transient.drop()
