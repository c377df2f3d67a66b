"""Help for the reader's country, beside fields for free text."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.helplines import EUROPEAN_EMERGENCY_NUMBER, Helpline, helplines_of
from gateway.pages.visitor import Visitor
from gateway.site.words.countries import country_of_zone


@dataclass(frozen=True)
class NearbyHelp:
    """``number``: to call in danger; ``is_known``: that it holds in the reader's country. ``line``:
    the first one of the country."""

    number: str
    is_known: bool
    line: Helpline | None


def help_nearby(visitor: Visitor) -> NearbyHelp:
    """The emergency number and a helpline of the reader's country: that of the settings, or else
    of the time zone."""
    there = helplines_of(visitor.country or country_of_zone(visitor.chosen_zone))
    number = there.emergency_number
    line = next(iter(there.lines), None)
    return NearbyHelp(number or EUROPEAN_EMERGENCY_NUMBER, number is not None, line)
