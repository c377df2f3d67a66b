"""The declarations of pages and forms: everything about one in one place.

    @page("/specialists/{specialist_id}", query=ProfileQuery, template="specialists/one.html",
          errors=[NotFound])
    def specialist_page(self, specialist_id: SpecialistId, query: ProfileQuery, visitor: Visitor)
            -> SpecialistShown: ...

    @form("/specialists/{specialist_id}/booking", body=BookForm, again="booking_page")
    def book(self, specialist_id: SpecialistId, body: BookForm, visitor: Visitor) -> SeeOther: ...

Routes in each language, sessions, guards against forged requests, caching, idempotency and errors
follow from it. The method gets the parameters in braces, ``query`` or ``body``, and ``visitor``; a
page's result is the ``view`` of its template. A form that is refused is shown again by its page. A
form with the ETag of what it changes (``_version``) is refused where that has changed meanwhile.
A form that needs an account (``allow``) must bear the id of the one that its page was shown to
(``_account``, by ``posted``); it is refused for another one, and carried through no sign-in of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from nameko.extensions import ENTRYPOINT_EXTENSIONS_ATTR, register_entrypoint

from chassis.errors import DomainError
from contracts.profiles.preferences import Language
from gateway.cache import Cached
from gateway.http.declaration import ANYONE_RECOGNISED, Allowed
from gateway.pages.declaration import PageDeclaration, Upload
from gateway.pages.form_handler import FormHandler
from gateway.pages.handlers import PageHandler, SiteHandler

F = TypeVar("F", bound=Callable[..., Any])


def page(
    path: str,
    *,
    template: str = "",
    query: type | None = None,
    allow: Allowed = ANYONE_RECOGNISED,
    errors: Sequence[type[DomainError]] = (),
    cached: Cached | None = None,
    rendered_once: bool = False,
    indexed: bool = False,
    featured: int = 0,
    secret: bool = False,
) -> Callable[[F], F]:
    """Declare a method of the gateway as a page; without a template, as a ``Download``."""
    declaration = PageDeclaration(
        path=path,
        template=template,
        query=query,
        allow=allow,
        errors=tuple(errors),
        cached=cached,
        rendered_once=rendered_once,
        indexed=indexed,
        featured=featured,
        secret=secret,
    )
    return _declared(declaration, PageHandler)


def form(
    path: str,
    *,
    again: str,
    body: type | None = None,
    allow: Allowed = ANYONE_RECOGNISED,
    errors: Sequence[type[DomainError]] = (),
    upload: Upload | None = None,
    secret: bool = False,
    must_work: bool = False,
) -> Callable[[F], F]:
    """Declare a method of the gateway as what a form on the page ``again`` is sent to. A ``GET`` of
    its path leads to that page, where no other page has the path."""
    declaration = PageDeclaration(
        path=path,
        again=again,
        body=body,
        allow=allow,
        errors=tuple(errors),
        upload=upload,
        secret=secret,
        must_work=must_work,
    )
    return _declared(declaration, FormHandler)


def _declared(declaration: PageDeclaration, kind: type[SiteHandler]) -> Callable[[F], F]:
    def decorate(handler: F) -> F:
        for language in Language:
            register_entrypoint(handler, kind(declaration, handler, language))
        return handler

    return decorate


def pages_of(service_class: type) -> Iterator[tuple[PageDeclaration, Callable[..., Any]]]:
    """Every declared page and form of a class with its handler, in the order of paths."""
    handlers = [getattr(service_class, name) for name in dir(service_class)]
    found = [
        (entrypoint.declaration, handler)
        for handler in handlers
        for entrypoint in getattr(handler, ENTRYPOINT_EXTENSIONS_ATTR, ())
        if isinstance(entrypoint, SiteHandler) and entrypoint.language is Language.EN
    ]
    yield from sorted(found, key=lambda each: (each[0].path, each[0].method))
