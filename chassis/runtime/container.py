"""Service container: nameko's, with the call's context entered around each worker."""

from __future__ import annotations

from typing import Any, cast

from nameko.containers import ServiceContainer
from nameko.extensions import DependencyProvider

from chassis import context
from chassis.context import CallContext, Caller


class Container(ServiceContainer):
    """Hosts one service. Its entrypoints pass context data that they have validated.

    A service class may set its number of workers: ``max_workers``.
    """

    def __init__(self, service_cls: type, config: dict[str, Any]) -> None:
        wanted = getattr(service_cls, "max_workers", None) or config.get("max_workers")
        super().__init__(service_cls, {**config, "max_workers": wanted})

    def _run_worker(self, worker_ctx: Any, handle_result: Any) -> None:
        with context.entered(CallContext.from_headers(worker_ctx.data)):
            super()._run_worker(worker_ctx, handle_result)


class _CurrentCaller(DependencyProvider):
    def get_dependency(self, worker_ctx: Any) -> Caller:
        return context.current().caller


def current_caller() -> Caller:
    """A service's dependency on the caller of the current call: ``caller = current_caller()``."""
    return cast(Caller, _CurrentCaller())
