"""Pages of signing in and out, and the way out of the site."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Annotated

from marshmallow.validate import Length

from chassis.errors import DomainError
from contracts.profiles.accounts import GivenEmail, GivenPassword
from contracts.profiles.codes import Code
from contracts.profiles.sessions import (
    ChallengeVoid,
    FinishLogIn,
    LogIn,
    SecondFactorRequired,
    Suspended,
    WrongCredentials,
)
from gateway.api.base import Api
from gateway.api.codes import CODE_REFUSED
from gateway.pages.answers import SeeOther, Shown
from gateway.pages.page import form, page
from gateway.pages.visitor import Visitor

FIRST_PAGE = "/consultations"
DESK = "/desk"
NextPage = Annotated[str, Length(max=2000)]


@dataclass(frozen=True, kw_only=True)
class SignInQuery:
    """``next``: the page to go on to."""

    next: NextPage = FIRST_PAGE


@dataclass(frozen=True)
class SignInShown:
    """``for_desk``: the visitor wants to the pages of specialists. ``too_late``: the code came more
    than five minutes after the password."""

    next: str
    too_late: bool = False

    @property
    def for_desk(self) -> bool:
        return self.next.startswith(DESK)


@dataclass(frozen=True, kw_only=True)
class SignInForm:
    """An e-mail address and a password. A code is asked for on the next page."""

    email: GivenEmail
    password: GivenPassword = field(repr=False)
    next: NextPage = FIRST_PAGE


@dataclass(frozen=True)
class CodeShown:
    """``challenge``: instead of the password, which does not come back to the browser."""

    next: str
    challenge: str = field(default="", repr=False)


@dataclass(frozen=True, kw_only=True)
class CodeForm:
    """A code, after the right password."""

    code: Code = field(repr=False)
    challenge: Annotated[str, Length(max=2000)] = field(default="", repr=False)
    next: NextPage = FIRST_PAGE


class SessionPages(Api):
    @page("/sign-in", query=SignInQuery, template="account/sign_in.html")
    def sign_in_page(self, query: SignInQuery, visitor: Visitor) -> SignInShown | SeeOther:
        if visitor.is_signed_in:
            return SeeOther(to=query.next)
        return SignInShown(query.next)

    @form(
        "/sign-in",
        body=SignInForm,
        again="sign_in_page",
        errors=[WrongCredentials, Suspended, *CODE_REFUSED],
    )
    def sign_in(self, body: SignInForm, visitor: Visitor) -> SeeOther | Shown:
        try:
            session = self.profiles.log_in(log_in=LogIn(email=body.email, password=body.password))
        except SecondFactorRequired as refusal:
            shown = CodeShown(body.next, refusal.challenge)
            return Shown(view=shown, page="sign_in_code_page")
        return SeeOther(to=body.next, session=session.load())

    @page("/sign-in/code", query=SignInQuery, template="account/sign_in_code.html", secret=True)
    def sign_in_code_page(self, query: SignInQuery, visitor: Visitor) -> CodeShown:
        return CodeShown(query.next)

    @form(
        "/sign-in/code",
        body=CodeForm,
        again="sign_in_code_page",
        errors=[ChallengeVoid, WrongCredentials, Suspended, *CODE_REFUSED],
        secret=True,
    )
    def enter_code(self, body: CodeForm, visitor: Visitor) -> SeeOther | Shown:
        finish = FinishLogIn(challenge=body.challenge, code=body.code)
        try:
            session = self.profiles.finish_log_in(finish=finish)
        except ChallengeVoid:
            shown = SignInShown(body.next, too_late=True)
            return Shown(view=shown, page="sign_in_page", status=HTTPStatus.UNAUTHORIZED)
        return SeeOther(to=body.next, session=session.load())

    @form("/sign-out", again="sign_in_page")
    def sign_out(self, visitor: Visitor) -> SeeOther:
        self._end_session(visitor)
        return SeeOther(to="/", said="signed_out", signs_out=True)

    @form("/leave", again="sign_in_page", must_work=True)
    def leave(self, visitor: Visitor) -> Shown:
        """End the session in this browser, and go to another site, whatever else fails."""
        with contextlib.suppress(DomainError):
            self._end_session(visitor)
        return Shown(view=None, template="leave.html", signs_out=True)

    def _end_session(self, visitor: Visitor) -> None:
        if visitor.is_signed_in:
            self.profiles.log_out()
