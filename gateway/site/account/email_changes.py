"""Pages of a change of e-mail address: asking for it, and stopping it."""

from __future__ import annotations

from dataclasses import dataclass, field

from contracts.profiles.accounts import (
    ChangeEmail,
    EmailChangeDone,
    EmailTaken,
    LinkExpired,
    LinkInvalid,
    LinkToken,
    LinkUsed,
    StopEmailChange,
    WrongPassword,
)
from gateway.api.base import Api
from gateway.api.codes import CODE_REFUSED
from gateway.http.declaration import SIGNED_IN
from gateway.pages.answers import SeeOther, Shown
from gateway.pages.page import form, page
from gateway.pages.visitor import Visitor
from gateway.site.account.verification import LinkQuery, LinkShown

SETTING = "/settings/email"


@dataclass(frozen=True)
class EmailShown:
    """``pending``: the new address, until its link is opened."""

    email: str
    pending: str | None
    asks_code: bool


@dataclass(frozen=True, kw_only=True)
class StopForm:
    """The token of the mail that announced the change."""

    token: LinkToken = field(default="", repr=False)


class EmailChangePages(Api):
    @page(SETTING, template="settings/email.html", allow=SIGNED_IN)
    def email_page(self, visitor: Visitor) -> EmailShown:
        account = self.profiles.get_me().load()
        return EmailShown(account.email, account.pending_email, account.second_factor)

    @form(
        SETTING,
        body=ChangeEmail,
        again="email_page",
        allow=SIGNED_IN,
        errors=[WrongPassword, EmailTaken, *CODE_REFUSED],
    )
    def change_my_email(self, body: ChangeEmail, visitor: Visitor) -> SeeOther:
        self.profiles.change_email(change=body)
        return SeeOther(to=SETTING, said="email_change_begun")

    @form("/settings/email/stop", again="email_page", allow=SIGNED_IN)
    def keep_my_email(self, visitor: Visitor) -> SeeOther:
        self.profiles.stop_my_email_change()
        return SeeOther(to=SETTING, said="email_change_stopped")

    @page(
        "/stop-email-change",
        query=LinkQuery,
        template="account/stop_email_change.html",
        secret=True,
    )
    def stop_email_change_page(self, query: LinkQuery, visitor: Visitor) -> LinkShown:
        return LinkShown(query.token)

    @form(
        "/stop-email-change",
        body=StopForm,
        again="stop_email_change_page",
        errors=[LinkInvalid, LinkExpired, LinkUsed, EmailChangeDone],
        secret=True,
    )
    def stop_by_link(self, body: StopForm, visitor: Visitor) -> Shown:
        self.profiles.stop_email_change(stop=StopEmailChange(token=body.token))
        return Shown(view=None, template="account/email_change_stopped.html")
