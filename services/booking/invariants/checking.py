"""Checks all invariants once, for ``firststep audit`` and for a clock.

A check that fails is a finding itself, and the rest continue.
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
from services.booking.invariants.consultations import (
    OF_THE_HISTORY,
    OF_THE_PRESENT,
    Part,
    of_history,
    of_present,
    parts,
)

NOT_CHECKED = "all stored rows can be checked"
PARTS_FOUND_WITHIN_S = 300.0


def check_invariants(session: Session, now: datetime) -> Findings:
    """All breaches. Empty as long as the platform keeps its promises."""
    found = Findings()
    in_parts: list[tuple[str, str, Part]] = []

    def find_parts(by: str) -> None:
        for part in parts(session, by):
            yield_now()
            in_parts.extend((by, name, part) for name in OF_THE_HISTORY[by])

    def look_at_history(item: tuple[str, str, Part]) -> None:
        yield_now()
        found.add(of_history(session, *item))

    def look_at_present(name: str) -> None:
        found.add(of_present(session, name, now))

    def look_at_calendar(specialist_id: UUID) -> None:
        yield_now()
        found.add(of_calendar(session, specialist_id, now))

    def not_checked(*_: object) -> None:
        found.add([Breach(NOT_CHECKED, ())])

    for_each(OF_THE_HISTORY, find_parts, on_failure=not_checked, deadline_s=PARTS_FOUND_WITHIN_S)
    for_each(in_parts, look_at_history, on_failure=not_checked)
    for_each(OF_THE_PRESENT, look_at_present, on_failure=not_checked)
    for_each(
        session.scalars(select(Calendar.specialist_id)).all(),
        look_at_calendar,
        on_failure=lambda specialist_id, _: found.add([Breach(NOT_CHECKED, (specialist_id,))]),
    )
    return found
