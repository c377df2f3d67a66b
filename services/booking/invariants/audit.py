"""All that must be true, looked at once: by operators, and by a clock."""

from __future__ import annotations

from datetime import datetime
from itertools import chain

from sqlalchemy.orm import Session

from services.booking.invariants.breaches import Findings
from services.booking.invariants.calendars import of_calendars
from services.booking.invariants.consultations import of_consultations


def audit(session: Session, now: datetime) -> Findings:
    """What is found to be wrong; nothing, as long as the platform keeps its promises."""
    return Findings.of(chain(of_consultations(session, now), of_calendars(session, now)))
