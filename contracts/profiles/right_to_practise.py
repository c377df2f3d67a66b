"""The right to practise: whether a specialist may meet clients, and what ended that."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from chassis.events import Event, Version
from contracts.profiles import PRODUCER


class Standing(StrEnum):
    """Whether a specialist may practise, and otherwise what ended the right.

    Erasure ends it, too, and is announced as ``AccountErased``: an erased account has no standing.
    """

    GOOD = "good"
    RENEWAL_WAITING = "renewal_waiting"
    """The licence expired while a renewed one waited for an admin. The right lasts until the
    decision."""
    LICENCE_EXPIRED = "licence_expired"
    LICENCE_DECLINED = "licence_declined"
    """The licence had expired, and an admin declined the renewed one."""
    LICENCE_WITHDRAWN = "licence_withdrawn"
    """An admin withdrew a licence that was in force."""
    ROLE_REVOKED = "role_revoked"
    ACCOUNT_SUSPENDED = "account_suspended"

    @property
    def may_practise(self) -> bool:
        return self in (Standing.GOOD, Standing.RENEWAL_WAITING)


@dataclass(frozen=True, kw_only=True)
class RightToPractiseChanged(Event, producer=PRODUCER):
    """The right to practise of a specialist ended, came back, or lasts while a renewal waits.

    Versions are those of ``SpecialistListed`` and ``SpecialistUnlisted``: a specialist who is
    listed has the right, and one whose right has ended is not listed.
    """

    specialist_id: UUID
    version: Version
    standing: Standing
