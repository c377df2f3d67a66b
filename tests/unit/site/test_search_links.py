"""The query of a search: all of its state in an address, and links that change one thing of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.schemas import Reading, load
from contracts.profiles.discovery import Facets, Sort
from contracts.profiles.preferences import Language
from contracts.vocabulary import APPROACHES, TOPICS
from gateway.pages.visitor import Visitor
from gateway.site.specialists.filters import AT_FIRST, chips_of, groups_of, named
from gateway.site.specialists.search_links import FindQuery, path_of_search

NOW = datetime(2026, 11, 30, 8, tzinfo=UTC)
VISITOR = Visitor()
QUERIES = st.builds(
    FindQuery,
    words=st.sampled_from(["", "sleep", "panic & work", "Ä%+?#"]),
    topic=st.lists(st.sampled_from(sorted(TOPICS)), unique=True, max_size=3),
    approach=st.lists(st.sampled_from(sorted(APPROACHES)), unique=True, max_size=2),
    language=st.lists(st.sampled_from(["en", "de", "pt"]), unique=True),
    country=st.lists(st.sampled_from(["DE", "PT"]), unique=True),
    online=st.sampled_from([None, True, False]),
    in_person=st.sampled_from([None, True]),
    place=st.sampled_from(["", "Frankfurt am Main"]),
    within=st.sampled_from([None, 3, 7]),
    sort=st.sampled_from([None, *Sort]),
    cursor=st.sampled_from([None, "abc"]),
    page=st.sampled_from([1, 2]),
)
NO_FACETS = Facets(
    topic={},
    approach={},
    language={},
    country={},
    online=0,
    in_person=0,
    free_consultation=0,
    fees=0,
    featured=0,
)


def read(path: str) -> FindQuery:
    """The query of an address, as the page reads it."""
    given = parse_qs(urlsplit(path).query)
    return load(FindQuery, {name: ",".join(each) for name, each in given.items()}, Reading.QUERY)


@given(QUERIES)
def test_an_address_bears_the_whole_search(query: FindQuery) -> None:
    assert read(query.path()) == query


@given(QUERIES)
def test_each_chip_drops_what_it_names_and_nothing_else(query: FindQuery) -> None:
    chips = chips_of(query, VISITOR)
    dropped = [read(each.path) for each in chips]
    values = sum(len(each.topic + each.approach + each.language + each.country) for each in [query])
    flags = [query.online, query.in_person, query.within, query.place or None]
    assert len(chips) == values + sum(each is not None for each in flags)
    for each in dropped:
        assert (each.cursor, each.page, each.words, each.sort) == (None, 1, query.words, query.sort)
        assert len(chips_of(each, VISITOR)) == len(chips) - 1


def test_the_time_zone_of_the_address_stays_in_links() -> None:
    assert FindQuery(words="a").path("Europe/Lisbon") == "/specialists?words=a&tz=Europe%2FLisbon"
    assert FindQuery().path() == "/specialists"


def test_values_that_do_not_exist_are_left_out() -> None:
    query = FindQuery(
        topic=["sleep", "gone"],
        approach=["x"],
        language=["en", "pt_BR", "xxx"],
        country=["DE", "001"],
    )
    known = query.known(VISITOR)
    assert (known.topic, known.approach, known.language, known.country) == (
        ["sleep"],
        [],
        ["en"],
        ["DE"],
    )


def test_the_search_of_the_api_is_the_same() -> None:
    search = FindQuery(words="sleep", topic=["sleep"], online=True, within=3).search(NOW)
    assert (search.words, search.topic, search.online) == ("sleep", ["sleep"], True)
    assert search.bookable_before == NOW + timedelta(days=3)
    empty = FindQuery().search(NOW)
    assert (empty.words, empty.place, empty.bookable_before) == (None, None, None)


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("words=sleep&topic=sleep&topic=work", "/specialists?words=sleep&topic=sleep&topic=work"),
        ("next=//evil.example&words=a", "/specialists?words=a"),
        ("//evil.example", "/specialists"),
        ("", "/specialists"),
    ],
)
def test_a_profile_leads_back_to_a_search_alone(query: str, path: str) -> None:
    assert path_of_search(query) == path


# Filters


def test_a_filter_shows_its_first_values_and_what_is_chosen() -> None:
    counts = dict.fromkeys(sorted(TOPICS)[:8], 9)
    facets = Facets(**{**vars(NO_FACETS), "topic": counts})
    chosen = sorted(TOPICS)[7]
    [group] = groups_of(FindQuery(topic=[chosen, "work"]), facets, VISITOR)
    assert [each.value for each in group.first] == [*sorted(TOPICS)[:AT_FIRST], chosen, "work"]
    assert [each.value for each in group.first if each.chosen] == [chosen, "work"]
    assert [each.count for each in group.first if each.value == "work"] == [0]
    assert len(group.rest) == 2


def test_filters_are_named_in_the_visitors_language() -> None:
    query = FindQuery(topic=["sleep"], language=["en"], country=["DE"], within=3, place="Wien")
    german = Visitor(language=Language.DE)
    assert [each.label for each in chips_of(query, german)] == [
        "Eine halbe Stunde in den nächsten 3 Tagen",
        "Englisch",
        "Schlaf",
        "In Wien vor Ort",
        "Deutschland",
    ]
    assert named(FindQuery(language=["en", "de"]), "language", VISITOR) == "English, German"


def test_the_country_is_that_of_the_rooms_where_people_meet_in_person() -> None:
    facets = Facets(**{**vars(NO_FACETS), "country": {"DE": 1}})
    [online] = groups_of(FindQuery(), facets, VISITOR)
    [in_person] = groups_of(FindQuery(in_person=True), facets, VISITOR)
    assert online.legend == "The country you live in"
    assert in_person.legend == "Country of their rooms"
