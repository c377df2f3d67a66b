"""The directory in memory follows each change of a profile and of free slots."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from eventlet import event, spawn
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import update

from chassis.schemas import Reading, load
from contracts.profiles.discovery import (
    SearchSpecialists,
    SpecialistsFound,
)
from contracts.profiles.specialists import ChangeProfile
from services.profiles.discovery import common_tokens, directory
from services.profiles.discovery.directory import DirectoryEntry, update_entry
from services.profiles.discovery.tokens import FORM
from services.profiles.service import ProfilesService
from services.profiles.specialists.specialists import Specialist
from tests.profiles.builders import LIST, UNLIST, a_profile, get_licensed, news_of
from tests.profiles.finding import (
    LISTED,
    SOME,
    UNLISTED,
    Finding,
    a_mark,
    entry_of,
    finding_in,
    in_days,
)
from tests.support.databases import Databases
from tests.support.service_client import NOBODY, Talking, serving, somebody

DATABASES = {"sqlite": "sqlite_databases", "postgresql": "postgres_databases"}


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
    found = finding.search(topic=[mark], words="sleep")
    assert {each.id for each in found.items} == {missing, outdated}
    assert found.total == 2, "an entry of the one withdrawn is counted"


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
