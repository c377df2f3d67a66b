"""Call context: caller, deadline and ids that travel with a call, up to the last event handler.

Between services it is in nameko's context data (AMQP headers); in a service ``current()`` returns
that of the greenthread.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from time import time
from typing import Any
from uuid import UUID, uuid4

import structlog

from chassis import json
from chassis.errors import EmailNotVerified, Forbidden, Unauthenticated

OUTERMOST_DEADLINE_S = 10.0
"""Seconds that a call without a deadline may take."""


@dataclass(frozen=True)
class Caller:
    """The caller: an account, or anonymous. ``verified``: the e-mail address is confirmed;
    ``second_factor``: the session was started with one."""

    account_id: UUID | None = None
    roles: frozenset[str] = frozenset()
    verified: bool = False
    session_id: UUID | None = None
    second_factor: bool = False

    def known(self) -> UUID:
        """The account's id; raises ``Unauthenticated`` for an anonymous caller."""
        if self.account_id is None:
            raise Unauthenticated
        return self.account_id

    def with_role(self, role: str) -> UUID:
        """The account's id, if it has the role; raises ``Forbidden`` otherwise."""
        account_id = self.known()
        if role not in self.roles:
            raise Forbidden(f"You need the role {role} to do this.")
        return account_id

    def require_verified(self) -> UUID:
        """The account's id, if its e-mail address is confirmed; raises ``EmailNotVerified``."""
        account_id = self.known()
        if not self.verified:
            raise EmailNotVerified
        return account_id

    def to_wire(self) -> dict[str, Any]:
        return {
            "account_id": self.account_id,
            "roles": sorted(self.roles),
            "verified": self.verified,
            "session_id": self.session_id,
            "second_factor": self.second_factor,
        }

    @classmethod
    def from_wire(cls, wire: dict[str, Any]) -> Caller:
        """Raises ``ValueError`` where it is malformed. Callers of an older version omit fields."""
        session_id = wire.get("session_id")
        return cls(
            UUID(str(wire["account_id"])),
            frozenset(wire["roles"]),
            wire.get("verified") is True,
            None if session_id is None else UUID(str(session_id)),
            wire.get("second_factor") is True,
        )


@dataclass(frozen=True)
class CallContext:
    """The context of one call.

    ``deadline``: seconds since the epoch; hosts must keep NTP time. ``idempotency_key``: the same
    for all repetitions of a writing call. ``if_match``: the version that the caller means to change
    (see ``preconditions``). ``address`` and ``agent``: the client's IP address and user agent.
    """

    correlation_id: str = field(default_factory=lambda: uuid4().hex)
    caller: Caller = Caller()
    deadline: float | None = None
    idempotency_key: str | None = None
    if_match: str | None = None
    address: str | None = None
    agent: str | None = None

    def to_headers(self) -> dict[str, str]:
        headers = {"correlation_id": self.correlation_id}
        if self.caller.account_id is not None:
            headers["caller"] = json.dumps(self.caller.to_wire()).decode()
        if self.deadline is not None:
            headers["deadline"] = str(self.deadline)
        if self.idempotency_key is not None:
            headers["idempotency_key"] = self.idempotency_key
        if self.if_match is not None:
            headers["if_match"] = self.if_match
        if self.address is not None:
            headers["client_address"] = self.address
        if self.agent is not None:
            headers["client_agent"] = self.agent
        return headers

    @classmethod
    def from_headers(cls, headers: dict[str, Any]) -> CallContext:
        """The context that came with a message; raises ``ValueError`` where it is malformed."""
        caller = Caller()
        if "caller" in headers:
            caller = Caller.from_wire(json.loads(headers["caller"]))
        deadline = headers.get("deadline")
        return cls(
            correlation_id=str(headers.get("correlation_id") or uuid4().hex),
            caller=caller,
            deadline=None if deadline is None else float(deadline),
            idempotency_key=headers.get("idempotency_key"),
            if_match=headers.get("if_match"),
            address=headers.get("client_address"),
            agent=headers.get("client_agent"),
        )

    def remaining(self) -> float:
        """Seconds until the deadline."""
        return OUTERMOST_DEADLINE_S if self.deadline is None else self.deadline - time()


_current: ContextVar[CallContext | None] = ContextVar("call_context", default=None)


def current() -> CallContext:
    """The context of the call that this greenthread works on; a new one outside of any call."""
    return _current.get() or CallContext()


@contextmanager
def entered(context: CallContext) -> Iterator[None]:
    """Make ``context`` current inside the block; its correlation id is in every log line."""
    token = _current.set(context)
    try:
        with structlog.contextvars.bound_contextvars(correlation_id=context.correlation_id):
            yield
    finally:
        _current.reset(token)
