"""Choices of forms: time zones by region, and countries."""

from __future__ import annotations

from collections import defaultdict
from functools import cache

from babel import Locale

from contracts.inputs.zones import TIME_ZONES
from gateway.pages.times import place_of
from gateway.pages.translations import N_
from gateway.site.words.countries import country_of_zones, rows_of_tzdata

REGIONS = {
    "Europe": N_("Europe"),
    "Africa": N_("Africa"),
    "America": N_("America"),
    "Asia": N_("Asia"),
    "Atlantic": N_("Atlantic"),
    "Australia": N_("Australia"),
    "Indian": N_("Indian Ocean"),
    "Pacific": N_("Pacific"),
    "Antarctica": N_("Antarctica"),
    "Arctic": N_("Arctic"),
}
"""The first part of a zone's name: how the group is called. The first is where most readers are."""

Options = list[tuple[str, str]]


def zone_groups(locale: Locale) -> list[tuple[str, Options]]:
    """Every IANA zone that is named for a place, by region, in alphabetical order. Former names are
    among them: browsers still report some."""
    return _zone_groups(str(locale))


@cache
def _zone_groups(language: str) -> list[tuple[str, Options]]:
    locale = Locale.parse(language)
    found: dict[str, Options] = defaultdict(list)
    for zone in TIME_ZONES:
        if is_in_region(zone):
            found[zone.partition("/")[0]].append((zone, _label(zone, locale)))
    return [(REGIONS[each], sorted(found[each], key=by_label)) for each in REGIONS]


def is_in_region(zone: str) -> bool:
    """Whether ``zone_groups`` has the zone. Others, such as ``UTC``, are named for no place."""
    region, _, place = zone.partition("/")
    return region in REGIONS and bool(place)


def _label(zone: str, locale: Locale) -> str:
    """The place in the reader's language; a former name stays as it is, so that it is found."""
    if zone in _present_zones():
        return place_of(zone, locale)
    return zone.partition("/")[2].replace("_", " ").replace("/", ", ")


def countries(locale: Locale) -> Options:
    """Every country of ISO 3166-1 with its name, in alphabetical order."""
    return _countries(str(locale))


@cache
def _countries(language: str) -> Options:
    names = Locale.parse(language).territories
    return sorted(((code, str(names.get(code, code))) for code in _codes()), key=by_label)


def by_label(option: tuple[str, str]) -> str:
    """The key of alphabetical order."""
    plain = str.maketrans("ÄÅÖÜÉÇÎäåöü", "AAOUECIaaou")
    return option[1].translate(plain).casefold()


@cache
def _codes() -> list[str]:
    return [row[0] for row in rows_of_tzdata("iso3166.tab")]


@cache
def _present_zones() -> frozenset[str]:
    return frozenset(country_of_zones())
