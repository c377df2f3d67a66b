"""Health checks: ``/healthz`` (alive) and ``/readyz`` (database and broker reachable)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from nameko.extensions import DependencyProvider, register_entrypoint
from nameko.web.handlers import HttpRequestHandler
from werkzeug.wrappers import Request, Response

from chassis import json
from chassis.http.server import WebServer
from chassis.readiness import Checked

F = TypeVar("F", bound=Callable[..., Response])


class Health(DependencyProvider):
    """Checks the databases and broker connections of all services in this process."""

    def get_dependency(self, worker_ctx: Any) -> Health:
        return self

    def failures(self) -> dict[str, str]:
        """Failed checks, such as ``{"booking.database": "no answer"}``; empty when ready."""
        found: dict[str, str] = {}
        for container in self.container.config["CONTAINERS"]():
            for extension in container.extensions:
                if isinstance(extension, Checked) and (failure := extension.failure()):
                    found[f"{container.service_name}.{extension.needs}"] = failure
        return found


class HealthHandler(HttpRequestHandler):
    server = WebServer()


def health_endpoint(path: str) -> Callable[[F], F]:
    """Serve a method at this path, by GET."""

    def decorate(method: F) -> F:
        register_entrypoint(method, HealthHandler("GET", path))
        return method

    return decorate


class HealthService:
    """Serves the health checks of a process without a gateway."""

    name = "health"
    health = Health()

    @health_endpoint("/healthz")
    def alive(self, request: Request) -> Response:
        return Response(json.dumps({"status": "alive"}), content_type=json.JSON)

    @health_endpoint("/readyz")
    def ready(self, request: Request) -> Response:
        failures = self.health.failures()
        body = {"status": "waiting" if failures else "ready", "failures": failures}
        return Response(json.dumps(body), 503 if failures else 200, content_type=json.JSON)
