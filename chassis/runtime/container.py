"""Service container: nameko's, with the call's context entered around each worker."""

from __future__ import annotations

import inspect
from typing import Any, cast

from nameko.containers import ServiceContainer
from nameko.extensions import (
    ENTRYPOINT_EXTENSIONS_ATTR,
    DependencyProvider,
    is_dependency,
    is_extension,
)

from chassis import context
from chassis.context import CallContext, Caller


class Container(ServiceContainer):
    """Hosts one service. Its entrypoints pass context data that they have validated.

    A service class may set its number of workers: ``max_workers``.
    """

    def __init__(self, service_cls: Any, config: dict[str, Any]) -> None:
        wanted = getattr(service_cls, "max_workers", None) or config.get("max_workers")
        without_extensions = type(service_cls.__name__, (), {"name": service_cls.name})
        super().__init__(without_extensions, {**config, "max_workers": wanted})
        self.service_cls = service_cls
        self._bind_extensions()

    def _bind_extensions(self) -> None:
        """As nameko does, which walks a shared extension again for each entrypoint that has it, and
        reads all its properties each time: of the gateway's start that took half."""
        for name, dependency in inspect.getmembers(self.service_cls, is_dependency):
            bound = dependency.bind(self.interface, name)
            self.dependencies.add(bound)
            self._add_extensions_of(bound)
        for name, method in inspect.getmembers(self.service_cls, inspect.isfunction):
            for entrypoint in getattr(method, ENTRYPOINT_EXTENSIONS_ATTR, ()):
                bound = entrypoint.bind(self.interface, name)
                self.entrypoints.add(bound)
                self._add_extensions_of(bound)

    def _add_extensions_of(self, extension: Any) -> None:
        for _, each in inspect.getmembers(extension, is_extension):
            if each not in self.subextensions:
                self.subextensions.add(each)
                self._add_extensions_of(each)

    def _run_worker(self, worker_ctx: Any, handle_result: Any) -> None:
        with context.entered(CallContext.from_headers(worker_ctx.data)):
            super()._run_worker(worker_ctx, handle_result)


class _CurrentCaller(DependencyProvider):
    def get_dependency(self, worker_ctx: Any) -> Caller:
        return context.current().caller


def current_caller() -> Caller:
    """A service's dependency on the caller of the current call: ``caller = current_caller()``."""
    return cast(Caller, _CurrentCaller())
