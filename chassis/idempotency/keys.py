"""Idempotency keys: which calls are repetitions of one another.

A key names one call of one method by one caller. It comes from the client's ``Idempotency-Key``
header, or is generated where the call begins: inside the platform a call may run twice as well,
when its connection breaks and the broker redelivers it.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from chassis import context
from chassis.errors import Invalid


class KeyReused(Invalid):
    """This Idempotency-Key was sent before, with another request. Please use a new one."""

    code = "idempotency_key_reused"


class AlreadyAnswered(Exception):
    """This call took effect before; ``reply`` is its stored reply."""

    def __init__(self, reply: Any) -> None:
        self.reply = reply


@dataclass(frozen=True)
class Call:
    """A call with a key. Its fingerprint shows whether a repeated key comes with another request.

    The fingerprint is a hash of the arguments' ``repr``. A secret field, such as a password, is
    declared with ``field(repr=False)``; ``secrets`` is the fingerprint of those. It is stored only
    encrypted, since a password could be guessed from it.
    """

    key: str
    fingerprint: str
    secrets: str

    @property
    def has_secrets(self) -> bool:
        return self.secrets != NO_SECRETS

    def repetition_error(
        self, fingerprint: str, secrets: str, reply: Any
    ) -> AlreadyAnswered | KeyReused:
        """The error for a key that is stored already, with these fingerprints and this reply."""
        same = (fingerprint, secrets) == (self.fingerprint, self.secrets)
        return AlreadyAnswered(reply) if same else KeyReused()


_current: ContextVar[Call | None] = ContextVar("call", default=None)


def current_call() -> Call | None:
    """The call that this greenthread answers; ``None`` where it has no key."""
    return _current.get()


@contextmanager
def keyed_call(method: str, arguments: dict[str, Any]) -> Iterator[None]:
    """Transactions inside belong to this call of a method, if its context has a key."""
    here = context.current()
    if here.idempotency_key is None:
        yield
        return
    key = f"{method}:{here.caller.account_id}:{here.idempotency_key}"
    secrets = _fingerprint(secrets_in(arguments))
    token = _current.set(Call(key, _fingerprint(arguments), secrets))
    try:
        yield
    finally:
        _current.reset(token)


@contextmanager
def outside_call() -> Iterator[None]:
    """Transactions inside belong to no call: they are committed even if the call is refused."""
    token = _current.set(None)
    try:
        yield
    finally:
        _current.reset(token)


def secrets_in(value: Any) -> list[Any]:
    """The values of all fields declared with ``field(repr=False)``, in a dataclass and in the
    dataclasses, lists and mappings within it."""
    return list(_secrets_in(value))


def _secrets_in(value: Any) -> Iterator[Any]:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        for each in dataclasses.fields(value):
            inner = getattr(value, each.name)
            if not each.repr:
                yield inner
            yield from _secrets_in(inner)
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _secrets_in(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _secrets_in(inner)


def _fingerprint(value: Any) -> str:
    return hashlib.sha256(repr(value).encode()).hexdigest()


NO_SECRETS = _fingerprint([])
