"""Pages that change a consultation ahead: cancel it, move it, and write its note."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated
from uuid import UUID

from marshmallow.validate import Length

from chassis.errors import NotFound
from chassis.schemas import Normalised
from contracts.booking.consultations import (
    LONGEST_NOTE,
    CancelConsultation,
    PrivateNote,
)
from contracts.inputs.texts import running_text
from gateway.api.consultations import (
    STANDS_AGAINST_A_CHANGE,
    STANDS_AGAINST_A_NOTE,
)
from gateway.http.declaration import SIGNED_IN
from gateway.pages.answers import SeeOther
from gateway.pages.page import form, page
from gateway.pages.visitor import Visitor
from gateway.site.consultations.own_consultations import OwnConsultations
from gateway.site.consultations.views import ConsultationShown


@dataclass(frozen=True, kw_only=True)
class NoteForm:
    """The note; empty withdraws it."""

    note: Annotated[str | None, Normalised(running_text), Length(1, LONGEST_NOTE)] = field(
        default=None, repr=False
    )


class ConsultationChangePages(OwnConsultations):
    # Cancelling

    @page(
        "/consultations/{consultation_id}/cancellation",
        template="consultations/cancellation.html",
        allow=SIGNED_IN,
        errors=[NotFound],
    )
    def cancellation_page(self, consultation_id: UUID, visitor: Visitor) -> ConsultationShown:
        return self.own_consultation(consultation_id, visitor)

    @form(
        "/consultations/{consultation_id}/cancellation",
        body=CancelConsultation,
        again="cancellation_page",
        allow=SIGNED_IN,
        errors=STANDS_AGAINST_A_CHANGE,
    )
    def cancel(self, consultation_id: UUID, body: CancelConsultation, visitor: Visitor) -> SeeOther:
        self.booking.cancel_consultation(consultation_id=consultation_id, cancellation=body)
        return SeeOther(to=f"/consultations/{consultation_id}", said="cancelled")

    # The note

    @page(
        "/consultations/{consultation_id}/note",
        template="consultations/note.html",
        allow=SIGNED_IN,
        errors=[NotFound],
    )
    def note_page(self, consultation_id: UUID, visitor: Visitor) -> ConsultationShown:
        return self.own_consultation(consultation_id, visitor)

    @form(
        "/consultations/{consultation_id}/note",
        body=NoteForm,
        again="note_page",
        allow=SIGNED_IN,
        errors=STANDS_AGAINST_A_NOTE,
    )
    def keep_note(self, consultation_id: UUID, body: NoteForm, visitor: Visitor) -> SeeOther:
        page = f"/consultations/{consultation_id}"
        if body.note is None:
            self.booking.withdraw_note(consultation_id=consultation_id)
            return SeeOther(to=page, said="note_withdrawn")
        self.booking.write_note(consultation_id=consultation_id, note=PrivateNote(text=body.note))
        return SeeOther(to=page, said="note_kept")
