"""Half hours held for sign-ups that are not confirmed yet."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from annotated_doc import Doc
from marshmallow.validate import Length

from chassis.errors import Conflict, TooMany
from chassis.schemas import Normalised
from contracts.booking.consultations import LONGEST_NOTE
from contracts.half_hours import HeldHalfHour, SignUpSecret
from contracts.inputs.texts import running_text
from contracts.profiles.accounts import EmailAddress


class SignUpHoldStatus(StrEnum):
    HELD = "held"
    TAKEN_OVER = "taken_over"
    """An account has it now, as a hold of its own."""
    OVER = "over"
    """It ran out, another one replaced it, or the specialist can't be booked any more."""


# Requests and resources


@dataclass(frozen=True, kw_only=True)
class HoldForSignUp:
    """The slot to hold while you sign up, and the address that you sign up with."""

    email: EmailAddress
    specialist_id: UUID
    starts_at: datetime
    note: Annotated[
        str | None,
        Normalised(running_text),
        Length(1, LONGEST_NOTE),
        Doc(
            "What you want the specialist to know before you meet. It is deleted with the hold "
            "unless you book. For people who need help now, show the emergency number and the "
            "helplines of `/api/v1/helplines` beside this field."
        ),
    ] = field(default=None, repr=False)
    sign_up: Annotated[
        SignUpSecret | None,
        Doc("The secret of your earlier hold or sign-up, to hold this slot in place of that one."),
    ] = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class HeldForSignUp(HeldHalfHour):
    """A slot that no other client can book until `held_until`, and the secret that opens it."""

    sign_up: Annotated[
        str,
        Doc(
            "Keep it in this browser, and sign up with it. The slot is yours once the address is "
            "confirmed, or once you sign in to your account and take it over."
        ),
    ] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class TakeOverHold:
    """The secret of a hold, to take it over into your account."""

    sign_up: SignUpSecret = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class SignUpHold(HeldHalfHour):
    """A half hour that is or was held for a sign-up."""

    status: SignUpHoldStatus


# Refusals


class TooManyHolds(TooMany):
    """Three half hours were kept for this address, or from your connection, in the last day. You
    can sign up without one, and choose a time after that."""

    code = "too_many_holds"


class HoldsTaken(Conflict):
    """Two half hours with this specialist are being kept for people who are signing up. Please
    sign up first and choose a time after that, or try again in 20 minutes."""

    code = "holds_taken"
