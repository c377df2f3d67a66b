"""Help for the reader's country, beside fields for free text."""

from __future__ import annotations

from dataclasses import dataclass

from babel.core import get_global
from jinja2 import pass_context
from jinja2.runtime import Context

from contracts.helplines import EUROPEAN_EMERGENCY_NUMBER, Helpline, helplines_of
from gateway.pages.visitor import Visitor


@dataclass(frozen=True)
class NearbyHelp:
    """``number``: to call in danger; ``is_known``: that it holds in the reader's country. ``line``:
    the first one of the country."""

    number: str
    is_known: bool
    line: Helpline | None


@pass_context
def help_nearby(context: Context) -> NearbyHelp:
    """The emergency number and a helpline of the reader's country."""
    there = helplines_of(country_of(context["visitor"]))
    number = there.emergency_number
    line = next(iter(there.lines), None)
    return NearbyHelp(number or EUROPEAN_EMERGENCY_NUMBER, number is not None, line)


def country_of(visitor: Visitor) -> str | None:
    """As in the settings, or else that of the time zone."""
    if visitor.country is not None or visitor.chosen_zone is None:
        return visitor.country
    territories: dict[str, str] = get_global("zone_territories")
    return territories.get(visitor.chosen_zone)
