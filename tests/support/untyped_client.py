"""RPC client without declared methods: any name, any arguments, results as JSON values."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, cast

from nameko.extensions import DependencyProvider

from chassis.rpc.client import Wire
from chassis.rpc.requester import Requester


class UntypedClient:
    def __init__(self, service: str, requester: Requester) -> None:
        self._service = service
        self._requester = requester

    def __getattr__(self, method: str) -> Callable[..., Any]:
        return functools.partial(self._call, method)

    def _call(self, method: str, **arguments: Any) -> Any:
        return Wire(self._requester.request(self._service, method, arguments), Any).value


class _Provider(DependencyProvider):
    requester = Requester()

    def __init__(self, service: str) -> None:
        self.service = service

    def get_dependency(self, worker_ctx: Any) -> UntypedClient:
        return UntypedClient(self.service, self.requester)


def untyped_client(service: str) -> UntypedClient:
    """A test service's attribute: ``desk = untyped_client("desk")``."""
    return cast(UntypedClient, _Provider(service))
