"""Discovery: the search for specialists."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from annotated_doc import Doc
from marshmallow.validate import Length, Range, Regexp

from chassis.pagination import DEFAULT_LIMIT, LARGEST_LIMIT
from contracts.field_patterns import ISO_639, ISO_3166
from contracts.inputs.words import LONGEST_WORDS, MOST_WORDS
from contracts.profiles.specialists import Approaches, Specialist, Topics

MOST_SHOWN = 1_000
"""Results that a search shows in all where its order changes as slots are booked."""
LONGEST_CURSOR = 5_000
LONGEST_PLACE = 100
MOST_CHOICES = 20


class Sort(StrEnum):
    """The order of results."""

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
    """The filters of a search. A specialist must match every filter, by any of its values.

    Several values of a filter are separated by commas, or the filter is repeated.
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
        Doc("`next` of the preceding page of the same search."),
    ] = None
    limit: Annotated[int, Range(1, LARGEST_LIMIT), Doc("Items on the page.")] = DEFAULT_LIMIT


# Resources


@dataclass(frozen=True, kw_only=True)
class Facets:
    """Counts for each value of each filter, the most frequent first. A filter's counts are those of
    the specialists that match all other filters. Every value of a listed specialist is there,
    with 0 where none matches."""

    topic: dict[str, int]
    approach: dict[str, int]
    language: dict[str, int]
    country: Annotated[
        dict[str, int], Doc("Counts by the meaning that `country` has in this search.")
    ]
    online: int
    in_person: int
    free_consultation: int
    fees: int
    featured: int


@dataclass(frozen=True, kw_only=True)
class SpecialistsFound:
    """A page of a search, with the count and facets of all results."""

    items: list[Specialist]
    next: Annotated[str | None, Doc("The cursor of the next page; null on the last.")]
    total: Annotated[int, Doc("The number of results on all pages.")]
    facets: Facets
