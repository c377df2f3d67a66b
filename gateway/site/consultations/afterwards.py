"""Pages of a past consultation: whether it took place, and what each side wants next."""

from __future__ import annotations

from uuid import UUID

from chassis.errors import NotFound
from contracts.booking.attendance import (
    AttendanceClosed,
    AttendanceGiven,
    NotHeld,
    NotOver,
    SayAttendance,
)
from contracts.booking.consultations import Attendance
from contracts.booking.outcomes import OutcomeClosed, OutcomeGiven, OutcomeNotYours, SayOutcome
from gateway.http.declaration import SIGNED_IN
from gateway.pages.answers import SeeOther
from gateway.pages.page import form, page
from gateway.pages.visitor import Visitor
from gateway.site.consultations.own_consultations import OwnConsultations
from gateway.site.consultations.views import ConsultationShown


class ConsultationAfterwardsPages(OwnConsultations):
    # Attendance

    @page(
        "/consultations/{consultation_id}/attendance",
        template="consultations/attendance.html",
        allow=SIGNED_IN,
        errors=[NotFound],
    )
    def attendance_page(self, consultation_id: UUID, visitor: Visitor) -> ConsultationShown:
        return self.own_consultation(consultation_id, visitor)

    @form(
        "/consultations/{consultation_id}/attendance",
        body=SayAttendance,
        again="attendance_page",
        allow=SIGNED_IN,
        errors=[NotFound, NotHeld, NotOver, AttendanceClosed, AttendanceGiven],
    )
    def attend(self, consultation_id: UUID, body: SayAttendance, visitor: Visitor) -> SeeOther:
        self.booking.say_attendance(consultation_id=consultation_id, attendance=body.attendance)
        page = f"/consultations/{consultation_id}"
        if body.attendance is Attendance.HELD:
            return SeeOther(to=f"{page}/outcome", said="noted")
        return SeeOther(to=page, said="noted")

    # Outcome

    @page(
        "/consultations/{consultation_id}/outcome",
        template="consultations/outcome.html",
        allow=SIGNED_IN,
        errors=[NotFound],
    )
    def outcome_page(self, consultation_id: UUID, visitor: Visitor) -> ConsultationShown:
        return self.own_consultation(consultation_id, visitor)

    @form(
        "/consultations/{consultation_id}/outcome",
        body=SayOutcome,
        again="outcome_page",
        allow=SIGNED_IN,
        errors=[NotFound, NotHeld, NotOver, OutcomeClosed, OutcomeGiven, OutcomeNotYours],
    )
    def say_what_next(self, consultation_id: UUID, body: SayOutcome, visitor: Visitor) -> SeeOther:
        self.booking.say_outcome(consultation_id=consultation_id, outcome=body.outcome)
        return SeeOther(to=f"/consultations/{consultation_id}", said="noted")
