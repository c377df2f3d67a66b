"""Searches among specialists, on each database; and both databases give the same answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
from eventlet import event, spawn
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text, update

from chassis.cursors import BadCursor
from chassis.errors import DomainError
from chassis.schemas import Reading, load
from chassis.times import utc_now
from contracts.inputs.words import BadWords
from contracts.profiles.discovery import (
    MOST_SHOWN,
    SearchSpecialists,
    Sort,
    SpecialistsFound,
)
from contracts.profiles.specialists import ChangeProfile, SpecialistStatus
from services.profiles.discovery import common_tokens, directory
from services.profiles.discovery import search as search_module
from services.profiles.discovery.directory import DirectoryEntry, update_entry
from services.profiles.discovery.tokens import FORM
from services.profiles.service import ProfilesService
from services.profiles.specialists.specialists import Specialist
from tests.profiles.builders import LIST, UNLIST, a_profile, get_licensed, news_of
from tests.profiles.finding import Finding, finding_in, in_days
from tests.support.databases import Databases
from tests.support.service_client import NOBODY, Talking, serving, somebody

DATABASES = {"sqlite": "sqlite_databases", "postgresql": "postgres_databases"}
UNLISTED = SpecialistStatus.UNLISTED
LISTED = SpecialistStatus.LISTED
SOME = settings(
    max_examples=30,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def urls(sqlite_databases: Databases, postgres_databases: Databases) -> dict[str, str]:
    return {"sqlite": sqlite_databases.fresh("profiles"), "postgresql": postgres_databases.fresh()}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def finding(request: pytest.FixtureRequest, urls: dict[str, str]) -> Iterator[Finding]:
    """Tests share it: each marks its own people with a topic of their own."""
    with finding_in(urls[request.param]) as found:
        yield found


@pytest.fixture(scope="module")
def both(sqlite_databases: Databases, postgres_databases: Databases) -> Iterator[list[Finding]]:
    """Two that are told the same."""
    with (
        finding_in(sqlite_databases.fresh("profiles")) as one,
        finding_in(postgres_databases.fresh()) as two,
    ):
        yield [one, two]


@pytest.fixture
def on_postgres(urls: dict[str, str]) -> Iterator[Finding]:
    with finding_in(urls["postgresql"]) as found:
        yield found


@pytest.fixture
def mark() -> str:
    return a_mark()


def a_mark() -> str:
    return f"t{uuid4().hex[:12]}"


def all_pages(finding: Finding, **query: Any) -> list[UUID]:
    found, cursor = [], None
    while True:
        page = finding.search(cursor=cursor, **query)
        found += [each.id for each in page.items]
        cursor = page.next
        if cursor is None:
            return found


# Words


def test_all_words_must_be_there_wherever_they_are(finding: Finding, mark: str) -> None:
    here = finding.somebody(display_name="Ada", biography="I help with sleep.", topics=[mark])
    finding.somebody(display_name="Ada", biography="I help with grief.", topics=[mark])
    assert finding.ids(words="sleep ada", topic=[mark]) == [here]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("LUCIA", True),
        ("lucía", True),
        ("luc", True),
        ("lu", False),
        ("ucia", False),
        ("lucias", False),
        ("of", True),
        ("o", False),
        ("straße", True),
        ("STRASSE", True),
        ("тревог", True),
        ("焦虑的", True),
        ("的", True),
        ("人", True),
        ("虑的", True),
        ("虑人", False),
        ("STRAẞE", True),
        ("lukasz", True),
        ("ŁUKASZ", True),
        ("soren", True),
        ("soeren", True),
        ("muller", True),
        ("mueller", True),
        ("muel", True),
        ("Mu\u0308ller", True),
        ("mue", True),
        ("mu", False),
        ("Bäcker", True),
        ("backer", False),
        ("psychotherapie", True),
        ("psycho", True),
        ("therapie", False),
        ("0lucia", False),
        ("2lucia", False),
        ('"lucia" OR x*', False),
        ("lucia & !sleep", False),
        ("NEAR(lucia)", False),
    ],
)
def test_words_match_as_they_are_promised_to(
    finding: Finding, mark: str, words: str, found: bool
) -> None:
    finding.somebody(
        display_name="Lucía",
        headline="Head of it, Łukasz, Søren",
        biography="Straße 2. Тревога. 焦虑的人. Müller, Baecker. Psycho\u00adtherapie",
        topics=[mark],
    )
    assert bool(finding.ids(words=words, topic=[mark])) == found


@pytest.mark.parametrize("words", ["sleep", "Schlaf", "systemic", "Systemische Therapie"])
def test_topics_and_approaches_are_found_in_each_language(
    finding: Finding, mark: str, words: str
) -> None:
    practised = finding.somebody(topics=[mark, "sleep"], approaches=["systemic"])
    finding.somebody(topics=[mark, "grief"])
    assert finding.ids(words=words, topic=[mark]) == [practised]


def test_name_and_headline_weigh_more_than_topics_and_those_more_than_the_rest(
    finding: Finding, mark: str
) -> None:
    said = finding.somebody(biography="Sleep", next_slot_at=in_days(1), topics=[mark])
    practised = finding.somebody(topics=[mark, "sleep"], next_slot_at=in_days(2))
    approached = finding.somebody(topics=[mark], approaches=["sleep-training"])
    named = finding.somebody(headline="Sleep", topics=[mark])
    also = finding.somebody(display_name="Sleep", next_slot_at=in_days(3), topics=[mark])
    ranked = [also, named, practised, approached, said]
    assert finding.ids(words="sleep", topic=[mark]) == ranked
    assert all_pages(finding, words="sleep", topic=[mark], limit=1) == ranked
    by_time = [said, practised, also, named, approached]
    assert finding.ids(words="sleep", topic=[mark], sort=Sort.SOONEST) == by_time
    newest_first = [also, named, approached, practised, said]
    assert finding.ids(words="sleep", topic=[mark], sort=Sort.NEWEST) == newest_first


def test_words_follow_the_profile(finding: Finding, mark: str) -> None:
    person = finding.somebody(headline="Sleep", topics=[mark])
    finding.change(person, headline="Grief")
    assert finding.ids(words="sleep", topic=[mark]) == []
    assert finding.ids(words="grief", topic=[mark]) == [person]


def test_who_withdraws_leaves_no_word_behind(finding: Finding, mark: str) -> None:
    person = finding.somebody(headline=f"Zebra{mark}", topics=[mark])
    finding.change(person, status=UNLISTED)
    assert finding.ids(topic=[mark]) == []
    with finding.database.reading() as session:
        kept = session.execute(text("SELECT * FROM directory_words")).all()
    entry = entry_of(finding, person)
    assert f"zebra{mark}" not in str(kept)
    assert (entry.listed, entry.terms, entry.next_slot_at) == (False, [], None)
    finding.change(person, status=LISTED)
    assert finding.ids(words=f"zebra{mark}") == [person]


def entry_of(finding: Finding, person: UUID) -> DirectoryEntry:
    with finding.database.reading() as session:
        return session.scalars(
            select(DirectoryEntry).where(DirectoryEntry.specialist_id == person)
        ).one()


@pytest.mark.parametrize("words", ["...", "x" * 41, "one two three four five six a b c d e"])
def test_words_that_can_not_be_looked_for_are_refused(finding: Finding, words: str) -> None:
    with pytest.raises(BadWords):
        finding.search(words=words)


# Filters


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


# In person


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


# Facets


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


# Any mix of them, against going through everybody

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


ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)


@SOME
@given(texts=st.lists(ANY_TEXT, min_size=1, max_size=4), data=st.data())
def test_both_databases_find_the_same_in_the_same_order_for_any_text(
    both: list[Finding], texts: list[str], data: st.DataObject
) -> None:
    mark = a_mark()
    words = data.draw(
        ANY_TEXT | st.sampled_from(texts) | st.sampled_from(texts).map(lambda t: t[:3])
    )
    ids = [uuid4() for _ in texts]
    for finding in both:
        for n, (id, each) in enumerate(zip(ids, texts, strict=True)):
            where = ("display_name", "biography")[n % 2]
            finding.change(id, status=LISTED, topics=[mark], **{where: each})

    def answer(finding: Finding) -> list[UUID] | str:
        try:
            return finding.ids(words=words, topic=[mark])
        except DomainError as refusal:
            return refusal.code

    answers = [answer(each) for each in both]
    assert answers[0] == answers[1]
    if words in texts and words.strip() and answers[0] != "bad_words":
        assert ids[texts.index(words)] in answers[0]


SAID = st.sampled_from(["sleep", "sleepless", "grief", "", "Grief and sleep"])

LOOKED_FOR = st.lists(st.sampled_from(["sleep", "grief", "and"]), unique=True, max_size=3)


@SOME
@given(st.lists(st.tuples(st.integers(0, 3), SAID | st.none(), LOOKED_FOR), max_size=15))
@example([(0, "sleep", ["sleep"]), (0, "grief", ["sleep"]), (1, "sleep", ["sleep"])])
def test_words_that_are_remembered_follow_each_change(
    finding: Finding, changes: list[tuple[int, str | None, list[str]]]
) -> None:
    """Few stand for many here: all words are remembered, and soon forgotten again."""
    mark, truth = a_mark(), dict.fromkeys(range(4), "")
    ids = [finding.somebody(topics=[mark]) for _ in truth]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(common_tokens, "MIN_CACHED_SIZE", -1)
        patch.setattr(common_tokens, "MAX_CACHED", 2)
        patch.setattr(common_tokens, "MAX_CHANGES", 6)
        for who, said, words in changes:
            status = UNLISTED if said is None else LISTED
            finding.change(ids[who], biography=said or "", status=status)
            truth[who] = said or ""
            for word in words:
                right = {ids[n] for n, text in truth.items() if word in text.lower()}
                assert set(finding.ids(words=word, topic=[mark])) == right


def test_a_word_that_many_have_is_fetched_once(
    finding: Finding, mark: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = finding.somebody(topics=[mark], biography=f"Zebra{mark}")
    monkeypatch.setattr(common_tokens, "MIN_CACHED_SIZE", 0)
    assert finding.ids(words=f"zebra{mark}") == [person]
    monkeypatch.setattr(common_tokens, "full_text", None)
    assert finding.ids(words=f"zebra{mark}") == [person]


def test_what_is_remembered_of_a_word_ends_with_its_form(
    finding: Finding, mark: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(common_tokens, "MIN_CACHED_SIZE", -1)
    with pytest.MonkeyPatch.context() as former:
        former.setattr(directory, "FORM", FORM - 1)
        former.setattr(directory, "tokens_of", lambda *texts: "0former 1former 2former")
        person = finding.somebody(topics=[mark], biography=f"Zebra{mark}")
    assert finding.ids(words=f"zebra{mark}") == []
    finding.service.review_directory()
    assert finding.ids(words=f"zebra{mark}") == [person]
    assert finding.ids(words="former", topic=[mark]) == []


# Pages


MOVES = st.lists(
    st.tuples(
        st.sampled_from(["slot", "leave", "return", "say", "hush", "join"]),
        st.integers(0, 11),
        st.none() | st.integers(1, 9),
    ),
    max_size=4,
)


@SOME
@pytest.mark.parametrize("sort", Sort)
@given(
    people=st.lists(st.none() | st.integers(1, 9), max_size=12),
    moves=st.lists(MOVES, max_size=12),
    limit=st.integers(1, 4),
    words=st.sampled_from([None, "sleep"]),
)
def test_pages_show_who_matches_throughout_once_and_nobody_twice_while_rows_change(
    finding: Finding,
    sort: Sort,
    people: list[int | None],
    moves: list[list[tuple[str, int, int | None]]],
    limit: int,
    words: str | None,
) -> None:
    mark = a_mark()
    ids = [
        finding.somebody(
            topics=[mark], biography="sleep", next_slot_at=None if day is None else in_days(day)
        )
        for day in people
    ]
    query = {"topic": [mark], "sort": sort, "limit": limit, "words": words}

    def matching() -> set[UUID]:
        return set(finding.ids(topic=[mark], words=words, limit=100))

    throughout, shown, cursor = set(ids), [], None
    for turn in range(100):
        now = matching()
        throughout &= now
        page = finding.search(cursor=cursor, **query)
        assert {each.id for each in page.items} <= now
        assert page.total == len(now)
        shown += [each.id for each in page.items]
        cursor = page.next
        if cursor is None:
            break
        for move, who, day in moves[turn] if turn < len(moves) else []:
            make(finding, mark, ids, move, who, day)
    assert cursor is None
    assert len(set(shown)) == len(shown)
    assert throughout <= set(shown)


def make(
    finding: Finding, mark: str, ids: list[UUID], move: str, who: int, day: int | None
) -> None:
    if move == "join" or not ids:
        ids.append(finding.somebody(topics=[mark], headline="sleep", next_slot_at=None))
        return
    changes: dict[str, dict[str, Any]] = {
        "slot": {"next_slot_at": None if day is None else in_days(day)},
        "leave": {"status": UNLISTED},
        "return": {"status": LISTED},
        "say": {"headline": "sleep"},
        "hush": {"headline": "", "biography": "silence"},
    }
    finding.change(ids[who % len(ids)], **changes[move])


def test_a_cursor_of_another_search_is_refused(finding: Finding, mark: str) -> None:
    for _ in range(2):
        finding.somebody(topics=[mark])
    cursor = finding.search(topic=[mark], limit=1).next
    with pytest.raises(BadCursor):
        finding.search(topic=[mark], sort=Sort.NEWEST, cursor=cursor)
    assert finding.search(topic=[mark], limit=2, cursor=cursor).next is None


def test_pages_in_a_restless_order_end_after_so_many(
    finding: Finding, mark: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_module, "MOST_SHOWN", 5)
    people = [finding.somebody(topics=[mark]) for _ in range(8)]
    assert all_pages(finding, topic=[mark], limit=2) == people[:2:-1]
    assert all_pages(finding, topic=[mark], limit=2, sort=Sort.NEWEST) == people[::-1]
    assert finding.search(topic=[mark]).total == 8
    assert MOST_SHOWN == 1_000


def test_the_newest_are_in_the_order_in_which_they_were_first_listed(
    finding: Finding, mark: str
) -> None:
    people = [finding.somebody(topics=[mark]) for _ in range(3)]
    finding.change(people[0], status=UNLISTED)
    finding.change(people[0], status=LISTED, headline="Again")
    assert finding.ids(topic=[mark], sort=Sort.NEWEST) == people[::-1]


# The directory is kept in step


def test_a_change_by_another_process_is_found_at_once(
    finding: Finding, urls: dict[str, str], mark: str
) -> None:
    kind = finding.database.writer.dialect.name
    assert finding.ids(topic=[mark]) == []
    with finding_in(urls[kind]) as other:
        person = other.somebody(topics=[mark])
        assert finding.ids(topic=[mark]) == other.ids(topic=[mark]) == [person]
        other.change(person, status=UNLISTED)
    assert finding.ids(topic=[mark]) == []


def test_who_commits_later_than_those_who_began_later_is_found_too(
    on_postgres: Finding, mark: str
) -> None:
    """On PostgreSQL transactions end in any order."""
    late = on_postgres.somebody(topics=[])
    on_postgres.ids(topic=[mark])
    began, go_on = event.Event(), event.Event()

    def change_slowly() -> None:
        with on_postgres.database.transaction() as tx:
            specialist = tx.lock(Specialist, late)
            specialist.topics = [mark]
            update_entry(tx, specialist)
            tx.flush()
            began.send()
            go_on.wait()

    changing = spawn(change_slowly)
    began.wait()
    people = [on_postgres.somebody(topics=[mark]) for _ in range(3)]
    for _ in range(3):
        assert set(on_postgres.ids(topic=[mark])) == set(people)
    go_on.send()
    changing.wait()
    assert set(on_postgres.ids(topic=[mark])) == {late, *people}


def test_what_a_transaction_took_back_is_not_found(finding: Finding, mark: str) -> None:
    person = finding.somebody(topics=[mark], headline="Sleep")

    class Regret(Exception):
        pass

    def change_and_regret() -> None:
        with finding.database.transaction() as tx:
            specialist = tx.lock(Specialist, person)
            specialist.headline = "Grief"
            update_entry(tx, specialist)
            raise Regret

    with pytest.raises(Regret):
        change_and_regret()
    assert finding.ids(topic=[mark], words="sleep") == [person]
    assert finding.ids(topic=[mark], words="grief") == []


def test_what_changes_nothing_writes_nothing(finding: Finding, mark: str) -> None:
    person = finding.somebody(topics=[mark])

    before = entry_of(finding, person).revision
    finding.change(person, availability_version=7)
    assert entry_of(finding, person).revision == before
    finding.change(person, online=True)
    assert entry_of(finding, person).revision > before


def test_many_who_search_at_once_read_the_directory_for_each_other(
    finding: Finding, mark: str
) -> None:
    person = finding.somebody(topics=[mark])
    searches = [spawn(partial(finding.ids, topic=[mark])) for _ in range(20)]
    assert [each.wait() for each in searches] == [[person]] * 20


def test_revisions_from_before_a_restored_dump_are_no_changes(
    on_postgres: Finding, urls: dict[str, str], mark: str
) -> None:
    """PostgreSQL numbers transactions anew in another cluster: theirs may lie far ahead."""
    finding = on_postgres
    person = finding.somebody(topics=[mark])
    with finding.database.transaction() as tx:
        of_them = DirectoryEntry.specialist_id == person
        tx.execute(update(DirectoryEntry).where(of_them).values(revision=1 << 40))
    with finding.database.reading() as session:
        numbers = session.execute(directory.changes(session, 0, DirectoryEntry.specialist_id)).all()
    assert person not in {row.specialist_id for row in numbers}
    with finding_in(urls["postgresql"]) as started_anew:
        assert started_anew.ids(topic=[mark]) == [person]
        finding.change(person, topics=[])
        assert started_anew.ids(topic=[mark]) == []


def test_a_clock_enters_whom_the_directory_lacks_or_has_otherwise(
    finding: Finding, mark: str
) -> None:
    """As after the migration that made it, or a release in which words are others."""
    missing = finding.somebody(topics=[mark], headline="Sleep", status=UNLISTED)
    outdated = finding.somebody(topics=[mark], headline="Sleep")
    withdrawn = finding.somebody(topics=[mark], headline="Sleep")
    with finding.database.transaction() as tx:
        statuses = {missing: LISTED, withdrawn: UNLISTED}
        for id, status in statuses.items():
            tx.execute(update(Specialist).where(Specialist.id == id).values(status=status))
        of_outdated = DirectoryEntry.specialist_id == outdated
        tx.execute(
            update(DirectoryEntry).where(of_outdated).values(form=0, terms=[], text_digest="")
        )
    finding.service.review_directory()
    assert set(finding.ids(topic=[mark], words="sleep")) == {missing, outdated}


# The service, asked by RPC and told events


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_whoever_is_listed_is_found_with_what_booking_told(
    request: pytest.FixtureRequest, kind: str, mark: str
) -> None:
    databases: Databases = request.getfixturevalue(DATABASES[kind])
    with serving(ProfilesService, databases.fresh("profiles")) as profiles:
        person = somebody("specialist")
        me = profiles.asked_by(person)
        me.write_profile(profile=a_profile(headline="Deep sleep"))
        get_licensed(profiles, person)
        assert found_by(profiles).total == 0
        me.change_profile(change=LIST)
        slot = in_days(2)
        profiles.hears(news_of(person.known(), next_slot_at=slot))

        query: dict[str, Any] = {"featured": True, "free_consultation": True, "words": "sleep"}
        [item] = found_by(profiles, bookable_before=in_days(3), **query).items
        assert (item.id, item.next_slot_at, item.featured) == (person.account_id, slot, True)

        me.change_profile(change=ChangeProfile(headline="Grief"))
        assert found_by(profiles, words="sleep").total == 0
        me.change_profile(change=UNLIST)
        assert found_by(profiles).items == []


def found_by(profiles: Talking, **query: Any) -> SpecialistsFound:
    answer = profiles.asked_by(NOBODY).search_specialists(query=SearchSpecialists(**query))
    return load(SpecialistsFound, answer, Reading.WIRE)
