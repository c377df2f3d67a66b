"""Licences: specialists submit them, admins verify or decline them."""

from __future__ import annotations

from uuid import UUID

from chassis.cursors import BadCursor
from chassis.errors import NotFound
from chassis.file_storage import StorageAway
from chassis.pagination import Page, page_of
from chassis.rpc.client import Wire
from contracts.files import BadFile, File
from contracts.profiles.accounts import Role, TooManyTries
from contracts.profiles.licences import (
    DecideLicence,
    Licence,
    LicenceChanged,
    LicenceEnded,
    LicenceForReview,
    LicenceQuery,
    NothingToDecide,
    OwnLicence,
    ReasonMissing,
    SubmitLicence,
)
from contracts.profiles.specialists import NoSuchCode
from gateway.api.base import Api
from gateway.http.declaration import Raw
from gateway.http.endpoint import endpoint

DOCUMENTS = ("application/pdf", "image/jpeg", "image/png")


class LicencesApi(Api):
    @endpoint(
        "PUT",
        "/api/v1/specialists/me/licence",
        body=SubmitLicence,
        returns=Licence,
        allow=[Role.SPECIALIST],
        errors=[NoSuchCode, LicenceEnded],
        versioned=True,
    )
    def submit_licence(self, body: SubmitLicence) -> Wire[Licence]:
        """Submit your licence, or a renewed one: the one in force stays so until it ends."""
        return self.profiles.submit_licence(licence=body)

    @endpoint(
        "PUT",
        "/api/v1/specialists/me/licence/document",
        body=Raw(DOCUMENTS),
        returns=Licence,
        allow=[Role.SPECIALIST],
        errors=[NotFound, TooManyTries, BadFile, StorageAway],
    )
    def attach_licence_document(self, body: bytes) -> Wire[Licence]:
        """Attach a document that shows your licence; only admins can see it."""
        return self.profiles.attach_licence_document(document=File.of(body))

    @endpoint(
        "GET",
        "/api/v1/specialists/me/licence",
        returns=Licence,
        allow=[Role.SPECIALIST],
        errors=[NotFound],
        versioned=True,
    )
    def get_my_licence(self) -> Wire[Licence]:
        """Your licence, and whether it was verified."""
        return self.profiles.get_my_licence()

    @endpoint(
        "GET",
        "/api/v1/licences",
        query=LicenceQuery,
        returns=page_of(LicenceForReview),
        allow=[Role.ADMIN],
        errors=[BadCursor],
    )
    def list_licences(self, query: LicenceQuery) -> Wire[Page[LicenceForReview]]:
        """List licences that wait to be verified, or of another status; the newest first."""
        return self.profiles.list_licences(query=query)

    @endpoint(
        "GET",
        "/api/v1/specialists/{specialist_id}/licence",
        returns=LicenceForReview,
        allow=[Role.ADMIN],
        errors=[NotFound],
    )
    def get_licence(self, specialist_id: UUID) -> Wire[LicenceForReview]:
        """A specialist's licence, with the name of its owner."""
        return self.profiles.get_licence(specialist_id=specialist_id)

    @endpoint(
        "GET",
        "/api/v1/specialists/{specialist_id}/licence/document",
        returns=Raw(DOCUMENTS, name="licence"),
        allow=[Role.ADMIN],
        errors=[NotFound, StorageAway],
    )
    def get_licence_document(self, specialist_id: UUID) -> Wire[File]:
        """The document that a specialist attached."""
        return self.profiles.get_licence_document(specialist_id=specialist_id)

    @endpoint(
        "PUT",
        "/api/v1/specialists/{specialist_id}/verification",
        body=DecideLicence,
        returns=LicenceForReview,
        allow=[Role.ADMIN],
        errors=[NotFound, OwnLicence, LicenceChanged, LicenceEnded, NothingToDecide, ReasonMissing],
    )
    def decide_licence(self, specialist_id: UUID, body: DecideLicence) -> Wire[LicenceForReview]:
        """Verify or decline the licence that you have looked at."""
        return self.profiles.decide_licence(specialist_id=specialist_id, decision=body)
