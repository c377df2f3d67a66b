"""What people read. Subjects are neutral: somebody else may see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from contracts.booking.attendance import ConsultationMissed
from contracts.booking.consultations import (
    ConsultationBooked,
    ConsultationCancelled,
    ConsultationRescheduled,
    ConsultationsAtRisk,
    Party,
)
from contracts.booking.holds import RescueOffered
from contracts.booking.waitlist import SlotOffered
from contracts.profiles.featuring import NotFeatured


@dataclass(frozen=True)
class Wording:
    kind: str
    subject: str
    text: str


REASONS = {
    NotFeatured.NOT_LISTED: "your profile is not listed",
    NotFeatured.NOT_VERIFIED: "your licence is not verified",
    NotFeatured.NO_FREE_CONSULTATIONS: "you offer no free consultations",
    NotFeatured.NO_SLOT_SOON: "you have no free slot within 14 days",
}


UNREADABLE = {
    "not_fetched": "its address does not answer",
    "no_calendar_there": "there is no calendar at its address now",
    "bad_calendar_file": "what is at its address can't be read as a calendar",
    "address_refused": "its address can't be used",
    "answer_refused": "what its address answers can't be used",
}


def booked_by_you(event: ConsultationBooked) -> Wording:
    return Wording(
        kind="consultation_booked",
        subject="Your appointment",
        text=(
            f"Your free first consultation is booked for {_when(event.starts_at)}. "
            "It takes 30 minutes, costs nothing and obliges you to nothing."
        ),
    )


def booked_with_you(event: ConsultationBooked) -> Wording:
    return Wording(
        kind="consultation_booked",
        subject="A new appointment",
        text=f"Somebody booked a free first consultation with you for {_when(event.starts_at)}.",
    )


def featured() -> Wording:
    return Wording(
        kind="specialist_featured",
        subject="Your profile",
        text="Your profile is featured now: people can book you within the next 14 days.",
    )


def unfeatured(reason: NotFeatured) -> Wording:
    return Wording(
        kind="specialist_unfeatured",
        subject="Your profile",
        text=f"Your profile is no longer featured, because {REASONS[reason]}.",
    )


def outside_calendar_broken(problem: str) -> Wording:
    why = UNREADABLE.get(problem, "it can't be read")
    return Wording(
        kind="outside_calendar_broken",
        subject="Your calendar",
        text=(
            f"We can't read your calendar elsewhere any more: {why}. What we knew of it still "
            "blocks your times; what you enter there from now on does not. Please look at its "
            "address."
        ),
    )


def outside_calendar_works() -> Wording:
    return Wording(
        kind="outside_calendar_works",
        subject="Your calendar",
        text="We read your calendar elsewhere again: what is in it blocks your times.",
    )


def cancelled_for_client(event: ConsultationCancelled) -> Wording:
    return Wording(
        kind="consultation_cancelled",
        subject="Your appointment",
        text=(
            f"Your free first consultation of {_when(event.starts_at)} was cancelled by the "
            "specialist. It does not count: you can book another one with anybody."
        ),
    )


def cancelled_for_specialist(event: ConsultationCancelled) -> Wording:
    return Wording(
        kind="consultation_cancelled",
        subject="An appointment",
        text=(
            f"The free first consultation with you of {_when(event.starts_at)} was cancelled. "
            "The time is free again."
        ),
    )


def rescheduled(event: ConsultationRescheduled) -> Wording:
    return Wording(
        kind="consultation_rescheduled",
        subject="Your appointment",
        text=(
            f"The free first consultation of {_when(event.previous_starts_at)} was moved. It is "
            f"now on {_when(event.starts_at)}."
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
            f"{_when(event.starts_at)}. That can happen. If it was otherwise, say so "
            f"{_in_time(event)}: then it counts as held."
        ),
    )


def missed_by_the_other(event: ConsultationMissed) -> Wording:
    for_client = " It does not count: you can book another one with anybody."
    return Wording(
        kind="consultation_missed",
        subject="Your appointment",
        text=(
            f"The first consultation of {_when(event.starts_at)} is noted as missed by the other "
            f"side.{for_client if event.missed_by == Party.SPECIALIST else ''} If it was "
            f"otherwise, say so {_in_time(event)}."
        ),
    )


def _in_time(event: ConsultationMissed) -> str:
    until = event.disputable_until
    return "within 48 hours" if until is None else f"before {_when(until)}"


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
    times = "\n".join(_when(each.starts_at) for each in event.slots)
    until = min(each.held_until for each in event.slots)
    return Wording(
        kind="rescue_offered",
        subject="Other times for you",
        text=(
            "We are sorry that your first consultation did not take place. If you like, choose one "
            f"of these times with others who may suit you:\n\n{times}\n\nNobody else can book "
            f"them until {_when(until)}. You need not take any."
        ),
    )


def slot_offered(event: SlotOffered) -> Wording:
    return Wording(
        kind="slot_offered",
        subject="A time for you",
        text=(
            f"A time that you wait for has come free: {_when(event.starts_at)}. Nobody else can "
            f"book it until {_when(event.held_until)}. You need not take it."
        ),
    )


def paused() -> Wording:
    return Wording(
        kind="free_consultations_paused",
        subject="Your profile",
        text=(
            "As many free first consultations are booked with you as you offer for now, so no "
            "more can be booked. They open again by themselves."
        ),
    )


def resumed() -> Wording:
    return Wording(
        kind="free_consultations_resumed",
        subject="Your profile",
        text="Free first consultations with you can be booked again.",
    )


def consultations_at_risk(event: ConsultationsAtRisk) -> Wording:
    number = len(event.consultation_ids)
    booked = "consultation is" if number == 1 else "consultations are"
    return Wording(
        kind="consultations_at_risk",
        subject="Something needs you",
        text=(
            f"The licence of specialist {event.specialist_id} has expired, and {number} {booked} "
            "still booked with them. Please look at each."
        ),
    )


def verify_email(link: str) -> Wording:
    return Wording(
        kind="email_verification",
        subject="Please confirm your e-mail address",
        text=(
            f"Open this link to confirm that this address is yours:\n\n{link}\n\n"
            "It works once, and not for long. If you did not ask for it, leave it alone."
        ),
    )


def reset_password(link: str) -> Wording:
    return Wording(
        kind="password_reset",
        subject="Your password",
        text=(
            f"Open this link to choose a new password:\n\n{link}\n\n"
            "It works once, and not for long. If you did not ask for it, leave it alone: your "
            "password stays as it is."
        ),
    )


def password_changed() -> Wording:
    return Wording(
        kind="password_changed",
        subject="Your password",
        text="Your password was changed. If that was not you, reset it now, and write to us.",
    )


def email_changed() -> Wording:
    return Wording(
        kind="email_changed",
        subject="Your e-mail address",
        text=(
            "Your account has another e-mail address now: from here on we write to you there. "
            "If that was not you, write to us."
        ),
    )


def verified() -> Wording:
    return Wording(
        kind="licence_verified",
        subject="Your profile",
        text="Your licence is verified. You can list your profile.",
    )


def declined(reason: str) -> Wording:
    return Wording(
        kind="licence_declined",
        subject="Your profile",
        text=f"Your licence could not be verified: {reason}\n\nYou can send it again.",
    )


def expiring(expires_on: date, days_left: int) -> Wording:
    days = "1 day" if days_left == 1 else f"{days_left} days"
    return Wording(
        kind="licence_expiring",
        subject="Your profile",
        text=(
            f"Your licence expires in {days}, on {_day(expires_on)}. Send the renewed one before: "
            "without it your profile is no longer listed."
        ),
    )


def expired(expires_on: date) -> Wording:
    return Wording(
        kind="licence_expired",
        subject="Your profile",
        text=(
            f"Your licence expired on {_day(expires_on)}, so your profile is no longer listed. "
            "Send the renewed one to have it back."
        ),
    )


def _day(day: date) -> str:
    return f"{day:%A, %d %B %Y}"


def _when(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%A, %d %B %Y, %H:%M} UTC"
