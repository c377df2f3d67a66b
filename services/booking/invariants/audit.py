"""All that must be true, looked at once: by operators, and by a clock.

What can't be looked at is itself a finding, and keeps nothing else from being looked at.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from chassis.concurrency.yielding import yield_now
from chassis.scheduling.for_each import for_each
from services.booking.availability.calendars import Calendar
from services.booking.invariants.breaches import Breach, Findings
from services.booking.invariants.calendars import of_calendar
from services.booking.invariants.consultations import QUERIES, of_consultations

UNSEEN = "whatever is kept can be looked at"


def audit(session: Session, now: datetime) -> Findings:
    """What is found to be wrong; nothing, as long as the platform keeps its promises."""
    found = Findings()

    def look_at_consultations(name: str) -> None:
        found.add(of_consultations(session, name, now))

    def look_at_calendar(specialist_id: UUID) -> None:
        yield_now()  # others get their turn in between
        found.add(of_calendar(session, specialist_id, now))

    for_each(
        QUERIES, look_at_consultations, on_failure=lambda name, _: found.add([Breach(UNSEEN, ())])
    )
    for_each(
        session.scalars(select(Calendar.specialist_id)).all(),
        look_at_calendar,
        on_failure=lambda specialist_id, _: found.add([Breach(UNSEEN, (specialist_id,))]),
    )
    return found
