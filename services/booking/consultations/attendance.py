"""What became of a consultation, and how it is found out."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from contracts.booking.attendance import (
    AttendanceClosed,
    AttendanceGiven,
    ConsultationCompleted,
    ConsultationMissed,
    NotHeld,
    NotOver,
)
from contracts.booking.consultations import Attendance, ConsultationStatus, Party
from services.booking.consultations.no_shows import ATTENDANCE_OPEN_FOR, TO_ANSWER, settled_status
from services.booking.consultations.participants import Participants

Closed = ConsultationCompleted | ConsultationMissed


class ConsultationAttendance(Participants):
    """The part of a ``Consultation`` that its two sides, or a clock, say after it."""

    attendance_by_client: Mapped[str | None] = mapped_column(default=None)
    attendance_by_specialist: Mapped[str | None] = mapped_column(default=None)
    attendance_corrected: Mapped[bool] = mapped_column(default=False)
    disputable_until: Mapped[datetime | None] = mapped_column(default=None)
    missed_by: Mapped[str | None] = mapped_column(default=None)

    def attend(
        self,
        by: Party,
        attendance: Attendance,
        now: datetime,
        ask: Collection[Party] = tuple(Party),
    ) -> list[Closed]:
        """One side says what became of it; the event, where that changes what it is. ``ask``: who
        may be asked what they want next, where it took place.

        Until the other side has said it too, what was said can be put right once. Raises
        ``NotHeld`` where it was cancelled, ``NotOver``, ``AttendanceClosed`` and
        ``AttendanceGiven``.
        """
        if self.status == ConsultationStatus.CANCELLED:
            raise NotHeld
        if now < self.ends_at:
            raise NotOver
        if now >= (self.disputable_until or self.ends_at + ATTENDANCE_OPEN_FOR):
            raise AttendanceClosed
        said = self._attendance_by(by)
        if attendance == said:
            return []
        if said is not None:
            self._require_correctable(now)
            self.attendance_corrected = True
        return self._settle(by, attendance, now, ask)

    def _attendance_by(self, party: Party) -> str | None:
        client = party == Party.CLIENT
        return self.attendance_by_client if client else self.attendance_by_specialist

    def _require_correctable(self, now: datetime) -> None:
        """Once, and so that the other side has time to answer."""
        until = self.disputable_until
        if self.attendance_corrected or until is None or now > until - TO_ANSWER:
            raise AttendanceGiven

    def _settle(
        self, by: Party, attendance: Attendance, now: datetime, ask: Collection[Party]
    ) -> list[Closed]:
        before = self.status, self.missed_by
        if by == Party.CLIENT:
            self.attendance_by_client = attendance
        else:
            self.attendance_by_specialist = attendance
        said = [self.attendance_by_client, self.attendance_by_specialist]
        if None not in said:
            self.disputable_until = now
        elif self.disputable_until is None:
            self.disputable_until = now + ATTENDANCE_OPEN_FOR
        status, missed_by = settled_status([Attendance(each) for each in said if each])
        self.status, self.missed_by = status, missed_by
        return [] if (status, missed_by) == before else [self._closed(ask)]

    def close(self, now: datetime, ask: Collection[Party] = tuple(Party)) -> list[Closed]:
        """Nobody said what became of it for long enough: it took place."""
        if self.status != ConsultationStatus.BOOKED or now < self.ends_at + ATTENDANCE_OPEN_FOR:
            return []
        self.status = ConsultationStatus.COMPLETED
        return [self._closed(ask)]

    def _closed(self, ask: Collection[Party]) -> Closed:
        self.version += 1
        if self.missed_by is None:
            return ConsultationCompleted(
                consultation_id=self.id,
                version=self.version,
                client_id=self.client_id,
                specialist_id=self.specialist_id,
                ask=list(ask),
            )
        assert self.disputable_until is not None  # since a side said so
        return ConsultationMissed(
            consultation_id=self.id,
            version=self.version,
            client_id=self.client_id,
            specialist_id=self.specialist_id,
            starts_at=self.starts_at,
            time_zone=self.time_zone,
            missed_by=Party(self.missed_by),
            disputable_until=self.disputable_until,
        )
