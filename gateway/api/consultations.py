"""Free first consultations."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from chassis.errors import EmailNotVerified, NotFound
from chassis.pages import BadCursor, PageQuery, page_of
from contracts.booking import (
    AlreadyBooked,
    BookConsultation,
    Consultation,
    NoFreeConsultations,
    OwnProfile,
    SlotNotOffered,
    SlotTaken,
    TooSoon,
)
from contracts.profiles.accounts import Role
from gateway.api.base import Api
from gateway.declaration import SIGNED_IN
from gateway.endpoint import endpoint


class ConsultationsApi(Api):
    @endpoint(
        "POST",
        "/api/v1/consultations",
        body=BookConsultation,
        returns=Consultation,
        status=HTTPStatus.CREATED,
        allow=[Role.CLIENT],
        errors=[
            EmailNotVerified,
            NotFound,
            SlotTaken,
            SlotNotOffered,
            TooSoon,
            NoFreeConsultations,
            AlreadyBooked,
            OwnProfile,
        ],
    )
    def book(self, body: BookConsultation) -> Any:
        """Book a free first consultation."""
        return self.booking.book_consultation(
            specialist_id=body.specialist_id, starts_at=body.starts_at
        )

    @endpoint(
        "GET",
        "/api/v1/consultations",
        query=PageQuery,
        returns=page_of(Consultation),
        allow=SIGNED_IN,
        errors=[BadCursor],
    )
    def list_consultations(self, query: PageQuery) -> Any:
        """Your consultations, the last booked first."""
        return self.booking.list_consultations(page=query)

    @endpoint(
        "GET",
        "/api/v1/consultations/{consultation_id}",
        returns=Consultation,
        allow=SIGNED_IN,
        errors=[NotFound],
    )
    def get_consultation(self, consultation_id: UUID) -> Any:
        """One of your consultations."""
        return self.booking.get_consultation(consultation_id=consultation_id)
