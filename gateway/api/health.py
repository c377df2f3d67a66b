"""Is the gateway alive, and can it work? For load balancers and orchestrators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from annotated_doc import Doc

from chassis.errors import FieldError, Unavailable
from chassis.http.health import Health
from gateway.http.endpoint import endpoint


class NotReady(Unavailable):
    """A part that this process needs does not answer."""

    code = "not_ready"


@dataclass(frozen=True, kw_only=True)
class HealthReport:
    """How this process is."""

    status: Annotated[str, Doc("`alive` or `ready`.")]


class HealthApi:
    health = Health()

    @endpoint("GET", "/healthz", returns=HealthReport)
    def get_liveness(self) -> Any:
        """The process answers."""
        return HealthReport(status="alive")

    @endpoint("GET", "/readyz", returns=HealthReport, errors=[NotReady])
    def get_readiness(self) -> Any:
        """The process and all that it needs answer."""
        failures = self.health.failures()
        if failures:
            raise NotReady(errors=[FieldError(*each) for each in failures.items()])
        return HealthReport(status="ready")
