"""Words of a search: what they match, how much they weigh; both databases answer alike."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from chassis.errors import DomainError
from contracts.inputs.words import BadWords
from contracts.profiles.discovery import (
    Sort,
)
from tests.profiles.finding import (
    LISTED,
    SOME,
    UNLISTED,
    Finding,
    a_mark,
    all_pages,
    entry_of,
    in_days,
)


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


@pytest.mark.parametrize("words", ["...", "x" * 41, "one two three four five six a b c d e"])
def test_words_that_can_not_be_looked_for_are_refused(finding: Finding, words: str) -> None:
    with pytest.raises(BadWords):
        finding.search(words=words)


# Any mix of them, against going through everybody


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
