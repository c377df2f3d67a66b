"""What people read about consultations."""

from __future__ import annotations

from contracts.booking.attendance import ConsultationMissed
from contracts.booking.consultations import (
    ConsultationBooked,
    ConsultationCancelled,
    ConsultationPlaceChanged,
    ConsultationRescheduled,
    ConsultationsAtRisk,
    Party,
)
from contracts.booking.holds import RescueOffered
from contracts.booking.waitlist import SlotOffered
from contracts.profiles.right_to_practise import Standing
from services.notifications.wording import Wording, when


def booked_by_you(event: ConsultationBooked) -> Wording:
    return Wording(
        kind="consultation_booked",
        subject="Your appointment",
        text=(
            f"Your free first consultation is booked for {when(event.starts_at)}. "
            "It takes 30 minutes, costs nothing and obliges you to nothing."
        ),
    )


def booked_with_you(event: ConsultationBooked) -> Wording:
    return Wording(
        kind="consultation_booked",
        subject="A new appointment",
        text=f"Somebody booked a free first consultation with you for {when(event.starts_at)}.",
    )


def cancelled_for_client(event: ConsultationCancelled) -> Wording:
    return Wording(
        kind="consultation_cancelled",
        subject="Your appointment",
        text=(
            f"Your free first consultation of {when(event.starts_at)} was cancelled by the "
            "specialist. It does not count: you can book another one with anybody."
        ),
    )


def cancelled_for_specialist(event: ConsultationCancelled) -> Wording:
    return Wording(
        kind="consultation_cancelled",
        subject="An appointment",
        text=(
            f"The free first consultation with you of {when(event.starts_at)} was cancelled. "
            "The time is free again."
        ),
    )


def rescheduled(event: ConsultationRescheduled) -> Wording:
    return Wording(
        kind="consultation_rescheduled",
        subject="Your appointment",
        text=(
            f"The free first consultation of {when(event.previous_starts_at)} was moved. It is "
            f"now on {when(event.starts_at)}."
        ),
    )


def place_changed(event: ConsultationPlaceChanged) -> Wording:
    place = event.meeting_address or event.meeting_link
    where = f"now:\n\n{place}" if place else "online. You find the link on its page."
    return Wording(
        kind="consultation_place_changed",
        subject="Your appointment",
        text=(
            f"The free first consultation of {when(event.starts_at)} takes place elsewhere "
            f"than before, {where}"
        ),
    )


def completed() -> Wording:
    return Wording(
        kind="consultation_completed",
        subject="Your appointment",
        text=(
            "Your first consultation is over, and obliges you to nothing. If you like, tell us "
            "within 14 days what you want next. The other side never sees it: only where both "
            "of you want to continue, both are told so."
        ),
    )


def missed_by_you(event: ConsultationMissed) -> Wording:
    return Wording(
        kind="consultation_missed",
        subject="Your appointment",
        text=(
            f"We were told that you could not make it to the first consultation of "
            f"{when(event.starts_at)}. That can happen. If it was otherwise, say so "
            f"before {when(event.disputable_until)}: then it counts as held."
        ),
    )


def missed_by_the_other(event: ConsultationMissed) -> Wording:
    for_client = " It does not count: you can book another one with anybody."
    return Wording(
        kind="consultation_missed",
        subject="Your appointment",
        text=(
            f"The first consultation of {when(event.starts_at)} is noted as missed by the other "
            f"side.{for_client if event.missed_by == Party.SPECIALIST else ''} If it was "
            f"otherwise, say so before {when(event.disputable_until)}."
        ),
    )


def both_wish_to_continue() -> Wording:
    return Wording(
        kind="both_wish_to_continue",
        subject="Your appointment",
        text=(
            "After your first consultation both of you said that you would like to continue. "
            "Whether and how is for the two of you to decide."
        ),
    )


def rescue_offered(event: RescueOffered) -> Wording:
    times = "\n".join(when(each.starts_at) for each in event.slots)
    until = min(each.held_until for each in event.slots)
    return Wording(
        kind="rescue_offered",
        subject="Other times for you",
        text=(
            "We are sorry that your first consultation did not take place. If you like, choose one "
            f"of these times with others who may suit you:\n\n{times}\n\nNobody else can book "
            f"them until {when(until)}. You need not take any."
        ),
    )


def slot_offered(event: SlotOffered) -> Wording:
    return Wording(
        kind="slot_offered",
        subject="A time for you",
        text=(
            f"A time that you wait for has come free: {when(event.starts_at)}. Nobody else can "
            f"book it until {when(event.held_until)}. You need not take it."
        ),
    )


WHY_AT_RISK = {
    Standing.RENEWAL_WAITING: "A licence has expired while a renewed one waits for your decision.",
    Standing.LICENCE_EXPIRED: "A licence has expired, and no renewed one waits for your decision.",
    Standing.LICENCE_DECLINED: "A licence has expired, and no renewed one was accepted.",
    Standing.LICENCE_WITHDRAWN: "A verified licence was withdrawn.",
    Standing.ROLE_REVOKED: "An account lost the role of a specialist.",
    Standing.ACCOUNT_SUSPENDED: "The account of a specialist was suspended.",
}
STILL_BOOKED = {
    Standing.RENEWAL_WAITING: (
        "Nothing is cancelled until you decide. Declining the renewed one cancels what is ahead."
    ),
    Standing.LICENCE_EXPIRED: (
        "Each is cancelled 48 hours before it begins, unless a licence is verified before."
    ),
}
CANCELLED = "Each was cancelled: its client was told, and is offered times with others."


def consultations_at_risk(event: ConsultationsAtRisk) -> Wording:
    number = len(event.consultation_ids)
    consultations = "consultation" if number == 1 else "consultations"
    return Wording(
        kind="consultations_at_risk",
        subject="Something needs you",
        text=(
            f"{WHY_AT_RISK[event.cause]} {number} {consultations} with specialist "
            f"{event.specialist_id} lay ahead. {STILL_BOOKED.get(event.cause, CANCELLED)}"
        ),
    )
