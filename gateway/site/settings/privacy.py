"""Pages of one's own data: its export, the erasure of the account, and the receipt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis import json
from chassis.errors import NotFound
from chassis.file_storage import StorageAway
from contracts.files import File
from contracts.profiles.accounts import WrongPassword
from contracts.profiles.privacy import EraseAccount
from gateway.api.base import Api
from gateway.api.codes import CODE_REFUSED
from gateway.api.privacy import EXPORT_NAME, export_of
from gateway.http.declaration import SIGNED_IN
from gateway.pages.answers import Download, SeeOther
from gateway.pages.page import form, page
from gateway.pages.translations import N_
from gateway.pages.visitor import Visitor
from gateway.site.settings.settings import Protected

EXPORT, ERASURE = "/settings/export", "/settings/erasure"
PARTS = {
    "profiles": N_("Account, profile and sessions"),
    "booking": N_("Half hours, hours and waitlists"),
    "notifications": N_("Notices and mails"),
    "content": N_("Articles"),
}
"""What each service holds, in the reader's words."""


@dataclass(frozen=True)
class Receipt:
    """``parts``: what was erased, and when; ``zone``: that of the times."""

    requested_at: datetime
    complete_at: datetime | None
    parts: list[tuple[str, datetime | None]]
    zone: str


class PrivacyPages(Api):
    @page(EXPORT, template="settings/export.html", allow=SIGNED_IN)
    def export_page(self, visitor: Visitor) -> None:
        """What the file has."""

    @form(EXPORT, again="export_page", allow=SIGNED_IN, errors=[StorageAway])
    def export_my_data(self, visitor: Visitor) -> Download:
        """A form, since the log of the account records each export."""
        file = File.of(json.dumps(export_of(self)), json.JSON)
        return Download(file=file, name=EXPORT_NAME)

    @page(ERASURE, template="settings/erasure.html", allow=SIGNED_IN)
    def erasure_page(self, visitor: Visitor) -> Protected:
        return Protected.of(self.profiles.get_me().load())

    @form(
        ERASURE,
        body=EraseAccount,
        again="erasure_page",
        allow=SIGNED_IN,
        errors=[WrongPassword, *CODE_REFUSED],
    )
    def erase_my_account(self, body: EraseAccount, visitor: Visitor) -> SeeOther:
        erasure = self.profiles.erase_account(erasure=body).load()
        return SeeOther(to=f"/erasures/{erasure.id}", signs_out=True)

    @page("/erasures/{erasure_id}", template="settings/receipt.html", errors=[NotFound])
    def erasure_receipt(self, erasure_id: UUID, visitor: Visitor) -> Receipt:
        """Its address can't be guessed, so it needs no account."""
        erasure = self.profiles.get_erasure(erasure_id=erasure_id).load()
        done = vars(erasure.services)
        return Receipt(
            erasure.requested_at,
            erasure.complete_at,
            [(text, done[service]) for service, text in PARTS.items()],
            visitor.zone("UTC"),
        )
