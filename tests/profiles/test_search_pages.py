"""Pages of search results: each specialist once, also while the directory changes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.cursors import BadCursor
from contracts.profiles.discovery import (
    MOST_SHOWN,
    Sort,
)
from services.profiles.discovery import search as search_module
from tests.profiles.finding import LISTED, SOME, UNLISTED, Finding, a_mark, all_pages, in_days

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
