"""Cursor pages neither skip nor repeat while rows come and go."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, select

from chassis.cursors import BadCursor
from chassis.pagination import (
    Page,
    PageQuery,
    decode_id,
    decode_moment,
    encode_moment,
    newest_first,
)
from chassis.store import Store
from tests.chassis.bank import Note


def write(store: Store, *words: str) -> None:
    with store.transaction() as tx:
        tx.add_all([Note.of(word) for word in words])


def page(store: Store, cursor: str | None = None, limit: int = 3) -> Page[str]:
    with store.reading() as session:
        query = PageQuery(cursor=cursor, limit=limit)
        return newest_first(session, select(Note), Note.id, query, lambda note: note.word)


def test_the_newest_come_first(store: Store) -> None:
    write(store, "a")
    write(store, "b")
    assert page(store) == Page(items=["b", "a"], next=None)


def test_a_full_last_page_has_no_next(store: Store) -> None:
    write(store, "a", "b", "c")
    assert page(store).next is None
    assert page(store, limit=2).next is not None


def test_nothing_is_an_empty_page(store: Store) -> None:
    assert page(store) == Page(items=[], next=None)


def test_pages_neither_skip_nor_repeat_while_rows_come(store: Store) -> None:
    words = [f"{number:02}" for number in range(10)]
    write(store, *words)
    seen, cursor = [], None
    for round_ in range(10):
        part = page(store, cursor)
        seen += part.items
        write(store, f"new-{round_}")
        cursor = part.next
        if cursor is None:
            break
    assert seen == words[::-1]


def test_pages_go_on_after_a_row_that_has_gone(store: Store) -> None:
    write(store, *"abcdef")
    first = page(store)
    with store.transaction() as tx:
        tx.execute(delete(Note).where(Note.word.in_([first.items[-1], "b"])))
    assert page(store, first.next).items == ["c", "a"]


@pytest.mark.parametrize("cursor", ["x", "é", "=", "AAAA", "", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"])
def test_a_cursor_of_no_list_is_refused(store: Store, cursor: str) -> None:
    with pytest.raises(BadCursor) as refusal:
        page(store, cursor)
    assert [each.field for each in refusal.value.errors] == ["cursor"]


@given(st.datetimes(timezones=st.just(UTC)), st.uuids())
def test_a_cursor_of_a_time_leads_back_to_it(time: datetime, id: UUID) -> None:
    cursor = encode_moment(time, id)
    assert decode_moment(cursor) == (time, id)
    with pytest.raises(BadCursor):
        decode_id(cursor)


@pytest.mark.parametrize("decode", [decode_id, decode_moment])
@given(cursor=st.text(max_size=64))
def test_any_cursor_is_one_or_refused(decode: Callable[[str], object], cursor: str) -> None:
    try:
        decode(cursor)
    except BadCursor as error:
        assert error.code == "bad_cursor"  # noqa: PT017  # both are fine, nothing else is
