"""Consultations at risk: booked with a specialist whose licence has expired."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from annotated_doc import Doc

from contracts.profiles.right_to_practise import Standing


@dataclass(frozen=True, kw_only=True)
class ConsultationAtRisk:
    """A booked consultation ahead whose specialist's licence has expired."""

    id: UUID
    specialist_id: UUID
    client_id: UUID
    starts_at: datetime
    ends_at: datetime
    cause: Annotated[
        Standing,
        Doc(
            "`renewal_waiting`: a renewed licence waits for an admin. `licence_expired`: none "
            "waits, or it can't be verified."
        ),
    ]
    since: Annotated[
        datetime | None,
        Doc("When this cause began. Null where the platform did not record it."),
    ]
    cancels_at: Annotated[
        datetime | None,
        Doc(
            "When it will be cancelled unless a licence is verified before. Null while a renewal "
            "waits: it then stays until an admin decides."
        ),
    ]
