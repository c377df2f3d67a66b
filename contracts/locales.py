"""Formats of days, times and numbers for a language in a country (CLDR's, by Babel)."""

from __future__ import annotations

from functools import cache

from babel import Locale, UnknownLocaleError

from contracts.profiles.preferences import Language

DEFAULT_LOCALES = {Language.EN: "en_GB", Language.DE: "de_DE"}
"""The formats where the country is unknown or has none of its own. Day before month and 24 hours
can't be misread."""


def locale_of(language: Language, country: str | None) -> Locale:
    """The formats of this language in this country."""
    default = DEFAULT_LOCALES[language]
    return _locale(f"{language.value}_{country}" if country else default, default)


@cache
def _locale(wanted: str, default: str) -> Locale:
    try:
        return Locale.parse(wanted)
    except (UnknownLocaleError, ValueError):
        return Locale.parse(default)
