"""What a handler of a page or form may return beside a view."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from chassis.errors import DomainError
from contracts.files import File
from contracts.profiles.preferences import Language
from contracts.profiles.sessions import Session
from gateway.http.cookies import Me


@dataclass(frozen=True, kw_only=True)
class SessionChange:
    """What an answer changes for this browser.

    ``session`` signs in, ``me`` with what pages need to know of the account; ``sign_up``: the
    secret of a sign-up to keep, empty to remove it. ``renews``: the account's rights have changed,
    so its tokens are renewed.
    """

    session: Session | None = None
    me: Me | None = None
    sign_up: str | None = None
    signs_out: bool = False
    renews: bool = False


@dataclass(frozen=True, kw_only=True)
class SeeOther(SessionChange):
    """Go on at another page (303).

    ``to``: a path without the language's prefix. ``said``: the key of a sentence in
    ``site.said.SAID`` that the next page shows once. ``language``: of the next page, where it is
    another one.
    """

    to: str
    language: Language | None = None
    said: str = ""


@dataclass(frozen=True, kw_only=True)
class Moved:
    """The page has another address for good (301). ``to``: a path without the prefix."""

    to: str


@dataclass(frozen=True, kw_only=True)
class Shown(SessionChange):
    """A view with a template or status of its own.

    ``page``: the method of another page that is shown instead, with its forms. Fields of a form
    that must not be in an address are passed on this way.
    """

    view: Any
    template: str = ""
    page: str = ""
    status: HTTPStatus = HTTPStatus.OK


@dataclass(frozen=True, kw_only=True)
class Download:
    """A file for this visitor alone, saved under ``name``; ``opens``: the browser shows it, as far
    as it can without anything else of the site."""

    file: File
    name: str
    opens: bool = False


@dataclass(frozen=True, kw_only=True)
class Refused:
    """A form that is refused, though something was done that this browser has to remember: the
    secret of a sign-up. All other refusals are raised."""

    refusal: DomainError
    sign_up: str
