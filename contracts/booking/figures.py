"""Monthly figures: how many consultations were booked, held, cancelled and missed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from annotated_doc import Doc

from contracts.field_patterns import PublishedCount

# Requests and resources


@dataclass(frozen=True, kw_only=True)
class MonthOfFigures:
    """A specialist's consultations of one calendar month. Only the specialist sees them."""

    month: Annotated[date, Doc("Its first day.")]
    booked: Annotated[int, Doc("All consultations that were booked for this month.")]
    held: Annotated[int, Doc("How many of them took place.")]
    cancelled: int
    missed: int
    both_wish_to_continue: Annotated[
        int, Doc("After how many of those held both sides wish to continue.")
    ]


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Twelve months, the present one last."""

    time_zone: Annotated[str, Doc("The time zone in which the months begin.")]
    months: list[MonthOfFigures]


@dataclass(frozen=True, kw_only=True)
class PublishedMonth:
    """All consultations of one calendar month. Null: too few to be published."""

    month: Annotated[date, Doc("Its first day.")]
    booked: Annotated[PublishedCount, Doc("All consultations that were booked for this month.")]
    held: Annotated[PublishedCount, Doc("How many of them took place.")]
    cancelled: PublishedCount
    missed: PublishedCount
    both_wish_to_continue: Annotated[
        PublishedCount, Doc("After how many of those held both sides wish to continue.")
    ]


@dataclass(frozen=True, kw_only=True)
class PublishedFigures:
    """Twelve months, the present one last."""

    time_zone: Annotated[str, Doc("The time zone in which the months begin.")]
    months: list[PublishedMonth]
