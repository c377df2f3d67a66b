"""Finding specialists through the API: filters in any mix, facets, pages and bad input."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import uuid4

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis.store import Store
from chassis.times import utc_now
from contracts.profiles.specialists import SpecialistStatus
from services.profiles.discovery.directory import update_entry
from services.profiles.specialists.specialists import Specialist
from tests.gateway.description import errors_by_field, expect_problem
from tests.profiles.finding import in_days
from tests.support.factories import Person, a_specialist
from tests.support.platform import House

SEARCH = "/api/v1/specialists"
MARK = "unusual-experiences"  # nobody else here names it
PEOPLE: list[dict[str, Any]] = [
    {
        "id": uuid4(),
        "verified_until": date.max,
        "headline": ("Sleep", "Grief", "")[n % 3],
        "topics": [MARK, ("anxiety", "grief")[n % 2]],
        "approaches": [("cognitive-behavioural", "emdr", "systemic")[n % 3]],
        "languages": ["en", "de"][: n % 3],
        "countries": [["DE"], ["AT", "CH"]][n % 2],
        "online": n % 4 == 0,
        "offers_free_consultations": n % 3 == 0,
        "featured": n % 3 == 0 and n % 5 != 0,  # as it follows from the rest: a clock looks at it
        "next_slot_at": None if n % 5 == 0 else in_days(n % 5),
    }
    for n in range(24)
]
SOME = settings(max_examples=40, database=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def store(shared_house: House) -> Store:
    return shared_house.store("profiles")


@pytest.fixture(scope="module", autouse=True)
def _people(store: Store) -> Iterator[None]:
    """Who is found here; they leave afterwards."""
    for facts in PEOPLE:
        status = SpecialistStatus.LISTED
        write(store, **facts, display_name="Somebody", status=status)
    yield
    for facts in PEOPLE:
        write(store, id=facts["id"], status=SpecialistStatus.UNLISTED)


def write(store: Store, **facts: Any) -> None:
    with store.transaction() as tx:
        specialist = tx.lock_or_create(Specialist, facts.pop("id"))
        for name, value in facts.items():
            setattr(specialist, name, value)
        update_entry(tx, specialist)


def search(http: httpx.Client, **query: Any) -> dict[str, Any]:
    response = http.get(SEARCH, params={"topic": MARK, "limit": 100, **query})
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def ids(found: dict[str, Any]) -> list[str]:
    return [each["id"] for each in found["items"]]


QUERIES = st.fixed_dictionaries(
    {},
    optional={
        "words": st.sampled_from(["sleep", "GRI", "grief anxiety", "nothing"]),
        "approach": st.sampled_from(
            ["emdr", "emdr,systemic", ["cognitive-behavioural", "emdr"], "narrative"]
        ),
        "language": st.sampled_from(["en", "de", "en,de"]),
        "country": st.sampled_from(["DE", "AT, CH", ["DE", "CH"]]),
        "online": st.sampled_from(["true", "false"]),
        "free_consultation": st.sampled_from(["true", "false"]),
        "featured": st.sampled_from(["true", "false"]),
        "bookable_before": st.integers(0, 5).map(lambda day: in_days(day - 0.5).isoformat()),
        "sort": st.sampled_from(["relevance", "soonest", "newest"]),
    },
)


def fits(facts: dict[str, Any], query: dict[str, Any], but: str = "") -> bool:
    """Whether the query finds them; ``but`` for one of its filters."""
    query = {name: value for name, value in query.items() if name != but}
    said = f"{facts['headline']} {' '.join(facts['topics'])}".lower().split()
    slot, before = facts["next_slot_at"], query.get("bookable_before")

    def one_of(name: str, values: list[str]) -> bool:
        asked = query.get(name)
        if asked is None:
            return True
        asked = asked if isinstance(asked, list) else asked.split(",")
        return bool({each.strip() for each in asked} & set(values))

    def flag(name: str, value: bool) -> bool:
        return name not in query or query[name] == str(value).lower()

    return (
        all(any(s.startswith(w) for s in said) for w in query.get("words", "").lower().split())
        and one_of("approach", facts["approaches"])
        and one_of("language", facts["languages"])
        and one_of("country", facts["countries"])
        and flag("online", facts["online"])
        and flag("free_consultation", facts["offers_free_consultations"])
        and flag("featured", facts["featured"])
        and (
            before is None or (slot is not None and utc_now() <= slot and slot.isoformat() < before)
        )
    )


@SOME
@given(query=QUERIES)
def test_any_mix_of_filters_finds_and_counts_the_right_ones(
    http: httpx.Client, query: dict[str, Any]
) -> None:
    found = search(http, **query)
    right = [facts for facts in PEOPLE if fits(facts, query)]
    assert set(ids(found)) == {str(facts["id"]) for facts in right}
    assert found["total"] == len(right)
    for facet, column in (
        ("approach", "approaches"),
        ("language", "languages"),
        ("country", "countries"),
    ):
        others = [facts for facts in PEOPLE if fits(facts, query, but=facet)]
        counted = {value: n for value, n in found["facets"][facet].items() if n}
        assert counted == Counter(v for facts in others for v in facts[column])
    for facet, column in (
        ("online", "online"),
        ("free_consultation", "offers_free_consultations"),
        ("featured", "featured"),
    ):
        others = [facts for facts in PEOPLE if fits(facts, query, but=facet)]
        assert found["facets"][facet] == sum(facts[column] for facts in others)


def test_choosing_a_topic_keeps_the_other_topics_to_choose_from(http: httpx.Client) -> None:
    topics = search(http)["facets"]["topic"]
    assert topics["anxiety"] >= 12
    assert topics["grief"] >= 12


def test_a_practice_is_found_by_its_country_and_place(http: httpx.Client) -> None:
    person = a_specialist(http, featured=False)
    practice = {"country": "DE", "place": "München"}
    person.patch("/specialists/me", {"in_person": True, "practice": practice})
    query = {"in_person": "true", "country": "DE", "place": "Muenchen"}
    found = http.get(SEARCH, params=query).json()
    assert [(each["id"], each["practice"]) for each in found["items"]] == [(person.id, practice)]
    assert http.get(SEARCH, params={**query, "country": "AT"}).json()["total"] == 0


@pytest.mark.parametrize("sort", ["relevance", "soonest", "newest"])
@pytest.mark.parametrize("words", ["", "sleep"])
def test_pages_make_up_the_whole_each_once(http: httpx.Client, sort: str, words: str) -> None:
    whole = ids(search(http, sort=sort, words=words))
    shown: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = search(http, sort=sort, words=words, limit=5, **cursor)
        shown += ids(page)
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert shown == whole
    assert len(set(shown)) == len(whole) > 5


def test_the_soonest_come_first_by_default_and_each_says_when(http: httpx.Client) -> None:
    slots = [each["next_slot_at"] for each in search(http)["items"]]
    known = [each for each in slots if each is not None]
    assert slots == sorted(known) + [None] * (len(slots) - len(known))
    assert len(known) > 5


def test_whoever_is_listed_and_bookable_is_found_as_soon_as_they_are(http: httpx.Client) -> None:
    person = a_specialist(http, featured=True)
    query = {"featured": "true", "free_consultation": "true", "topic": "anxiety", "words": "ada"}
    assert person.id in ids(search(http, **query))
    [item] = [each for each in search(http, **query)["items"] if each["id"] == person.id]
    assert item == http.get(f"{SEARCH}/{person.id}").json()
    assert item["next_slot_at"] is not None
    person.patch("/specialists/me", {"status": "unlisted"})
    assert person.id not in ids(search(http, **query))


def test_anybody_signed_in_or_not_finds_the_same(http: httpx.Client, client: Person) -> None:
    query = {"topic": MARK, "sort": "newest"}
    assert client.get("/specialists", params=query).json() == http.get(SEARCH, params=query).json()


# Bad input


@pytest.mark.parametrize(
    ("query", "field", "said"),
    [
        ("topic=Anxiety", "topic.0", "vocabulary"),
        ("topic=sleep,,grief", "topic.1", "vocabulary"),
        ("topic=sleep&topic=no%20key", "topic.1", "vocabulary"),
        (f"topic={'x' * 41}", "topic.0", "vocabulary"),
        (f"topic={','.join(['grief'] * 21)}", "topic", "20"),
        ("approach=a_b", "approach.0", "vocabulary"),
        ("language=english", "language.0", "ISO 639"),
        ("language=EN", "language.0", "ISO 639"),
        ("country=de", "country.0", "ISO 3166"),
        ("country=DEU", "country.0", "ISO 3166"),
        ("online=perhaps", "online", "boolean"),
        ("featured=", "featured", "boolean"),
        ("in_person=perhaps", "in_person", "boolean"),
        ("fees=cheap", "fees", "boolean"),
        (f"place={'x' * 101}", "place", "100"),
        ("free_consultation=2", "free_consultation", "boolean"),
        ("bookable_before=tomorrow", "bookable_before", "Not a time"),
        ("bookable_before=2030-01-01T00:00:00", "bookable_before", "offset"),
        ("bookable_before=2030-13-01T00:00:00Z", "bookable_before", "Not a time"),
        ("sort=price", "sort", "relevance"),
        ("limit=0", "limit", "100"),
        ("limit=101", "limit", "100"),
        ("limit=ten", "limit", "integer"),
        (f"words={'x' * 201}", "words", "200"),
        ("words=%00", "words", "NUL"),
        ("topic=%00", "topic.0", "NUL"),
        (f"cursor={'x' * 5001}", "cursor", "5000"),
        ("wrods=sleep", "wrods", "Unknown"),
    ],
)
def test_what_can_not_be_asked_is_named_with_its_limit(
    http: httpx.Client, query: str, field: str, said: str
) -> None:
    problem = expect_problem(http.get(f"{SEARCH}?{query}"), 422, "invalid")
    errors = errors_by_field(problem)
    assert field in errors, errors
    assert said in errors[field]["detail"], errors


@pytest.mark.parametrize(
    ("words", "said"),
    [("...", "a letter"), ("x" * 41, "40"), ("a b c d e f g h i j k", "10")],
)
def test_words_that_can_not_be_looked_for_are_named_with_the_limit(
    http: httpx.Client, words: str, said: str
) -> None:
    problem = expect_problem(http.get(SEARCH, params={"words": words}), 422, "bad_words")
    error = errors_by_field(problem)["words"]
    assert said in error["detail"]
    assert error["value"] == words


@pytest.mark.parametrize("cursor", ["x", "é", "AAAAAAAAAAAAAAAA", "' OR 1=1 --"])
def test_a_cursor_of_no_search_is_refused(http: httpx.Client, cursor: str) -> None:
    problem = expect_problem(http.get(SEARCH, params={"cursor": cursor}), 422, "bad_cursor")
    assert set(errors_by_field(problem)) == {"cursor"}


def test_the_cursor_of_another_search_is_refused(http: httpx.Client) -> None:
    cursor = search(http, limit=2)["next"]
    query = {"topic": MARK, "online": "true", "cursor": cursor}
    expect_problem(http.get(SEARCH, params=query), 422, "bad_cursor")


ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)


@SOME
@given(words=ANY_TEXT, topic=ANY_TEXT, cursor=ANY_TEXT, when=ANY_TEXT)
def test_no_parameters_break_a_search(
    http: httpx.Client, words: str, topic: str, cursor: str, when: str
) -> None:
    for name, value in (
        ("words", words),
        ("topic", topic),
        ("cursor", cursor),
        ("bookable_before", when),
    ):
        assert http.get(SEARCH, params={name: value}).status_code in (200, 422)


@pytest.mark.parametrize("when", ["0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59Z"])
def test_no_time_is_too_far_away(http: httpx.Client, when: str) -> None:
    response = http.get(f"{SEARCH}?bookable_before={when}")
    assert response.status_code in (200, 422)
