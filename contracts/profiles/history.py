"""History: changes of a specialist's profile, photo and licence, and who made them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from annotated_doc import Doc


@dataclass(frozen=True, kw_only=True)
class Change:
    """One change of a specialist's profile, photo or licence."""

    id: UUID
    specialist_id: UUID
    at: datetime
    by: Annotated[UUID | None, Doc("The account that made the change; null: the platform itself.")]
    changes: Annotated[
        dict[str, Any],
        Doc("Each field that changed, with its value `before` and `after`."),
    ]
