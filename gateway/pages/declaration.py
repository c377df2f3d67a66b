"""Declarations of pages and forms."""

from __future__ import annotations

import typing
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from chassis.errors import DomainError
from gateway.cache import Cached
from gateway.http.declaration import ANYONE_RECOGNISED, IN_BRACES, Allowed, Anyone


@dataclass(frozen=True)
class Upload:
    """One file of a form, of one of these media types, of at most ``largest`` bytes. The handler
    gets it as ``file``: its bytes, or ``None`` where none was chosen."""

    field: str
    types: tuple[str, ...]
    largest: int


@dataclass(frozen=True, kw_only=True)
class PageDeclaration:
    """What ``@page`` and ``@form`` declare.

    ``template``: of a page. ``query``: the shape of its query. ``cached``: it is the same for all
    anonymous visitors of one language and zone. ``rendered_once``: so is its view, which is found
    for each of them, and rendered where it differs from the last one. ``body``, ``again``,
    ``upload``: of a form; it is shown again by the page method of this name where something is
    wrong with it. ``secret``: the page shows a secret, so it is not compressed (BREACH).
    ``indexed``: search engines may list it.
    ``must_work``: it is answered for an anonymous visitor where the cookies can't be checked now.
    ``featured``: how many featured specialists it shows; each visit begins at another one.
    """

    path: str
    allow: Allowed = ANYONE_RECOGNISED
    errors: tuple[type[DomainError], ...] = ()
    template: str = ""
    query: type | None = None
    cached: Cached | None = None
    rendered_once: bool = False
    indexed: bool = False
    featured: int = 0
    must_work: bool = False
    secret: bool = False
    body: type | None = None
    again: str = ""
    upload: Upload | None = None

    @property
    def method(self) -> str:
        return "POST" if self.again else "GET"

    @property
    def needs_account(self) -> bool:
        return not isinstance(self.allow, Anyone)

    def path_parameters(self, handler: Callable[..., Any]) -> dict[str, Any]:
        hints = typing.get_type_hints(handler)
        return {name: hints[name] for name in IN_BRACES.findall(self.path)}
