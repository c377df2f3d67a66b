"""The query of a search for specialists, and links that change one thing of it. Pure.

All state of a search is in its address: words, filters, order and page.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal, get_args
from urllib.parse import parse_qsl, urlencode

from marshmallow.validate import Length, OneOf, Range

from contracts.field_patterns import ISO_639
from contracts.inputs.words import LONGEST_WORDS
from contracts.profiles.discovery import (
    LONGEST_CURSOR,
    LONGEST_PLACE,
    MOST_CHOICES,
    SearchSpecialists,
    Sort,
)
from contracts.vocabulary import APPROACHES, TOPICS
from gateway.pages.visitor import Visitor
from gateway.site.words.countries import is_country

PATH = "/specialists"
PAGE = 10
SOON, WEEK = 3, 7
"""Days within which the next half hour is free."""
DEFAULT_PAGE = 1

Choices = Annotated[list[str], Length(max=MOST_CHOICES)]
Filter = Literal[
    "words", "within", "language", "topic", "online", "in_person", "place", "country", "approach"
]


@dataclass(frozen=True, kw_only=True)
class FindQuery:
    """The search as the page's address names it. ``within``: days. ``page``: the number of the
    page that ``cursor`` leads to."""

    words: Annotated[str, Length(max=LONGEST_WORDS)] = ""
    topic: Choices = field(default_factory=list)
    approach: Choices = field(default_factory=list)
    language: Choices = field(default_factory=list)
    country: Choices = field(default_factory=list)
    online: bool | None = None
    in_person: bool | None = None
    place: Annotated[str, Length(max=LONGEST_PLACE)] = ""
    within: Annotated[int | None, OneOf([SOON, WEEK])] = None
    sort: Sort | None = None
    cursor: Annotated[str | None, Length(max=LONGEST_CURSOR)] = None
    page: Annotated[int, Range(1, 1000)] = DEFAULT_PAGE

    @property
    def chosen(self) -> list[Filter]:
        """The filters that are set, and the words."""
        return [each for each in FILTERS if getattr(self, each) not in (None, "", [])]

    def known(self, visitor: Visitor) -> FindQuery:
        """Without values that do not exist, such as topics of an old link."""
        names = visitor.locale.languages
        return replace(
            self,
            topic=[each for each in self.topic if each in TOPICS],
            approach=[each for each in self.approach if each in APPROACHES],
            language=[each for each in self.language if each in names and re.search(ISO_639, each)],
            country=[each for each in self.country if is_country(each)],
        )

    def without(self, name: Filter, value: str = "") -> FindQuery:
        """Without a filter, or without one of its values; from the first page on."""
        if value:
            left: Any = [each for each in getattr(self, name) if each != value]
        else:
            left = EMPTY[name]
        return replace(self.first_page(), **{name: left})

    def first_page(self) -> FindQuery:
        return replace(self, cursor=None, page=DEFAULT_PAGE)

    def next_page(self, cursor: str) -> FindQuery:
        return replace(self, cursor=cursor, page=self.page + 1)

    def search(self, now: datetime, limit: int = PAGE) -> SearchSpecialists:
        """The same search as the API has it."""
        return SearchSpecialists(
            words=self.words or None,
            topic=self.topic,
            approach=self.approach,
            language=self.language,
            country=self.country,
            online=self.online,
            in_person=self.in_person,
            place=self.place or None,
            bookable_before=None if self.within is None else now + timedelta(days=self.within),
            sort=self.sort,
            cursor=self.cursor,
            limit=limit,
        )

    def parameters(self) -> list[tuple[str, str]]:
        """Those of the address, without the ones that say nothing."""
        given: list[tuple[str, str]] = []
        for each in fields(self):
            value = getattr(self, each.name)
            if value in (None, "", []) or (each.name == "page" and value == DEFAULT_PAGE):
                continue
            values = value if isinstance(value, list) else [value]
            given += [(each.name, _text(one)) for one in values]
        return given

    def encoded(self) -> str:
        """The query that leads back here; empty where nothing is chosen."""
        return urlencode(self.first_page().parameters())

    def path(self, zone: str | None = None) -> str:
        """The path without the language's prefix. ``zone``: a time zone that the address names."""
        given = [*self.parameters(), *([("tz", zone)] if zone else [])]
        return f"{PATH}?{urlencode(given)}" if given else PATH


FILTERS: tuple[Filter, ...] = get_args(Filter)
EMPTY: dict[str, Any] = {
    "words": "",
    "place": "",
    "within": None,
    "online": None,
    "in_person": None,
    "topic": [],
    "approach": [],
    "language": [],
    "country": [],
}
NAMES = frozenset(each.name for each in fields(FindQuery))


def path_of_search(query: str) -> str:
    """The path of a search by its query, of which only parameters of a search are kept."""
    known = [(name, value) for name, value in parse_qsl(query) if name in NAMES]
    return f"{PATH}?{urlencode(known)}" if known else PATH


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
