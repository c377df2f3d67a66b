"""The page of the search for specialists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from chassis.cursors import BadCursor
from contracts.inputs.words import BadWords
from contracts.profiles.discovery import Sort, SpecialistsFound
from contracts.profiles.specialists import Specialist
from gateway.cache import Cached, first_page
from gateway.pages.answers import SeeOther
from gateway.pages.page import page
from gateway.pages.rendering import sentence
from gateway.pages.visitor import Visitor
from gateway.site.specialists import filters
from gateway.site.specialists.filters import Chip, Group, Option
from gateway.site.specialists.search_links import PAGE, SOON, WEEK, Filter, FindQuery
from gateway.site.times.picker import ZoneChoice, zone_options
from gateway.site.times.zones import Zones

MOST_SUGGESTED = 3


@dataclass(frozen=True)
class Suggestion:
    """A filter to drop: what is chosen of it, the path of the search without it, its count."""

    dropped: str
    path: str
    count: int


@dataclass(frozen=True, kw_only=True)
class FindShown:
    """``first``, ``last``: numbers of the specialists on the page. ``problem``: what is wrong with
    the words. ``search``: the query that profiles lead back to."""

    query: FindQuery
    total: int
    first: int
    last: int
    specialists: Sequence[Specialist]
    zones: Mapping[UUID, str]
    choice: ZoneChoice
    times: Sequence[Option]
    groups: Sequence[Group]
    online: int
    in_person: int
    sorts: Sequence[tuple[Sort, str]]
    chips: Sequence[Chip]
    suggestions: Sequence[Suggestion]
    clear_path: str
    first_path: str
    next_path: str
    search: str
    problem: str = ""


class FindPages(Zones):
    @page(
        "/specialists",
        query=FindQuery,
        template="specialists/find.html",
        errors=[BadWords, BadCursor],
        cached=Cached(first_page),
        indexed=True,
    )
    def find_page(self, query: FindQuery, visitor: Visitor) -> FindShown | SeeOther:
        """Specialists by words and filters. All state of the search is in the address."""
        wanted = query.known(visitor)
        problem = ""
        try:
            found = self._find(wanted, visitor)
        except BadCursor:
            return SeeOther(to=wanted.first_page().path(visitor.asked_zone))
        except BadWords as refusal:
            problem = " ".join(sentence(each.detail, visitor.language) for each in refusal.errors)
            wanted = wanted.without(_wrong_field(refusal))
            found = self._find(wanted, visitor)
        shown = self._found_page(wanted, found, visitor)
        return replace(shown, query=query, problem=problem) if problem else shown

    def _find(self, query: FindQuery, visitor: Visitor) -> SpecialistsFound:
        return self.profiles.search_specialists(query=query.search(visitor.now)).load()

    def _count_found(self, query: FindQuery, visitor: Visitor) -> int:
        counted = self.profiles.search_specialists(query=query.search(visitor.now, limit=1))
        total: int = counted.value["total"]
        return total

    def _found_page(self, query: FindQuery, found: SpecialistsFound, visitor: Visitor) -> FindShown:
        zone = visitor.asked_zone
        before = (query.page - 1) * PAGE
        return FindShown(
            query=query,
            total=found.total,
            first=before + 1,
            last=before + len(found.items),
            specialists=found.items,
            zones=self.zones_of(found.items, visitor),
            choice=_choice(query, visitor),
            times=filters.times_of(query, self._counts_by_time(query, found, visitor), visitor),
            groups=filters.groups_of(query, found.facets, visitor),
            online=found.facets.online,
            in_person=found.facets.in_person,
            sorts=_sorts(query, visitor),
            chips=filters.chips_of(query, visitor),
            suggestions=[] if found.total else self._filters_to_drop(query, visitor),
            clear_path=FindQuery(words=query.words, sort=query.sort).path(zone),
            first_path="" if query.cursor is None else query.first_page().path(zone),
            next_path=query.next_page(found.next).path(zone) if found.next else "",
            search=query.encoded(),
        )

    def _counts_by_time(
        self, query: FindQuery, found: SpecialistsFound, visitor: Visitor
    ) -> dict[int, int]:
        """How many are free within so many days, among those that pass all other filters."""
        first = query.first_page()
        return {
            days: found.total
            if days == query.within
            else self._count_found(replace(first, within=days), visitor)
            for days in (SOON, WEEK)
        }

    def _filters_to_drop(self, query: FindQuery, visitor: Visitor) -> list[Suggestion]:
        """The filters whose removal finds most, for a search that finds none."""
        found = [self._filter_to_drop(query, each, visitor) for each in query.chosen]
        helpful = [each for each in found if each.count]
        return sorted(helpful, key=lambda each: -each.count)[:MOST_SUGGESTED]

    def _filter_to_drop(self, query: FindQuery, name: Filter, visitor: Visitor) -> Suggestion:
        without = query.without(name)
        return Suggestion(
            filters.named(query, name, visitor),
            without.path(visitor.asked_zone),
            self._count_found(without, visitor),
        )


def _wrong_field(refusal: BadWords) -> Filter:
    return "place" if any(each.field == "place" for each in refusal.errors) else "words"


def _sorts(query: FindQuery, visitor: Visitor) -> list[tuple[Sort, str]]:
    """The orders to choose from. Without words, all fit equally well."""
    best = [(Sort.RELEVANCE, visitor.gettext("who fits best"))] if query.words else []
    return [
        *best,
        (Sort.SOONEST, visitor.gettext("who is free soonest")),
        (Sort.NEWEST, visitor.gettext("who is new here")),
    ]


def _choice(query: FindQuery, visitor: Visitor) -> ZoneChoice:
    zone = visitor.chosen_zone or ""
    options = zone_options(zone, "", visitor.now, visitor.locale)
    kept: tuple[Any, ...] = tuple(query.parameters())
    return ZoneChoice(zone=zone, options=options, wanted=visitor.unknown_zone, kept=kept)
