"""Attendance: whether a consultation took place, as its two sides or a clock say."""

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
    """The part of a ``Consultation`` that holds what its sides say after it."""

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
        """Record one side's answer. Returns the event where the status changes. ``ask``: the sides
        that may be asked for their outcome if it took place.

        Until the other side has answered, an answer can be corrected once. Raises ``NotHeld`` for
        a cancelled consultation, ``NotOver``, ``AttendanceClosed`` and ``AttendanceGiven``.
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

    def attendance_until(self, by: Party) -> datetime | None:
        """Until when this side can answer, or correct its answer; ``None``: it can't."""
        said = [self.attendance_by_client, self.attendance_by_specialist]
        if self.status == ConsultationStatus.CANCELLED or None not in said:
            return None
        if self._attendance_by(by) is None:
            return self.disputable_until or self.ends_at + ATTENDANCE_OPEN_FOR
        return self._correctable_until()

    def _attendance_by(self, party: Party) -> str | None:
        client = party == Party.CLIENT
        return self.attendance_by_client if client else self.attendance_by_specialist

    def _require_correctable(self, now: datetime) -> None:
        until = self._correctable_until()
        if until is None or now > until:
            raise AttendanceGiven

    def _correctable_until(self) -> datetime | None:
        """A correction is allowed once, and while the other side still has time to answer."""
        until = self.disputable_until
        return None if self.attendance_corrected or until is None else until - TO_ANSWER

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
        """Complete it 48 hours after its end, when neither side has answered."""
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
        assert self.disputable_until is not None  # set with the first answer
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
