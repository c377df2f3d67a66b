"""What an endpoint states about itself, and who may call it."""

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
    """Signed in or not. Unless callers are ``recognised``, the ``Authorization`` header is not
    read; where they are, one without a valid token is anonymous."""

    recognised: bool = False


@dataclass(frozen=True)
class SignedIn:
    """Any account."""


NO_HEADERS: Mapping[str, str] = MappingProxyType({})
ANYONE, ANYONE_RECOGNISED, SIGNED_IN = Anyone(), Anyone(recognised=True), SignedIn()
Allowed = Anyone | SignedIn | Sequence[str]


@dataclass(frozen=True)
class Raw:
    """Bytes as they are, of one of these media types, in place of JSON.

    As a ``body``, of so many bytes at most. As what is returned, a ``contracts.files.File``;
    ``name`` makes browsers save it rather than show it; who ``asks_again`` bears its ETag, and
    nobody else keeps it.
    """

    types: tuple[str, ...]
    largest: int = LARGEST_FILE
    name: str = ""
    asks_again: bool = False


@dataclass(frozen=True)
class Declaration:
    """What the decorator states. ``body``, ``query`` and ``returns`` are contracts' dataclasses,
    or ``Raw``; ``errors`` are the refusals of its own, beside those that follow from the rest.
    What creates takes an ``Idempotency-Key``; so does what is ``repeatable``. ``kept_s``: anybody
    may keep the answer for so many seconds, and ask again by its ETag. ``cached`` says how
    answers may be kept here, where they are the same for everybody. ``or_nothing``: 204 in place
    of the answer where the method returns ``None``. ``by_language``: the method gets
    ``language``, which the client prefers (``Accept-Language``). ``versioned``: what GET answers
    bears a strong ETag, and what writes takes it as ``If-Match``; the service checks it (see
    ``chassis.preconditions``)."""

    method: str
    path: str
    returns: type | Raw | None
    body: type | Raw | None = None
    query: type | None = None
    status: HTTPStatus = HTTPStatus.OK
    allow: Allowed = ANYONE
    errors: tuple[type[DomainError], ...] = ()
    repeatable: bool = False
    kept_s: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    """What a successful answer bears beside the usual."""
    cached: Cached | None = None
    or_nothing: bool = False
    by_language: bool = False
    versioned: bool = False

    @property
    def cache_control(self) -> str:
        """What it says of keeping an answer, which then bears an ETag; empty: nobody keeps it."""
        if self.cached is not None:
            return self.cached.control
        if self.bears_version or (isinstance(self.returns, Raw) and self.returns.asks_again):
            return "private, no-cache"
        if not self.kept_s:
            return ""
        # a file may be gone later, and nobody is to show it then because we are out of reach
        gone = ", must-revalidate" if isinstance(self.returns, Raw) else ""
        return f"public, max-age={self.kept_s}{gone}"

    @property
    def bears_version(self) -> bool:
        """Whether its answer is the version of a resource that a write may name."""
        return self.versioned and self.method == "GET"

    @property
    def takes_version(self) -> bool:
        """Whether it changes the version of a resource that a client has read."""
        return self.versioned and self.method != "GET"

    @property
    def takes_key(self) -> bool:
        """Whether a client may name its call, to repeat it without a second effect."""
        creates = self.method == "POST" and self.status == HTTPStatus.CREATED
        return creates or self.repeatable

    def path_parameters(self, handler: Callable[..., Any]) -> dict[str, Any]:
        hints = typing.get_type_hints(handler)
        return {name: hints[name] for name in IN_BRACES.findall(self.path)}
