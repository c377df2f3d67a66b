"""The page of open sessions: where one is signed in, and how to end it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.errors import NotFound
from contracts.profiles.sessions import OpenSession
from gateway.api.base import Api
from gateway.http.declaration import SIGNED_IN
from gateway.pages.answers import SeeOther
from gateway.pages.page import form, page
from gateway.pages.visitor import Visitor
from gateway.site.settings.devices import device

SETTING = "/settings/sessions"


@dataclass(frozen=True)
class SessionRow:
    """``device``: in words; ``address``: of the network."""

    id: UUID
    device: str
    address: str | None
    begun_at: datetime
    used_at: datetime

    @classmethod
    def of(cls, session: OpenSession, visitor: Visitor) -> SessionRow:
        return cls(
            session.id,
            device(session.agent, visitor),
            session.address,
            session.made_at,
            session.last_used_at,
        )


@dataclass(frozen=True)
class SessionsShown:
    """``zone``: that of the times."""

    here: list[SessionRow]
    others: list[SessionRow]
    zone: str


@dataclass(frozen=True, kw_only=True)
class EndSession:
    """The session to end."""

    id: UUID


class OpenSessionPages(Api):
    @page(SETTING, template="settings/sessions.html", allow=SIGNED_IN)
    def sessions_page(self, visitor: Visitor) -> SessionsShown:
        found = self.profiles.list_sessions().load().items
        here = [SessionRow.of(each, visitor) for each in found if each.current]
        others = [SessionRow.of(each, visitor) for each in found if not each.current]
        return SessionsShown(here, others, visitor.zone("UTC"))

    @form(
        f"{SETTING}/end",
        body=EndSession,
        again="sessions_page",
        allow=SIGNED_IN,
        errors=[NotFound],
    )
    def end_one_session(self, body: EndSession, visitor: Visitor) -> SeeOther:
        self.profiles.end_session(session_id=body.id)
        return SeeOther(to=SETTING, said="session_ended")

    @form(f"{SETTING}/end-others", again="sessions_page", allow=SIGNED_IN)
    def end_other_sessions(self, visitor: Visitor) -> SeeOther:
        self.profiles.log_out_elsewhere()
        return SeeOther(to=SETTING, said="sessions_ended")

    @form(f"{SETTING}/end-all", again="sessions_page", allow=SIGNED_IN)
    def end_all_sessions(self, visitor: Visitor) -> SeeOther:
        self.profiles.log_out_everywhere()
        return SeeOther(to="/sign-in", said="signed_out_everywhere", signs_out=True)
