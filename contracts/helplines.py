"""Helplines: whom a person in a crisis can call or write to, by country."""

from __future__ import annotations

from dataclasses import dataclass

DIRECTORY = "findahelpline.com"
"""A directory of helplines, by country."""
EUROPEAN_EMERGENCY_NUMBER = "112"
EUROPEAN_UNION = (
    *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU"),
    *("IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
)
"""Where 112 is the emergency number: Directive (EU) 2018/1972, article 109."""


@dataclass(frozen=True, kw_only=True)
class Helpline:
    """A service that people in a crisis can turn to."""

    name: str
    number: str


@dataclass(frozen=True, kw_only=True)
class Help:
    """Where help is found at once: the emergency number, helplines, and a directory of more."""

    emergency_number: str | None
    lines: list[Helpline]
    directory: str


def helplines_of(country: str | None) -> Help:
    """Help in a country, an ISO 3166-1 alpha-2 code; where none is known, the directory alone."""
    number = EUROPEAN_EMERGENCY_NUMBER if country in EUROPEAN_UNION else None
    return Help(emergency_number=number, lines=[], directory=DIRECTORY)
