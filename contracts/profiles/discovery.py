"""Discovery: how specialists are found."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from annotated_doc import Doc
from marshmallow.validate import Length, Range, Regexp

from chassis.pagination import DEFAULT_LIMIT, LARGEST_LIMIT
from contracts.inputs.words import LONGEST_WORDS, MOST_WORDS
from contracts.profiles.specialists import Approaches, Specialist, Topics
from contracts.shapes import ISO_639, ISO_3166

MOST_SHOWN = 1_000
"""How many a search shows page by page whose order changes as people are booked."""
LONGEST_CURSOR = 5_000
LONGEST_PLACE = 100
MOST_CHOICES = 20


class Sort(StrEnum):
    """What comes first."""

    RELEVANCE = "relevance"
    SOONEST = "soonest"
    NEWEST = "newest"


# Shapes of single fields


LanguageCodes = Annotated[
    list[Annotated[str, Regexp(ISO_639, error="Must be an ISO 639 code, such as 'en'.")]],
    Length(max=MOST_CHOICES),
]


CountryCodes = Annotated[
    list[Annotated[str, Regexp(ISO_3166, error="Must be an ISO 3166-1 code, such as 'DE'.")]],
    Length(max=MOST_CHOICES),
]


# Requests


@dataclass(frozen=True, kw_only=True)
class SearchSpecialists:
    """What to look for. Of several values of one filter any will do; each filter must hold.

    A filter is given several values by commas, or by being repeated.
    """

    words: Annotated[
        str | None,
        Length(max=LONGEST_WORDS),
        Doc(
            f"All of these words, at most {MOST_WORDS}, in name, headline, topics, approaches or "
            "biography. Case, accents and strokes of letters make no difference: "
            "`muller` and `mueller` both find Müller, `lukasz` Łukasz. A word of three letters or "
            "more finds those that begin with it; Chinese, Japanese, Thai, Lao, Khmer and Burmese "
            "are found by any run of signs within."
        ),
    ] = None
    topic: Annotated[Topics, Doc("Any of these topics, such as `anxiety,grief`.")] = field(
        default_factory=list
    )
    approach: Annotated[Approaches, Doc("Any of these approaches.")] = field(default_factory=list)
    language: Annotated[LanguageCodes, Doc("Any of these languages: ISO 639.")] = field(
        default_factory=list
    )
    country: Annotated[
        CountryCodes,
        Doc(
            "Serves any of these countries, ISO 3166-1 alpha-2. With `in_person=true` or a `place`:"
            " the practice is in any of them."
        ),
    ] = field(default_factory=list)
    in_person: Annotated[bool | None, Doc("Whether they see people in person.")] = None
    place: Annotated[
        str | None,
        Length(max=LONGEST_PLACE),
        Doc(
            "The practice is in this town, by all of its words: `muenchen` and `munchen` find "
            "München, `frankfurt` Frankfurt am Main."
        ),
    ] = None
    online: Annotated[bool | None, Doc("Whether they work online.")] = None
    free_consultation: Annotated[
        bool | None, Doc("Whether they offer free first consultations.")
    ] = None
    fees: Annotated[bool | None, Doc("Whether they say what later sessions cost.")] = None
    bookable_before: Annotated[
        datetime | None, Doc("Their next free slot is before this time.")
    ] = None
    featured: bool | None = None
    sort: Annotated[
        Sort | None,
        Doc(
            "`relevance` (all words in name and headline, then with topics and approaches, then "
            "with the biography; of equals the soonest first), `soonest` (next free slot) or "
            "`newest` (listed last). Default: `relevance`, which without words is `soonest`. But "
            f"for `newest`, pages end after {MOST_SHOWN} specialists."
        ),
    ] = None
    cursor: Annotated[
        str | None,
        Length(max=LONGEST_CURSOR),
        Doc("`next` of the page before, of the same search."),
    ] = None
    limit: Annotated[int, Range(1, LARGEST_LIMIT), Doc("Items on the page.")] = DEFAULT_LIMIT


# Resources


@dataclass(frozen=True, kw_only=True)
class Facets:
    """How many have what, the most frequent first: each filter counts those whom all the other
    filters find, so that choosing one of its values keeps the rest. Zeros stay, for every value
    that somebody has who is listed."""

    topic: dict[str, int]
    approach: dict[str, int]
    language: dict[str, int]
    country: Annotated[dict[str, int], Doc("By what `country` means in this search.")]
    online: int
    in_person: int
    free_consultation: int
    fees: int
    featured: int


@dataclass(frozen=True, kw_only=True)
class SpecialistsFound:
    """A page of a search, and what there is to all of it."""

    items: list[Specialist]
    next: Annotated[str | None, Doc("The cursor of the next page; null on the last.")]
    total: Annotated[int, Doc("How many were found, on all pages.")]
    facets: Facets
