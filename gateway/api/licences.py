"""Licences: specialists hand them in, admins decide."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from chassis.cursors import BadCursor
from chassis.errors import NotFound
from chassis.file_storage import StorageAway
from chassis.pagination import page_of
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
    def submit_licence(self, body: SubmitLicence) -> Any:
        """Hand in your licence, or a renewed one: what is in force stays so until it ends."""
        return self.profiles.submit_licence(licence=body)

    @endpoint(
        "PUT",
        "/api/v1/specialists/me/licence/document",
        body=Raw(DOCUMENTS),
        returns=Licence,
        allow=[Role.SPECIALIST],
        errors=[NotFound, TooManyTries, BadFile, StorageAway],
    )
    def attach_licence_document(self, body: bytes) -> Any:
        """Hand in a document that shows your licence; admins alone can see it."""
        return self.profiles.attach_licence_document(document=File.of(body))

    @endpoint(
        "GET",
        "/api/v1/specialists/me/licence",
        returns=Licence,
        allow=[Role.SPECIALIST],
        errors=[NotFound],
        versioned=True,
    )
    def get_my_licence(self) -> Any:
        """Your licence, and what became of it."""
        return self.profiles.get_my_licence()

    @endpoint(
        "GET",
        "/api/v1/licences",
        query=LicenceQuery,
        returns=page_of(LicenceForReview),
        allow=[Role.ADMIN],
        errors=[BadCursor],
    )
    def list_licences(self, query: LicenceQuery) -> Any:
        """Licences that wait to be decided, or those of another status; the newest first."""
        return self.profiles.list_licences(query=query)

    @endpoint(
        "GET",
        "/api/v1/specialists/{specialist_id}/licence",
        returns=LicenceForReview,
        allow=[Role.ADMIN],
        errors=[NotFound],
    )
    def get_licence(self, specialist_id: UUID) -> Any:
        """A specialist's licence, and whose it is."""
        return self.profiles.get_licence(specialist_id=specialist_id)

    @endpoint(
        "GET",
        "/api/v1/specialists/{specialist_id}/licence/document",
        returns=Raw(DOCUMENTS, name="licence"),
        allow=[Role.ADMIN],
        errors=[NotFound, StorageAway],
    )
    def get_licence_document(self, specialist_id: UUID) -> Any:
        """The document that a specialist handed in."""
        return self.profiles.get_licence_document(specialist_id=specialist_id)

    @endpoint(
        "PUT",
        "/api/v1/specialists/{specialist_id}/verification",
        body=DecideLicence,
        returns=LicenceForReview,
        allow=[Role.ADMIN],
        errors=[NotFound, OwnLicence, LicenceChanged, LicenceEnded, NothingToDecide, ReasonMissing],
    )
    def decide_licence(self, specialist_id: UUID, body: DecideLicence) -> Any:
        """Verify or decline the licence that you have looked at."""
        return self.profiles.decide_licence(specialist_id=specialist_id, decision=body)
