"""Outcomes: what each side wants after a consultation, in private."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from annotated_doc import Doc

from chassis.errors import Conflict, Invalid
from chassis.events import Event
from contracts.booking import PRODUCER

OUTCOME_OPEN_FOR = timedelta(days=14)
"""Counted from the end of the consultation."""


class Wish(StrEnum):
    """What one side wants after a consultation. No other person ever sees it."""

    CONTINUE = "continue"
    TRY_ANOTHER = "try_another"
    NOT_NOW = "not_now"
    GOOD_FIT = "good_fit"
    NOT_A_FIT = "not_a_fit"


# Events


@dataclass(frozen=True, kw_only=True)
class BothWishToContinue(Event, producer=PRODUCER):
    """After a consultation, both sides said in private that they want to continue."""

    consultation_id: UUID
    client_id: UUID
    specialist_id: UUID


# Requests and resources


@dataclass(frozen=True, kw_only=True)
class SayOutcome:
    """What you want next. Both sides learn it only if both want to continue."""

    outcome: Annotated[
        Wish,
        Doc(
            "For a client `continue`, `try_another` or `not_now`; for a specialist `good_fit` or "
            "`not_a_fit`."
        ),
    ]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What you said, in private, after a consultation."""

    consultation_id: UUID
    outcome: Wish
    said_at: datetime


@dataclass(frozen=True, kw_only=True)
class OwnOutcome:
    """What you said after a consultation, and whether both of you want to continue."""

    outcome: Annotated[Wish | None, Doc("Null: you have not said anything.")]
    both_wish_to_continue: bool


# Refusals


class OutcomeClosed(Conflict):
    """It is too late to say what you want next. You can within 14 days after the consultation."""

    code = "outcome_closed"


class OutcomeGiven(Conflict):
    """You have already said what you want next. It can't be changed."""

    code = "outcome_given"


class OutcomeNotYours(Invalid):
    """Only the other side can say that. Please choose one of your own answers."""

    code = "outcome_not_yours"
