"""A watched row says once for each transaction what came of it, and who keeps up with it writes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from chassis.database.change_tracking import on_change
from chassis.database.tables import COLUMN_TYPES, service_metadata
from chassis.database.transaction import Transaction
from chassis.events import Event
from chassis.ids import new_id
from chassis.store import Store
from tests.chassis.bank import Told, a_store, count_of


class Boards(DeclarativeBase):
    metadata = service_metadata()
    type_annotation_map = COLUMN_TYPES


class Poster(Boards):
    """Of which others see the word, and not how often somebody looked at it."""

    __tablename__ = "posters"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    word: Mapped[str] = mapped_column(default="")
    looks: Mapped[int] = mapped_column(default=0)

    def snapshot(self) -> str:
        return self.word

    def changes_since(self, seen: str) -> Iterator[Event]:
        if self.word != seen:
            yield Told(note_id=self.id, word=self.word)


class Copy(Boards):
    """What a keeper wrote down of a poster."""

    __tablename__ = "copies"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    word: Mapped[str]


@on_change(Poster)
def copy(tx: Transaction, poster: Poster) -> None:
    tx.add(Copy(id=new_id(), word=poster.word))


@pytest.fixture
def board(database: str) -> Iterator[Store]:
    store = a_store(database, "teller", Boards)
    yield store
    store.dispose()


@pytest.fixture
def poster_id(board: Store) -> UUID:
    with board.transaction() as tx:
        poster = Poster(id=new_id(), word="hello")
        tx.add(poster)
        return poster.id


def copies_in(board: Store) -> list[str]:
    with board.reading() as session:
        return list(session.scalars(select(Copy.word)))


def test_a_change_that_others_see_is_told_and_kept_up_with(board: Store, poster_id: UUID) -> None:
    with board.transaction() as tx:
        tx.lock(Poster, poster_id).word = "good-bye"
    assert count_of(board, "outbox") == 1
    assert copies_in(board) == ["good-bye"]


def test_many_changes_in_one_transaction_are_told_once(board: Store, poster_id: UUID) -> None:
    with board.transaction() as tx:
        for word in ("one", "two", "three"):
            tx.lock(Poster, poster_id).word = word
    assert count_of(board, "outbox") == 1
    assert copies_in(board) == ["three"]


def test_what_is_as_it_was_at_the_end_is_not_told(board: Store, poster_id: UUID) -> None:
    with board.transaction() as tx:
        tx.lock(Poster, poster_id).word = "another"
        tx.lock(Poster, poster_id).word = "hello"
    assert count_of(board, "outbox") == 0
    assert copies_in(board) == []


def test_a_change_that_nobody_sees_is_not_told(board: Store, poster_id: UUID) -> None:
    with board.transaction() as tx:
        tx.lock(Poster, poster_id).looks += 1
    assert count_of(board, "outbox") == 0
    assert copies_in(board) == []


def test_of_a_transaction_that_fails_nothing_is_told(board: Store, poster_id: UUID) -> None:
    with suppress(RuntimeError), board.transaction() as tx:
        tx.lock(Poster, poster_id).word = "good-bye"
        raise RuntimeError
    assert count_of(board, "outbox") == 0
    assert copies_in(board) == []
