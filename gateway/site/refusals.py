"""What a visitor can do next after a refusal, by its code. Its own sentence says what happened."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.errors import DomainError
from gateway.site.said import N_


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
    "holds_taken": SIGN_UP,
    "no_totp": SECOND_FACTOR,
    "totp_confirmed": SECOND_FACTOR,
    "wrong_credentials": NEW_PASSWORD,
    "no_free_consultations": FIND,
    "not_booked": CONSULTATIONS,
    "not_listed": FIND,
    "overlapping_booking": CONSULTATIONS,
    "own_profile": Step("/desk", N_("Go to your desk")),
    "too_many_bookings": CONSULTATIONS,
    "too_many_holds": SIGN_UP,
    "too_many_waits": Step("/waitlist", N_("See your waiting list")),
}


def next_step(refusal: DomainError | None) -> Step | None:
    return None if refusal is None else NEXT_STEPS.get(refusal.code)
