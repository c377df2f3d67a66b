"""Whether a consultation took place, out of what its two sides say. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from contracts.booking.consultations import Attendance, ConsultationStatus, Party

ATTENDANCE_OPEN_FOR = timedelta(hours=48)
"""After the end, or after what the other side said: so long a side may say what became of it."""
TO_ANSWER = timedelta(hours=24)
"""Of these, what is left to the other side at least when one puts right what it said."""
PAUSE = timedelta(days=30)
MISSES_BEFORE_A_PAUSE = 2

MISSED_BY = {
    Attendance.CLIENT_MISSED: Party.CLIENT,
    Attendance.SPECIALIST_MISSED: Party.SPECIALIST,
}


def settled_status(said: list[Attendance]) -> tuple[ConsultationStatus, Party | None]:
    """What it is, and who missed it; where the sides differ nobody is to blame."""
    [first, *others] = said
    missed_by = MISSED_BY.get(first) if all(each == first for each in others) else None
    if missed_by is None:
        return ConsultationStatus.COMPLETED, None
    return ConsultationStatus.MISSED, missed_by


def paused_until(missed: list[datetime]) -> datetime | None:
    """Until when a client can't book who missed consultations at these times: each from the
    second on counts."""
    return max(missed) + PAUSE if len(missed) >= MISSES_BEFORE_A_PAUSE else None
