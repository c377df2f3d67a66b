"""What specialists read."""

from __future__ import annotations

from datetime import date

from contracts.profiles.featuring import NotFeatured
from services.notifications.wording import Wording, day

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


def external_calendar_failed(name: str, problem: str) -> Wording:
    why = UNREADABLE.get(problem, "it can't be read")
    return Wording(
        kind="external_calendar_failed",
        subject="Your calendar",
        text=(
            f"We can't read your external calendar {name} any more: {why}. What we knew of it "
            "still blocks your times; what you enter there from now on does not. Please look at "
            "its address."
        ),
    )


def external_calendar_recovered(name: str) -> Wording:
    return Wording(
        kind="external_calendar_recovered",
        subject="Your calendar",
        text=f"We read your external calendar {name} again: what is in it blocks your times.",
    )


def external_calendar_read_in_part(name: str, passed_over: int) -> Wording:
    what = "1 entry" if passed_over == 1 else f"{passed_over} entries"
    return Wording(
        kind="external_calendar_read_in_part",
        subject="Your calendar",
        text=(
            f"We can't read {what} of your external calendar {name}, so you may be booked at "
            "those times. Where you set your external calendars you see what can't be read, and "
            "in which line of the file. The rest of it blocks your times."
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
            f"Your licence expires in {days}, on {day(expires_on)}. Send the renewed one before: "
            "without it your profile is no longer listed."
        ),
    )


def expired(expires_on: date) -> Wording:
    return Wording(
        kind="licence_expired",
        subject="Your profile",
        text=(
            f"Your licence expired on {day(expires_on)}, so your profile is no longer listed. "
            "Send the renewed one to have it back."
        ),
    )
