"""Figures: what was booked and what came of it, by month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from annotated_doc import Doc

from contracts.shapes import PublishedCount

# Requests and resources


@dataclass(frozen=True, kw_only=True)
class MonthOfFigures:
    """What became of a specialist's consultations of one calendar month: for their eyes alone."""

    month: Annotated[date, Doc("Its first day.")]
    booked: Annotated[int, Doc("All that were booked for this month.")]
    held: Annotated[int, Doc("Of those: took place.")]
    cancelled: int
    missed: int
    both_wish_to_continue: Annotated[int, Doc("Of those held.")]


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Twelve months, the present one last."""

    time_zone: Annotated[str, Doc("In which months begin.")]
    months: list[MonthOfFigures]


@dataclass(frozen=True, kw_only=True)
class PublishedMonth:
    """What became of all consultations of one calendar month. Null: too few to be told."""

    month: Annotated[date, Doc("Its first day.")]
    booked: Annotated[PublishedCount, Doc("All that were booked for this month.")]
    held: Annotated[PublishedCount, Doc("Of those: took place.")]
    cancelled: PublishedCount
    missed: PublishedCount
    both_wish_to_continue: Annotated[PublishedCount, Doc("Of those held.")]


@dataclass(frozen=True, kw_only=True)
class PublishedFigures:
    """Twelve months, the present one last."""

    time_zone: Annotated[str, Doc("In which months begin.")]
    months: list[PublishedMonth]
