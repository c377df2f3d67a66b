"""Known codes of languages (ISO 639), countries (ISO 3166-1) and currencies (ISO 4217).

pycountry keeps an object for each entry. Here only the codes are loaded, each list on first use.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from chassis import json
from chassis.errors import FieldError
from contracts.inputs.zones import why_not_a_zone
from contracts.profiles.specialists import ChangeProfile, NoSuchCode, WriteProfile


def require_known(profile: WriteProfile | ChangeProfile) -> None:
    """Raises ``NoSuchCode`` with every code that does not exist."""
    errors = list(_unknown(profile))
    if errors:
        raise NoSuchCode(errors=errors)


def require_country(code: str) -> None:
    """Raises ``NoSuchCode`` for an unknown country."""
    if code not in countries():
        raise NoSuchCode(errors=[FieldError("country", NO_COUNTRY, code)])


def require_zone_and_country(time_zone: str | None, country: str | None) -> None:
    """Raises ``NoSuchCode`` for a given zone or country that does not exist."""
    errors = []
    if time_zone is not None and (problem := why_not_a_zone(time_zone)):
        errors.append(FieldError("time_zone", problem, time_zone))
    if country is not None and country not in countries():
        errors.append(FieldError("country", NO_COUNTRY, country))
    if errors:
        raise NoSuchCode(errors=errors)


NO_COUNTRY = "No country has this ISO 3166-1 code."


def _unknown(profile: WriteProfile | ChangeProfile) -> Iterator[FieldError]:
    for place, code in enumerate(profile.languages or []):
        if code not in languages():
            yield FieldError(f"languages.{place}", "No language has this ISO 639 code.", code)
    for place, code in enumerate(profile.countries or []):
        if code not in countries():
            yield FieldError(f"countries.{place}", NO_COUNTRY, code)
    if profile.practice and profile.practice.country not in ("", *countries()):
        yield FieldError("practice.country", NO_COUNTRY, profile.practice.country)
    for place, fee in enumerate(profile.fees or []):
        if fee.currency not in currencies():
            what = "No currency has this ISO 4217 code."
            yield FieldError(f"fees.{place}.currency", what, fee.currency)


@cache
def languages() -> frozenset[str]:
    """Language codes of two or three letters."""
    return _codes("639-3", "alpha_2", "alpha_3")


@cache
def countries() -> frozenset[str]:
    return _codes("3166-1", "alpha_2")


@cache
def currencies() -> frozenset[str]:
    return _codes("4217", "alpha_3")


def _codes(standard: str, *names: str) -> frozenset[str]:
    """The codes in pycountry's files."""
    spec = importlib.util.find_spec("pycountry")
    assert spec is not None
    assert spec.origin is not None
    file = Path(spec.origin).parent / "databases" / f"iso{standard}.json"
    entries = json.loads(file.read_bytes())[standard]
    return frozenset(entry[name] for entry in entries for name in names if name in entry)
