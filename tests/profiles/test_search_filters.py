"""Search filters and facet counts: values, flags, practices, free slots, and any mix of them."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.times import utc_now
from contracts.inputs.words import BadWords
from contracts.profiles.discovery import (
    Sort,
)
from tests.profiles.finding import LISTED, SOME, UNLISTED, Finding, a_mark, in_days


def test_any_value_of_a_filter_will_do_and_each_filter_must_hold(
    finding: Finding, mark: str
) -> None:
    one = finding.somebody(topics=[mark, "grief"], languages=["en"], countries=["DE", "AT"])
    two = finding.somebody(topics=[mark, "sleep"], languages=["de"], countries=["CH"])
    both = {one, two}
    assert set(finding.ids(topic=[mark])) == both
    assert set(finding.ids(topic=["nothing", mark], language=["en", "de"])) == both
    assert finding.ids(topic=[mark], language=["en"]) == [one]
    assert finding.ids(topic=[mark], country=["CH", "FR"]) == [two]
    assert finding.ids(topic=[mark], language=["en"], country=["CH"]) == []
    assert finding.ids(topic=[mark], approach=["grief"]) == []


@pytest.mark.parametrize(
    ("flag", "column"),
    [
        ("online", "online"),
        ("free_consultation", "offers_free_consultations"),
        ("featured", "featured"),
        ("in_person", "in_person"),
    ],
)
def test_flags_are_asked_for_or_against(
    finding: Finding, mark: str, flag: str, column: str
) -> None:
    yes = finding.somebody(topics=[mark], **{column: True})
    no = finding.somebody(topics=[mark])
    assert finding.ids(topic=[mark], **{flag: True}) == [yes]
    assert finding.ids(topic=[mark], **{flag: False}) == [no]
    assert getattr(finding.search(topic=[mark]).facets, flag) == 1


def test_who_says_what_sessions_cost_is_asked_for_and_counted(finding: Finding, mark: str) -> None:
    fee = {"amount": "95.00", "currency": "EUR", "minutes": 50}
    yes = finding.somebody(topics=[mark], fees=[fee])
    no = finding.somebody(topics=[mark])
    assert finding.ids(topic=[mark], fees=True) == [yes]
    assert finding.ids(topic=[mark], fees=False) == [no]
    assert finding.search(topic=[mark]).facets.fees == 1


def practice(country: str = "", place: str = "") -> dict[str, Any]:
    return {"in_person": True, "practice": {"country": country, "place": place}}


def test_in_person_a_country_is_where_the_practice_is(finding: Finding, mark: str) -> None:
    berlin = finding.somebody(topics=[mark], countries=["PL"], **practice("DE", "Berlin"))
    paris = finding.somebody(topics=[mark], countries=["DE"], **practice("FR", "Paris"))
    online = finding.somebody(topics=[mark], countries=["DE"], online=True)
    assert set(finding.ids(topic=[mark], country=["DE"])) == {paris, online}
    assert finding.ids(topic=[mark], in_person=True, country=["DE"]) == [berlin]
    assert finding.ids(topic=[mark], in_person=True, country=["DE"], place="Berlin") == [berlin]
    assert finding.ids(topic=[mark], in_person=True, country=["FR"], place="Berlin") == []
    assert finding.ids(topic=[mark], in_person=False, country=["DE"]) == [online]
    counted = finding.search(topic=[mark], in_person=True, country=["FR"]).facets.country
    assert (counted["DE"], counted["FR"], counted.get("PL", 0)) == (1, 1, 0)


@pytest.mark.parametrize("chosen", [None, False])
def test_who_is_found_in_person_is_counted_as_choosing_it_finds_them(
    finding: Finding, mark: str, chosen: bool | None
) -> None:
    finding.somebody(topics=[mark], countries=["PL"], **practice("DE", "Berlin"))
    finding.somebody(topics=[mark], countries=["DE"], **practice("FR", "Paris"))
    for country, found in (["PL"], 0), (["DE"], 1), (["DE", "FR"], 2):
        facets = finding.search(topic=[mark], country=country, in_person=chosen).facets
        assert facets.in_person == found
        assert len(finding.ids(topic=[mark], country=country, in_person=True)) == found


@pytest.mark.parametrize(
    ("place", "asked", "found"),
    [
        ("München", "münchen", True),
        ("München", "MUENCHEN", True),
        ("München", "munchen", True),
        ("Muenchen", "München", True),
        ("Frankfurt am Main", "frankfurt", True),
        ("Frankfurt am Main", "Frankfurt, Main", True),
        ("Frankfurt am Main", "Frankfurt (Oder)", False),
        ("Łódź", "lodz", True),
        ("東京", "東京", True),
        ("東京都", "京都", True),
        ("Berlin", "Ber", False),
    ],
)
def test_a_place_is_found_by_all_of_its_words(
    finding: Finding, mark: str, place: str, asked: str, found: bool
) -> None:
    finding.somebody(topics=[mark], **practice("", place))
    assert bool(finding.ids(topic=[mark], place=asked)) == found


def test_a_practice_of_somebody_who_sees_nobody_in_person_is_not_found(
    finding: Finding, mark: str
) -> None:
    facts = {**practice("DE", "Berlin"), "in_person": False}
    finding.somebody(topics=[mark], **facts)
    assert finding.ids(topic=[mark], place="Berlin") == []


@pytest.mark.parametrize("place", ["...", "x" * 41])
def test_a_place_that_can_not_be_looked_for_is_refused(finding: Finding, place: str) -> None:
    with pytest.raises(BadWords) as refusal:
        finding.search(place=place)
    assert [each.field for each in refusal.value.errors] == ["place"]


def test_each_facet_keeps_the_other_values_of_its_own_filter(finding: Finding, mark: str) -> None:
    other = a_mark()
    finding.somebody(topics=[mark], languages=["en"], online=True)
    finding.somebody(topics=[mark, other], languages=["de"])
    finding.somebody(topics=[other], languages=["de"], countries=["DE"])
    chosen = finding.search(topic=[mark], language=["de"], online=False).facets
    assert (chosen.language["de"], chosen.language["en"]) == (1, 0)
    assert (chosen.topic[mark], chosen.topic[other]) == (1, 2)
    both = finding.search(topic=[mark], language=["en"]).facets
    assert (both.language["en"], both.language["de"]) == (1, 1)
    assert (both.topic[mark], both.topic[other]) == (1, 0)
    assert both.country["DE"] == 0
    assert finding.search(topic=[mark], online=False).facets.online == 1


def test_bookable_before_means_from_now_until_then(finding: Finding, mark: str) -> None:
    soon = finding.somebody(topics=[mark], next_slot_at=in_days(1))
    finding.somebody(topics=[mark], next_slot_at=in_days(-1))
    finding.somebody(topics=[mark])
    later = in_days(5)
    finding.somebody(topics=[mark], next_slot_at=later)
    assert finding.ids(topic=[mark], bookable_before=later) == [soon]
    assert finding.ids(topic=[mark], bookable_before=in_days(-2)) == []


def test_a_result_says_when_the_next_free_slot_is(finding: Finding, mark: str) -> None:
    at = datetime(2040, 5, 17, 9, 30, tzinfo=UTC)
    person = finding.somebody(topics=[mark], next_slot_at=at)
    [item] = finding.search(topic=[mark]).items
    assert (item.id, item.next_slot_at) == (person, at)
    finding.change(person, next_slot_at=at + timedelta(days=1))
    [item] = finding.search(topic=[mark]).items
    assert item.next_slot_at == at + timedelta(days=1)


DAY = utc_now() + timedelta(hours=12)
A_DAY = timedelta(days=1)
FACTS = st.fixed_dictionaries(
    {
        "headline": st.sampled_from(["", "Sleep", "Grief and sleep"]),
        "biography": st.sampled_from(["", "I listen", "Grief, sleepless"]),
        "topics": st.lists(st.sampled_from(["anxiety", "sleep", "grief"]), unique=True),
        "approaches": st.lists(st.sampled_from(["cbt", "emdr"]), unique=True),
        "languages": st.lists(st.sampled_from(["en", "de", "pl"]), unique=True),
        "countries": st.lists(st.sampled_from(["DE", "PL"]), unique=True),
        "online": st.booleans(),
        "offers_free_consultations": st.booleans(),
        "featured": st.booleans(),
        "next_slot_at": st.none() | st.integers(-1, 4).map(lambda day: DAY + day * A_DAY),
        "status": st.sampled_from([LISTED, LISTED, LISTED, UNLISTED]),
    }
)
QUERIES = st.fixed_dictionaries(
    {},
    optional={
        "words": st.sampled_from(["", "sleep", "gri", "sleep grief", "listen", "nothing"]),
        "approach": st.lists(st.sampled_from(["cbt", "emdr"]), max_size=2),
        "language": st.lists(st.sampled_from(["en", "de", "fr"]), max_size=2),
        "country": st.lists(st.sampled_from(["DE", "PL"]), max_size=2),
        "online": st.none() | st.booleans(),
        "free_consultation": st.none() | st.booleans(),
        "featured": st.none() | st.booleans(),
        "bookable_before": st.none() | st.integers(-2, 5).map(lambda day: DAY + day * A_DAY),
        "sort": st.none() | st.sampled_from(list(Sort)),
    },
)


def fits(facts: dict[str, Any], query: dict[str, Any], but: str = "") -> bool:
    """Whether the query finds them; ``but`` for one of its filters."""
    query = {name: value for name, value in query.items() if name != but}
    said = " ".join([facts["headline"], facts["biography"], *facts["topics"], *facts["approaches"]])
    words = said.lower().replace(",", " ").split()
    slot, before = facts["next_slot_at"], query.get("bookable_before")
    return (
        facts["status"] == LISTED
        and all(any(w.startswith(q) for w in words) for q in query.get("words", "").split())
        and all(
            not query.get(name) or set(query[name]) & set(facts[column])
            for name, column in (
                ("approach", "approaches"),
                ("language", "languages"),
                ("country", "countries"),
            )
        )
        and all(
            query.get(name) is None or query[name] == facts[column]
            for name, column in (
                ("online", "online"),
                ("free_consultation", "offers_free_consultations"),
                ("featured", "featured"),
            )
        )
        and (before is None or (slot is not None and utc_now() <= slot < before))
    )


@SOME
@given(people=st.lists(FACTS, max_size=12), query=QUERIES)
def test_any_mix_of_filters_finds_and_counts_what_going_through_all_would(
    both: list[Finding], people: list[dict[str, Any]], query: dict[str, Any]
) -> None:
    mark = a_mark()
    ids = [uuid4() for _ in people]
    answers = []
    for finding in both:
        for id, facts in zip(ids, people, strict=True):
            topics = [*facts["topics"], mark]
            finding.change(id, display_name="Somebody", **{**facts, "topics": topics})
        answers.append(finding.search(topic=[mark], limit=100, **query))

    right = {id: facts for id, facts in zip(ids, people, strict=True) if fits(facts, query)}
    assert [each.id for each in answers[0].items] == [each.id for each in answers[1].items]
    for found in answers:
        assert {each.id for each in found.items} == set(right)
        assert (found.total, found.next) == (len(right), None)
        for facet, column in (
            ("approach", "approaches"),
            ("language", "languages"),
            ("country", "countries"),
        ):
            others = [facts for facts in people if fits(facts, query, but=facet)]
            counts = Counter(value for facts in others for value in facts[column])
            assert without_zeros(getattr(found.facets, facet)) == counts
        for facet, column in (
            ("online", "online"),
            ("free_consultation", "offers_free_consultations"),
            ("featured", "featured"),
        ):
            others = [facts for facts in people if fits(facts, query, but=facet)]
            assert getattr(found.facets, facet) == sum(each[column] for each in others)


def without_zeros(counts: dict[str, int]) -> dict[str, int]:
    """Values that nobody has here, but somebody has who is listed."""
    assert list(counts.values()) == sorted(counts.values(), reverse=True)
    return {value: count for value, count in counts.items() if count}
