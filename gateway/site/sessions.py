"""Pages of signing in and out, and the way out of the site."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.profiles.sessions import LogIn, Suspended, WrongCredentials
from gateway.api.base import Api
from gateway.api.codes import CODE_REFUSED
from gateway.pages.answers import SeeOther, Shown
from gateway.pages.page import form, page
from gateway.pages.visitor import Visitor


@dataclass(frozen=True, kw_only=True)
class SignInQuery:
    """``next``: the page to go on to."""

    next: str = "/consultations"


@dataclass(frozen=True)
class SignInShown:
    """``carried``: a form that goes on once its sender has signed in."""

    next: str
    carried: str = ""


@dataclass(frozen=True, kw_only=True)
class SignInForm(LogIn):
    """As in the API, and where to go on."""

    next: str = "/consultations"


class SessionPages(Api):
    @page("/sign-in", query=SignInQuery, template="account/sign_in.html")
    def sign_in_page(self, query: SignInQuery, visitor: Visitor) -> SignInShown:
        return SignInShown(query.next)

    @form(
        "/sign-in",
        body=SignInForm,
        again="sign_in_page",
        errors=[WrongCredentials, Suspended, *CODE_REFUSED],
    )
    def sign_in(self, body: SignInForm, visitor: Visitor) -> SeeOther:
        session = self.profiles.log_in(
            log_in=LogIn(email=body.email, password=body.password, code=body.code)
        )
        return SeeOther(to=body.next, session=session.load())

    @form("/sign-out", again="sign_in_page")
    def sign_out(self, visitor: Visitor) -> SeeOther:
        self._end_session(visitor)
        return SeeOther(to="/", said="signed_out", signs_out=True)

    @form("/leave", again="sign_in_page")
    def leave(self, visitor: Visitor) -> Shown:
        """End the session in this browser, and go to another site."""
        self._end_session(visitor)
        return Shown(view=None, template="leave.html", signs_out=True)

    def _end_session(self, visitor: Visitor) -> None:
        if visitor.is_signed_in:
            self.profiles.log_out()
