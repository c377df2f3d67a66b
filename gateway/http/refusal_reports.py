"""Reports refusals (403) to profiles, which records them in the audit.

The answer does not wait for it: a greenthread reports. Where too many reports are under way, one is
dropped; the log has its line all the same.
"""

from __future__ import annotations

from dataclasses import replace

import structlog
from nameko.extensions import SharedExtension

from chassis import context
from chassis.concurrency.limits import Pool
from chassis.context import CallContext, Caller
from chassis.errors import DomainError, Forbidden
from chassis.rpc.requester import Requester
from contracts.profiles.sessions import Refused
from contracts.rpc.profiles import Profiles

AT_ONCE = 10

log = structlog.get_logger()


class RefusalReports(SharedExtension):
    requester = Requester()

    def __init__(self) -> None:
        super().__init__()
        self._pool = Pool(AT_ONCE)

    def report(self, error: Exception, caller: Caller | None, method: str, path: str) -> None:
        """Report that a signed-in caller was refused with 403. ``path`` is the template."""
        if not isinstance(error, Forbidden) or caller is None:
            return
        if not self._pool.free():
            log.warning("refusal_not_reported", reason="too many at once")
            return
        call = replace(context.current(), caller=caller, deadline=None, idempotency_key=None)
        self._pool.spawn(self._tell, Refused(code=error.code, method=method, path=path), call)

    def _tell(self, refused: Refused, call: CallContext) -> None:
        try:
            with context.entered(call):
                Profiles(self.requester).record_refusal(refused=refused)
        except DomainError as error:
            log.warning("refusal_not_reported", reason=error.detail)
        except Exception:
            log.exception("refusal_not_reported")
