"""Pages of admins on licences: the queue, and one licence with its document and a decision."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from chassis.cursors import BadCursor
from chassis.errors import NotFound
from chassis.file_storage import StorageAway
from chassis.pagination import PageQuery
from contracts.files import File
from contracts.profiles.history import Change
from contracts.profiles.licences import (
    DecideLicence,
    Decision,
    LicenceChanged,
    LicenceEnded,
    LicenceForReview,
    LicenceQuery,
    NothingToDecide,
    OwnLicence,
    ReasonMissing,
)
from gateway.api.base import Api
from gateway.pages.answers import Download, SeeOther
from gateway.pages.page import form, page
from gateway.pages.visitor import Visitor
from gateway.site.admin.overview import ADMINS, LICENCES, ON_A_PAGE

ONE = LICENCES + "/{specialist_id}"
DOCUMENT = f"{ONE}/document"
ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}


@dataclass(frozen=True, kw_only=True)
class LicencesPageQuery(LicenceQuery):
    """A filter for the queue."""

    limit: int = ON_A_PAGE


@dataclass(frozen=True, kw_only=True)
class LicencesShown:
    """``next``: the cursor of the next page. ``zone``: of times."""

    query: LicencesPageQuery
    items: list[LicenceForReview]
    next: str | None
    zone: str


@dataclass(frozen=True, kw_only=True)
class LicenceShown:
    """``document``: ``None`` where there is none, or it can't be read now. ``history``: the latest
    changes; ``older``: the cursor of those before."""

    licence: LicenceForReview
    document: File | None = field(repr=False)
    history: list[Change]
    older: str | None
    zone: str
    today: date

    @property
    def picture(self) -> str:
        """The document as the address of a picture; empty for a PDF."""
        document = self.document
        if document is None or not document.media_type.startswith("image/"):
            return ""
        return f"data:{document.media_type};base64,{document.content}"


class AdminLicencePages(Api):
    @page(
        LICENCES,
        query=LicencesPageQuery,
        template="admin/licences.html",
        allow=ADMINS,
        errors=[BadCursor],
    )
    def licences_page(self, query: LicencesPageQuery, visitor: Visitor) -> LicencesShown:
        found = self.profiles.list_licences(query=query).load()
        return LicencesShown(
            query=query,
            items=found.items,
            next=found.next,
            zone=visitor.zone("UTC"),
        )

    @page(
        ONE,
        query=PageQuery,
        template="admin/licence.html",
        allow=ADMINS,
        errors=[NotFound, BadCursor],
        secret=True,
    )
    def licence_page(self, specialist_id: UUID, query: PageQuery, visitor: Visitor) -> LicenceShown:
        licence = self.profiles.get_licence(specialist_id=specialist_id).load()
        asked = PageQuery(cursor=query.cursor, limit=ON_A_PAGE)
        history = self.profiles.get_history(specialist_id=specialist_id, page=asked).load()
        return LicenceShown(
            licence=licence,
            document=self._document(licence),
            history=history.items,
            older=history.next,
            zone=visitor.zone("UTC"),
            today=visitor.now.date(),
        )

    def _document(self, licence: LicenceForReview) -> File | None:
        if not licence.has_document:
            return None
        try:
            return self.profiles.get_licence_document(specialist_id=licence.specialist_id).load()
        except (NotFound, StorageAway):
            return None

    @page(DOCUMENT, allow=ADMINS, errors=[NotFound, StorageAway])
    def licence_document(self, specialist_id: UUID, visitor: Visitor) -> Download:
        file = self.profiles.get_licence_document(specialist_id=specialist_id).load()
        ending = ENDINGS.get(file.media_type, "bin")
        return Download(file=file, name=f"licence.{ending}", opens=True)

    @form(
        ONE,
        body=DecideLicence,
        again="licence_page",
        allow=ADMINS,
        errors=[NotFound, OwnLicence, LicenceChanged, LicenceEnded, NothingToDecide, ReasonMissing],
    )
    def decide_on_licence(
        self, specialist_id: UUID, body: DecideLicence, visitor: Visitor
    ) -> SeeOther:
        self.profiles.decide_licence(specialist_id=specialist_id, decision=body)
        verified = body.decision is Decision.VERIFIED
        return SeeOther(to=LICENCES, said="licence_verified" if verified else "licence_declined")
