"""One of the visitor's consultations, for its page and the forms about it."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from gateway.api.names import Naming
from gateway.pages.visitor import Visitor
from gateway.site.consultations.views import ConsultationShown, Phase, shown


class OwnConsultations(Naming):
    def own_consultation(self, consultation_id: UUID, visitor: Visitor) -> ConsultationShown:
        """Raises ``NotFound`` where the visitor is none of its sides."""
        found = self.named(self.booking.get_consultation(consultation_id=consultation_id)).load()
        view = shown(found, visitor)
        if view.phase not in (Phase.OVER, Phase.COMPLETED):
            return view
        said = self.booking.get_outcome(consultation_id=consultation_id).load()
        both = said.both_wish_to_continue
        return replace(view, outcome=said.outcome, both_wish_to_continue=both)
