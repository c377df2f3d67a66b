"""The page of help now: who to call in a country, at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from babel import Locale

from chassis.errors import NotFound
from contracts.helplines import EUROPEAN_EMERGENCY_NUMBER, LocalHelp, countries_with_helplines
from gateway.api.helplines import local_help
from gateway.cache import Cached
from gateway.pages.page import page
from gateway.pages.visitor import Visitor
from gateway.site.operator.texts import operator_text
from gateway.site.words.countries import country_of_zone, name_of_country
from gateway.site.words.prose import Prose, prose

NOT_DIALLED = re.compile(r"[^+0-9]")


@dataclass(frozen=True)
class Country:
    """A country to choose; ``path`` of its page."""

    code: str
    name: str
    path: str


@dataclass(frozen=True)
class HelpShown:
    """``country``: whose lines are shown; ``None`` where it is not known."""

    country: Country | None
    help: LocalHelp
    emergency: str
    countries: list[Country]
    text: Prose
    checked_on: date | None


def for_any_visitor(arguments: Mapping[str, Any]) -> tuple[str, ...] | None:
    """It is the same for all in one zone who have chosen no country in their settings."""
    return None if arguments["visitor"].country else ()


class HelpNowPages:
    @page("/help-now", template="help/now.html", cached=Cached(for_any_visitor), indexed=True)
    def help_now_page(self, visitor: Visitor) -> HelpShown:
        """The country of the settings, or else of the time zone."""
        return _shown(visitor.country or country_of_zone(visitor.chosen_zone), visitor)

    @page(
        "/help-now/{country}",
        template="help/now.html",
        errors=[NotFound],
        cached=Cached(lambda arguments: ()),
        indexed=True,
    )
    def help_in_country_page(self, country: str, visitor: Visitor) -> HelpShown:
        """The lines of a country by its code, such as ``pt``."""
        if country != country.lower() or country.upper() not in countries_with_helplines():
            raise NotFound
        return _shown(country.upper(), visitor)


def _shown(code: str | None, visitor: Visitor) -> HelpShown:
    countries = sorted(
        (_country(each, visitor.locale) for each in countries_with_helplines()),
        key=lambda each: each.name,
    )
    there = local_help(code, visitor.language)
    return HelpShown(
        country=None if code is None else _country(code, visitor.locale),
        help=there,
        emergency=there.emergency_number or EUROPEAN_EMERGENCY_NUMBER,
        countries=countries,
        text=_text(visitor),
        checked_on=min((each.checked_on for each in there.lines if each.checked_on), default=None),
    )


def _country(code: str, locale: Locale) -> Country:
    return Country(code, name_of_country(code, locale), f"/help-now/{code.lower()}")


def _text(visitor: Visitor) -> Prose:
    return prose(operator_text("help-now", visitor.language).text)


def dialled(number: str) -> str:
    """A number as in a ``tel:`` link."""
    return NOT_DIALLED.sub("", number)
