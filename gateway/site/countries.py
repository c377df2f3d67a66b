"""Countries: their names, and the one that a time zone is in (tzdata's ``zone.tab``)."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from babel import Locale

from contracts.inputs.zones import time_zone


def country_of_zone(zone: str | None) -> str | None:
    """The country (ISO 3166-1 alpha-2) of an IANA zone; ``None`` where it has none of its own."""
    return None if zone is None else _by_zone().get(time_zone(zone))


def is_country(code: str) -> bool:
    """Whether a country with people has this code (ISO 3166-1 alpha-2)."""
    return code in _by_zone().values()


def name_of_country(code: str, locale: Locale) -> str:
    """The country's name in the locale's language."""
    return str(locale.territories.get(code, code))


@cache
def _by_zone() -> dict[str, str]:
    lines = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text().splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return {row[2]: row[0] for row in rows}
