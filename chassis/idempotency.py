"""Writing calls take effect once: a repetition with the same key gets the first answer.

A key names one call of one method by one caller. It comes from the client's ``Idempotency-Key``
header, or is made where the call begins: inside the platform a call may run twice as well, when
its connection breaks and the broker delivers it again.
"""

from __future__ import annotations

import dataclasses
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
    is declared with ``field(repr=False)``. ``secrets`` is the fingerprint of those, which is kept
    sealed alone: a secret answer goes to nobody who does not know them.
    """

    key: str
    fingerprint: str
    secrets: str

    def again(self, fingerprint: str, secrets: str, reply: Any) -> AlreadyAnswered | KeyReused:
        """What to raise where the key came before, with these fingerprints, and was answered so."""
        same = (fingerprint, secrets) == (self.fingerprint, self.secrets)
        return AlreadyAnswered(reply) if same else KeyReused()


_current: ContextVar[Call | None] = ContextVar("call", default=None)


def current_call() -> Call | None:
    """The call that this greenthread answers, where its key makes a repetition recognisable."""
    return _current.get()


@contextmanager
def answering(method: str, arguments: dict[str, Any]) -> Iterator[None]:
    """Transactions inside belong to this call of a method."""
    here = context.current()
    if here.idempotency_key is None:
        yield
        return
    key = f"{method}:{here.caller.account_id}:{here.idempotency_key}"
    secrets = [secret for argument in arguments.values() for secret in secrets_in(argument)]
    token = _current.set(Call(key, _fingerprint(arguments), _fingerprint(secrets)))
    try:
        yield
    finally:
        _current.reset(token)


@contextmanager
def answering_nobody() -> Iterator[None]:
    """Transactions inside belong to no call: what they write stays though the call is refused."""
    token = _current.set(None)
    try:
        yield
    finally:
        _current.reset(token)


def secrets_in(value: Any) -> list[Any]:
    """A dataclass's own fields that are declared with ``field(repr=False)``."""
    if not dataclasses.is_dataclass(value):
        return []
    return [getattr(value, each.name) for each in dataclasses.fields(value) if not each.repr]


def _fingerprint(value: Any) -> str:
    return hashlib.sha256(repr(value).encode()).hexdigest()
