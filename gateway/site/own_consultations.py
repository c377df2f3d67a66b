"""One of the visitor's consultations, for its page and the forms about it."""

from __future__ import annotations

from uuid import UUID

from gateway.api.names import Naming
from gateway.pages.visitor import Visitor
from gateway.site.consultation_views import ConsultationShown, shown


class OwnConsultations(Naming):
    def own_consultation(self, consultation_id: UUID, visitor: Visitor) -> ConsultationShown:
        """Raises ``NotFound`` where the visitor is none of its sides."""
        found = self.named(self.booking.get_consultation(consultation_id=consultation_id)).load()
        return shown(found, visitor)
