"""No-shows: the status that follows from both sides' answers, and the pause after two. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from contracts.booking.consultations import Attendance, ConsultationStatus, Party

ATTENDANCE_OPEN_FOR = timedelta(hours=48)
"""How long a side can answer after the end, or after the other side's answer."""
TO_ANSWER = timedelta(hours=24)
"""The least time of it that a correction must leave to the other side."""
PAUSE = timedelta(days=30)
"""From the start of the last missed consultation."""
MISSES_BEFORE_A_PAUSE = 2

MISSED_BY = {
    Attendance.CLIENT_MISSED: Party.CLIENT,
    Attendance.SPECIALIST_MISSED: Party.SPECIALIST,
}


def settled_status(said: list[Attendance]) -> tuple[ConsultationStatus, Party | None]:
    """The status, and the side that missed it. Where the answers differ it counts as completed."""
    [first, *others] = said
    missed_by = MISSED_BY.get(first) if all(each == first for each in others) else None
    if missed_by is None:
        return ConsultationStatus.COMPLETED, None
    return ConsultationStatus.MISSED, missed_by


def paused_until(missed: list[datetime]) -> datetime | None:
    """The end of a client's pause, from the starts of the consultations that they missed.
    ``None`` below two."""
    return max(missed) + PAUSE if len(missed) >= MISSES_BEFORE_A_PAUSE else None
