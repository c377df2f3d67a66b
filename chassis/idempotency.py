"""Writing calls take effect once: a repetition with the same key gets the first answer.

A key names one call of one method by one caller. It comes from the client's ``Idempotency-Key``
header, or is made where the call begins: inside the platform a call may run twice as well, when
its connection breaks and the broker delivers it again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from chassis import context
from chassis.errors import Invalid


class KeyReused(Invalid):
    """This Idempotency-Key came before, with another request."""

    code = "idempotency_key_reused"


class AlreadyAnswered(Exception):
    """This call took effect before; ``reply`` is what it answered then."""

    def __init__(self, reply: Any) -> None:
        self.reply = reply


@dataclass(frozen=True)
class Call:
    """The call that a transaction answers. Its fingerprint tells another request apart.

    It is made of the arguments' ``repr``: a field that must leave no trace, such as a password,
    is declared with ``field(repr=False)``.
    """

    key: str
    fingerprint: str

    def again(self, fingerprint: str, reply: Any) -> AlreadyAnswered | KeyReused:
        """What to raise where the key came before, with this fingerprint, and was answered so."""
        return AlreadyAnswered(reply) if fingerprint == self.fingerprint else KeyReused()


_current: ContextVar[Call | None] = ContextVar("call", default=None)


def current_call() -> Call | None:
    """The call that this greenthread answers, where its key makes a repetition recognisable."""
    return _current.get()


@contextmanager
def answering(method: str, arguments: Any) -> Iterator[None]:
    """Transactions inside belong to this call of a method."""
    here = context.current()
    if here.idempotency_key is None:
        yield
        return
    key = f"{method}:{here.caller.account_id}:{here.idempotency_key}"
    token = _current.set(Call(key, hashlib.sha256(repr(arguments).encode()).hexdigest()))
    try:
        yield
    finally:
        _current.reset(token)
