"""The filters of a search as the page shows them: values with counts, and what is chosen. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from contracts.profiles.discovery import Facets
from gateway.pages.visitor import Visitor
from gateway.site.specialists.search_links import SOON, WEEK, Filter, FindQuery
from gateway.site.words.countries import name_of_country
from gateway.site.words.vocabulary import label_of, language_name

AT_FIRST = 5
"""Values that a filter shows at once, beside those that are chosen."""


@dataclass(frozen=True, kw_only=True)
class Option:
    """``count``: of results with this value; ``None`` where it is not known."""

    value: str
    label: str
    count: int | None = None
    chosen: bool = False


@dataclass(frozen=True, kw_only=True)
class Group:
    """A filter: its first values, and the rest, which are shown on demand."""

    name: Filter
    legend: str
    first: tuple[Option, ...]
    rest: tuple[Option, ...] = ()
    all_label: str = ""


@dataclass(frozen=True)
class Chip:
    """A chosen value, and the path of the search without it."""

    label: str
    path: str


def groups_of(query: FindQuery, facets: Facets, visitor: Visitor) -> list[Group]:
    """The filters with several values, without those that no specialist has."""
    gettext = visitor.gettext
    practice = bool(query.in_person or query.place)
    country = gettext("Country of their rooms") if practice else gettext("The country you live in")
    groups = [
        _group(
            query,
            "language",
            facets.language,
            gettext("Language"),
            gettext("All languages"),
            visitor,
        ),
        _group(
            query,
            "topic",
            facets.topic,
            gettext("What it is about"),
            gettext("All topics"),
            visitor,
        ),
        _group(query, "country", facets.country, country, gettext("All countries"), visitor),
        _group(
            query,
            "approach",
            facets.approach,
            gettext("How they work"),
            gettext("All ways"),
            visitor,
        ),
    ]
    return [each for each in groups if each.first]


def _group(
    query: FindQuery,
    name: Filter,
    counts: Mapping[str, int],
    legend: str,
    all_label: str,
    visitor: Visitor,
) -> Group:
    chosen: list[str] = getattr(query, name)
    counts = {**counts, **{each: 0 for each in chosen if each not in counts}}
    options = [
        Option(
            value=value,
            label=label_of_value(name, value, visitor),
            count=count,
            chosen=value in chosen,
        )
        for value, count in counts.items()
    ]
    first = [each for at, each in enumerate(options) if each.chosen or at < AT_FIRST]
    rest = sorted((each for each in options if each not in first), key=lambda each: each.label)
    return Group(
        name=name, legend=legend, first=tuple(first), rest=tuple(rest), all_label=all_label
    )


def times_of(query: FindQuery, counts: Mapping[int, int], visitor: Visitor) -> list[Option]:
    """When the next half hour is free. ``counts`` by days."""
    wanted = {None: visitor.gettext("Any time"), **_within(visitor)}
    return [
        Option(
            value=str(days or ""),
            label=label,
            count=None if days is None else counts[days],
            chosen=query.within == days,
        )
        for days, label in wanted.items()
    ]


def chips_of(query: FindQuery, visitor: Visitor) -> list[Chip]:
    """What is chosen, beside the words."""
    return [
        Chip(label, query.without(name, value).path(visitor.asked_zone))
        for name in query.chosen
        if name != "words"
        for label, value in _chosen(query, name, visitor)
    ]


def named(query: FindQuery, name: Filter, visitor: Visitor) -> str:
    """What is chosen of a filter: "English, German"."""
    return ", ".join(label for label, _ in _chosen(query, name, visitor))


def _chosen(query: FindQuery, name: Filter, visitor: Visitor) -> Iterator[tuple[str, str]]:
    """Labels of what is chosen of a filter, each with its value where there may be several."""
    gettext, value = visitor.gettext, getattr(query, name)
    if isinstance(value, list):
        for each in value:
            yield label_of_value(name, each, visitor), each
    elif name == "within":
        yield _within(visitor)[value], ""
    elif name == "online":
        yield (gettext("Online") if value else gettext("Not online")), ""
    elif name == "in_person":
        yield (gettext("In their rooms") if value else gettext("Not in their rooms")), ""
    elif name == "place":
        yield gettext("In %(place)s", place=value), ""
    else:
        yield value, ""


def _within(visitor: Visitor) -> dict[int | None, str]:
    gettext = visitor.gettext
    return {SOON: gettext("A half hour within 3 days"), WEEK: gettext("Within a week")}


def label_of_value(name: Filter, value: str, visitor: Visitor) -> str:
    labels: dict[str, Callable[[], str]] = {
        "language": lambda: language_name(value, visitor),
        "country": lambda: name_of_country(value, visitor.locale),
    }
    return labels.get(name, lambda: label_of(value, visitor))()
