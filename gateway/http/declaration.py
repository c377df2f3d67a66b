"""The declaration of an endpoint, and which callers it allows."""

from __future__ import annotations

import re
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

from chassis.errors import DomainError
from contracts.files import LARGEST_FILE
from gateway.cache import Cached

IN_BRACES = re.compile(r"{(\w+)}")


@dataclass(frozen=True)
class Anyone:
    """Any caller, signed in or not. Only where callers are ``recognised`` is the ``Authorization``
    header read; a caller without a valid token is anonymous then."""

    recognised: bool = False


@dataclass(frozen=True)
class SignedIn:
    """Any account."""


NO_HEADERS: Mapping[str, str] = MappingProxyType({})
ANYONE, ANYONE_RECOGNISED, SIGNED_IN = Anyone(), Anyone(recognised=True), SignedIn()
Allowed = Anyone | SignedIn | Sequence[str]


@dataclass(frozen=True)
class Raw:
    """Raw bytes of one of these media types, in place of JSON.

    As a ``body``: at most ``largest`` bytes. As an answer: a ``contracts.files.File``; ``name``
    makes browsers save it rather than show it; with ``asks_again`` it has an ETag, and only the
    client's own cache stores it.
    """

    types: tuple[str, ...]
    largest: int = LARGEST_FILE
    name: str = ""
    asks_again: bool = False


@dataclass(frozen=True)
class Events:
    """A stream of server-sent events, as an answer; the ``data`` of each is this shape as JSON."""

    data: type


@dataclass(frozen=True)
class Declaration:
    """What ``@endpoint`` declares.

    ``body``, ``query``, ``returns``: a contract's dataclass, or ``Raw``; an answer may be
    ``Events``.
    ``errors``: its own refusals, beside those that follow from the rest.
    ``repeatable``: takes an ``Idempotency-Key``, as every endpoint that creates does.
    ``kept_s``: any cache may store the answer for so many seconds, and revalidate it by its ETag.
    ``cached``: how the gateway caches answers that are the same for every caller.
    ``or_nothing``: 204 where the method returns ``None``.
    ``redirects``: its method raises ``redirects.Moved`` for a former address.
    ``by_language``: the method gets ``language``, which the client prefers (``Accept-Language``).
    ``versioned``: GET answers with a strong ETag, and writes take it as ``If-Match``; the service
    checks it (see ``chassis.preconditions``).
    """

    method: str
    path: str
    returns: type | Raw | Events | None
    body: type | Raw | None = None
    query: type | None = None
    status: HTTPStatus = HTTPStatus.OK
    allow: Allowed = ANYONE
    errors: tuple[type[DomainError], ...] = ()
    repeatable: bool = False
    kept_s: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    """Additional headers of a successful answer."""
    cached: Cached | None = None
    or_nothing: bool = False
    redirects: bool = False
    by_language: bool = False
    versioned: bool = False

    @property
    def cache_control(self) -> str:
        """The Cache-Control of an answer, which then has an ETag; empty: no cache stores it."""
        if self.cached is not None:
            return self.cached.control
        if self.bears_version or (isinstance(self.returns, Raw) and self.returns.asks_again):
            return "private, no-cache"
        if not self.kept_s:
            return ""
        # a deleted file must not be shown by a cache that can't reach us
        gone = ", must-revalidate" if isinstance(self.returns, Raw) else ""
        return f"public, max-age={self.kept_s}{gone}"

    @property
    def bears_version(self) -> bool:
        """Whether its answer has the ETag that a later write may name."""
        return self.versioned and self.method == "GET"

    @property
    def takes_version(self) -> bool:
        """Whether it takes ``If-Match``."""
        return self.versioned and self.method != "GET"

    @property
    def takes_key(self) -> bool:
        """Whether it takes an ``Idempotency-Key``."""
        creates = self.method == "POST" and self.status == HTTPStatus.CREATED
        return creates or self.repeatable

    def path_parameters(self, handler: Callable[..., Any]) -> dict[str, Any]:
        hints = typing.get_type_hints(handler)
        return {name: hints[name] for name in IN_BRACES.findall(self.path)}
