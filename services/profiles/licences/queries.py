"""The query for licences that the clock must review."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, and_, case, or_, select

from contracts.profiles.licences import WARNED_BEFORE
from contracts.profiles.right_to_practise import Standing
from contracts.profiles.specialists import SpecialistStatus
from services.profiles.licences.licences import Licence, today
from services.profiles.specialists.specialists import Specialist


def licences_due(now: datetime) -> Select[UUID]:
    """Ids of specialists whose licence has ended or is to be warned of.

    A specialist listed without a licence was listed when none was needed. A renewal may expire
    while it waits for an admin. A standing that has never been announced is announced now.
    """
    until = Specialist.verified_until
    listed = Specialist.status == SpecialistStatus.LISTED
    renewal_ended = and_(
        Specialist.licence_standing == Standing.RENEWAL_WAITING, Licence.expires_on <= today(now)
    )
    untold = Specialist.standing != case(
        (Specialist.suspended, Standing.ACCOUNT_SUSPENDED),
        (Specialist.role_revoked, Standing.ROLE_REVOKED),
        else_=Specialist.licence_standing,
    )
    to_warn = [
        and_(
            until <= today(now) + before,
            or_(Licence.warned == 0, Licence.warned > before.days),
        )
        for before in WARNED_BEFORE
    ]
    return (
        select(Specialist.id)
        .join(Licence, Licence.specialist_id == Specialist.id, isouter=True)
        .where(
            or_(until <= today(now), and_(listed, until.is_(None)), renewal_ended, untold, *to_warn)
        )
    )
