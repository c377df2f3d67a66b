"""What a visitor can do next after a refusal, by its code. Its own sentence says what happened."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.errors import DomainError
from gateway.pages.translations import N_


@dataclass(frozen=True)
class Step:
    """A link under the refusal. ``path`` without the language's prefix."""

    path: str
    text: str


FIND = Step("/specialists", N_("Find a specialist"))
CONSULTATIONS = Step("/consultations", N_("See your half hours"))
SIGN_UP = Step("/sign-up", N_("Create an account"))
NEW_PASSWORD = Step("/forgotten", N_("Choose a new password"))
SECOND_FACTOR = Step("/settings/second-factor", N_("See your second factor"))
NEXT_STEPS: dict[str, Step] = {
    "already_booked": CONSULTATIONS,
    "already_verified": Step("/sign-in", N_("Sign in")),
    "booking_paused": CONSULTATIONS,
    "codes_exhausted": NEW_PASSWORD,
    "email_change_done": NEW_PASSWORD,
    "email_not_verified": Step("/sign-up/check-mail", N_("Send the link again")),
    "holds_taken": SIGN_UP,
    "no_free_consultations": FIND,
    "no_totp": SECOND_FACTOR,
    "not_booked": CONSULTATIONS,
    "not_listed": FIND,
    "overlapping_booking": CONSULTATIONS,
    "own_profile": Step("/desk", N_("Go to your desk")),
    "too_many_bookings": CONSULTATIONS,
    "too_many_holds": SIGN_UP,
    "too_many_waits": Step("/waitlist", N_("See your waiting list")),
    "totp_confirmed": SECOND_FACTOR,
    "wrong_credentials": NEW_PASSWORD,
}
ANSWERED_HERE = frozenset(
    {
        "account_suspended",
        "address_refused",
        "agreement_needed",
        "already_published",
        "attendance_closed",
        "attendance_given",
        "bad_file",
        "bad_hours",
        "bad_publication_time",
        "budget_spent",
        "calendar_given_before",
        "challenge_void",
        "day_full",
        "email_taken",
        "has_begun",
        "in_the_past",
        "licence_changed",
        "licence_ended",
        "link_expired",
        "link_invalid",
        "link_used",
        "no_place",
        "no_such_code",
        "not_found",
        "not_held",
        "not_over",
        "note_not_yours",
        "nothing_to_decide",
        "notice_too_short",
        "other_account",
        "outcome_closed",
        "outcome_given",
        "outcome_not_yours",
        "own_licence",
        "password_needed",
        "password_too_common",
        "profile_exists",
        "profile_incomplete",
        "read_just_now",
        "readings_taken",
        "reason_missing",
        "same_time",
        "second_factor_required",
        "slot_not_offered",
        "slot_taken",
        "slots_free",
        "slug_taken",
        "specialist_busy",
        "storage_away",
        "too_far",
        "too_many_calendars",
        "too_many_tries",
        "too_soon",
        "unknown_time_zone",
        "wrong_code",
        "wrong_password",
    }
)
"""Refusals without a link: the form that is shown again, or the page around it, has what helps,
such as other free times, a field to correct, or the way back."""


def next_step(refusal: DomainError | None) -> Step | None:
    return None if refusal is None else NEXT_STEPS.get(refusal.code)
