"""What people read. Subjects are neutral: somebody else may see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from contracts.booking import ConsultationBooked
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


def _when(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%A, %d %B %Y, %H:%M} UTC"
