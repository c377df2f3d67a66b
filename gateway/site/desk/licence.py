"""The page of a specialist's own licence."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.errors import NotFound
from chassis.file_storage import StorageAway
from contracts.files import LARGEST_FILE, BadFile, File
from contracts.profiles.accounts import TooManyTries
from contracts.profiles.licences import Licence, LicenceEnded, SubmitLicence
from contracts.profiles.specialists import NoSuchCode
from gateway.api.base import Api
from gateway.api.licences import DOCUMENTS
from gateway.pages.answers import SeeOther
from gateway.pages.declaration import Upload
from gateway.pages.page import form, page
from gateway.pages.visitor import Visitor
from gateway.site.desk.desk import LICENCE, SPECIALISTS, or_none, state_of


@dataclass(frozen=True, kw_only=True)
class LicenceShown:
    """``licence``: the one handed in last. ``state``: see ``desk.state_of``. ``zone``: of times."""

    licence: Licence | None
    state: str
    zone: str


class OwnLicencePages(Api):
    @page(LICENCE, template="desk/licence.html", allow=SPECIALISTS)
    def my_licence_page(self, visitor: Visitor) -> LicenceShown:
        licence = or_none(lambda: self.profiles.get_my_licence().load())
        state = state_of(licence, visitor.now.date())
        return LicenceShown(licence=licence, state=state, zone=visitor.zone("UTC"))

    @form(
        LICENCE,
        body=SubmitLicence,
        again="my_licence_page",
        upload=Upload("document", DOCUMENTS, LARGEST_FILE),
        allow=SPECIALISTS,
        errors=[NoSuchCode, LicenceEnded, NotFound, TooManyTries, BadFile, StorageAway],
    )
    def hand_in_licence(
        self, body: SubmitLicence, file: bytes | None, visitor: Visitor
    ) -> SeeOther:
        """Where the document is refused, the facts are handed in already: sending both again
        changes nothing about them."""
        self.profiles.submit_licence(licence=body)
        if file is not None:
            self.profiles.attach_licence_document(document=File.of(file))
        return SeeOther(to=LICENCE, said="licence_handed_in")
