"""Countries: their names, and the one that a time zone is in (tzdata's ``zone.tab``)."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from babel import Locale

from contracts.inputs.zones import time_zone


def country_of_zone(zone: str | None) -> str | None:
    """The country (ISO 3166-1 alpha-2) of an IANA zone; ``None`` where it has none of its own."""
    return None if zone is None else country_of_zones().get(time_zone(zone))


def is_country(code: str) -> bool:
    """Whether a country with people has this code (ISO 3166-1 alpha-2)."""
    return code in country_of_zones().values()


def name_of_country(code: str, locale: Locale) -> str:
    """The country's name in the locale's language."""
    return str(locale.territories.get(code, code))


@cache
def country_of_zones() -> dict[str, str]:
    """The country of each zone that is named for a place, without former names."""
    return {zone: country for country, _, zone, *_ in rows_of_tzdata("zone.tab")}


def rows_of_tzdata(table: str) -> list[list[str]]:
    """The rows of a table of tzdata."""
    lines = files("tzdata").joinpath("zoneinfo", table).read_text("utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]
