"""Helplines by country, which a person in a crisis can call or write to.

The table is ``helplines.json``. An operator may replace it by a file of the same shape
(``FIRSTSTEP_HELPLINES``): see ``use``.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from importlib.resources import files
from typing import Annotated

from annotated_doc import Doc
from marshmallow.validate import Length, Regexp

from chassis import json
from chassis.errors import FieldError, Invalid
from chassis.schemas import Normalised, load
from contracts.field_patterns import ISO_639, ISO_3166

DIRECTORY = "findahelpline.com"
"""A directory of helplines, by country."""
EUROPEAN_EMERGENCY_NUMBER = "112"
EUROPEAN_UNION = (
    *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU"),
    *("IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
)
"""Countries whose emergency number is 112: Directive (EU) 2018/1972, article 109, and
http://ec.europa.eu/information_society/activities/112/actions/index_en.htm (read on 2026-11-29)."""

PHONE = r"^\+?[0-9]+([ -][0-9]+)*$(?!\n)"
WEB_ADDRESS = r"^https?://[^\s/]+[^\s]*$(?!\n)"
HOST = r"^[a-z0-9-]+(\.[a-z0-9-]+)+$(?!\n)"
LONGEST_NUMBER, LONGEST_NAME, LONGEST_HOURS = 30, 100, 100

PhoneNumber = Annotated[
    str,
    Regexp(PHONE, error="Must be a phone number as dialled, such as '0800 1110111'."),
    Length(max=LONGEST_NUMBER),
]
WebAddress = Annotated[
    str, Regexp(WEB_ADDRESS, error="Must be a web address, such as https://example.org.")
]
Name = Annotated[str, Length(1, LONGEST_NAME)]
Hours = Annotated[str, Length(1, LONGEST_HOURS)]
Languages = list[Annotated[str, Regexp(ISO_639, error="Must be an ISO 639 code, such as 'en'.")]]
Country = Annotated[
    str, Regexp(ISO_3166, error="Must be an ISO 3166-1 alpha-2 code, such as 'DE'.")
]


# The table


@dataclass(frozen=True, kw_only=True)
class Source:
    """A web page that confirms a number, and the day on which it was read."""

    address: WebAddress
    read_on: date


@dataclass(frozen=True, kw_only=True)
class InWords:
    """A text in each language of the platform."""

    en: Hours
    de: Hours


@dataclass(frozen=True, kw_only=True)
class Helpline:
    """A service that people in a crisis can turn to."""

    name: Name
    number: PhoneNumber
    url: WebAddress | None = None
    hours: InWords | None = None
    free: bool = False
    languages: Languages = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)

    @property
    def checked_on(self) -> date | None:
        """The day on which the number was last compared with each of its sources."""
        return min((each.read_on for each in self.sources), default=None)


@dataclass(frozen=True, kw_only=True)
class CountryHelp:
    """The helplines of a country, and its emergency number where it is not the European one."""

    country: Country
    emergency_number: PhoneNumber | None = None
    emergency_sources: list[Source] = field(default_factory=list)
    lines: list[Helpline] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class HelplinesTable:
    """Helplines by country, and a directory for all other countries: the shape of the file."""

    countries: list[CountryHelp]
    directory: Annotated[
        str, Regexp(HOST, error="Must be a host name, such as 'findahelpline.com'.")
    ] = DIRECTORY


@dataclass(frozen=True, kw_only=True)
class Help:
    """The emergency number and helplines of a country, and a directory of more."""

    emergency_number: str | None
    lines: list[Helpline]
    directory: str


def read_table(text: bytes | str) -> HelplinesTable:
    """The table in a JSON text. Raises ``ValueError`` where it is no JSON, and ``Invalid`` with the
    place of each mistake."""
    table = load(HelplinesTable, json.loads(text))
    times = Counter(each.country for each in table.countries)
    if twice := [
        FieldError(f"countries.{number}.country", "Is there twice.", each.country)
        for number, each in enumerate(table.countries)
        if times[each.country] > 1
    ]:
        raise Invalid(errors=twice)
    return table


class _InUse:
    """The table of this process, set once before requests are served."""

    table: HelplinesTable
    by_country: dict[str, CountryHelp]

    def __init__(self, table: HelplinesTable) -> None:
        self.fill(table)

    def fill(self, table: HelplinesTable) -> None:
        self.table = table
        self.by_country = {each.country: each for each in table.countries}


BUILT_IN = read_table(files("contracts").joinpath("helplines.json").read_bytes())
_in_use = _InUse(BUILT_IN)


def use(table: HelplinesTable) -> None:
    """Replace the table of this process."""
    _in_use.fill(table)


def helplines_of(country: str | None) -> Help:
    """The help of a country (ISO 3166-1 alpha-2); the directory alone where none is known."""
    found = _in_use.by_country.get(country or "")
    number = found.emergency_number if found else None
    if number is None and country in EUROPEAN_UNION:
        number = EUROPEAN_EMERGENCY_NUMBER
    lines = list(found.lines) if found else []
    return Help(emergency_number=number, lines=lines, directory=_in_use.table.directory)


def countries_with_helplines() -> list[str]:
    """The countries (ISO 3166-1 alpha-2) of the table that have a line, in its order."""
    return [code for code, found in _in_use.by_country.items() if found.lines]


# Over HTTP


def country_code(text: str) -> str:
    """The country code in ISO 3166-1's spelling."""
    return text.strip().upper()


@dataclass(frozen=True, kw_only=True)
class HelplinesQuery:
    """The country to list helplines of. No value is refused."""

    country: Annotated[
        str | None,
        Normalised(country_code),
        Doc("An ISO 3166-1 alpha-2 code. Without a valid one, the answer fits any country."),
    ] = None


@dataclass(frozen=True, kw_only=True)
class LocalHelpline:
    """A service that people in a crisis can turn to."""

    name: str
    number: Annotated[str, Doc("As it is dialled within the country.")]
    url: Annotated[str | None, Doc("Its site, often with a chat.")]
    hours: Annotated[str | None, Doc("When the line is open, in the language of the answer.")]
    free: Annotated[bool, Doc("Whether calls are known to cost nothing.")]
    languages: Annotated[list[str], Doc("ISO 639 codes.")]
    checked_on: Annotated[
        date | None,
        Doc("When the number was last compared with its sources, of which there are at least two."),
    ]


@dataclass(frozen=True, kw_only=True)
class LocalHelp:
    """The helplines and the emergency number of a country."""

    country: Annotated[str | None, Doc("The country of the helplines, if it is known.")]
    emergency_number: Annotated[str | None, Doc("`null` where we don't know it for certain.")]
    message: Annotated[str, Doc("Advice to show to the reader unchanged.")]
    lines: list[LocalHelpline]
    directory: Annotated[str, Doc("A site that lists helplines of most countries.")]
