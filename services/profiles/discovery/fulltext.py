"""Full text: FTS5 on SQLite, ``tsvector`` on PostgreSQL, behind one small interface.

Each is given tokens that were made beforehand (see ``words``) and does no more than keep and
match them: neither's own parser, stemmer or rank is asked, since no two agree.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable, Sequence
from typing import Protocol

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.profiles.discovery.bits import bits_of
from services.profiles.discovery.words import is_beginning

TIERS = 3
EVERYBODY = -1
"""All bits, however many."""


class FullText(Protocol):
    """The tokens of everybody, by their numbers in the directory."""

    def write(self, session: Session, number: int, tokens: str) -> None:
        """Keep these tokens, divided by spaces, and none that were kept before."""

    def matches(self, session: Session, words: Sequence[str], tier: int) -> Iterable[int]:
        """The numbers of those who have all of these words in this tier or above."""


class Fts5:
    """``directory_words`` is a virtual table; its tokenizer only divides at spaces."""

    def write(self, session: Session, number: int, tokens: str) -> None:
        session.execute(
            text("DELETE FROM directory_words WHERE rowid = :number"), {"number": number}
        )
        if tokens:
            session.execute(
                text("INSERT INTO directory_words (rowid, tokens) VALUES (:number, :tokens)"),
                {"number": number, "tokens": tokens},
            )

    def matches(self, session: Session, words: Sequence[str], tier: int) -> Iterable[int]:
        query = " AND ".join(f'"{tier}{word}"{"*" * is_beginning(word)}' for word in words)
        found = session.scalar(
            text(
                "SELECT group_concat(rowid) FROM directory_words WHERE directory_words MATCH :query"
            ),
            {"query": query},
        )
        return map(int, found.split(",")) if found else ()


class TsVector:
    """``directory_words`` keeps its vectors apart from its rows, which are read by thousands."""

    def write(self, session: Session, number: int, tokens: str) -> None:
        session.execute(
            text(
                "INSERT INTO directory_words (number, tokens)"
                " VALUES (:number, array_to_tsvector(string_to_array(:tokens, ' ')))"
                " ON CONFLICT (number) DO UPDATE SET tokens = excluded.tokens"
            ),
            {"number": number, "tokens": tokens},
        )

    def matches(self, session: Session, words: Sequence[str], tier: int) -> Iterable[int]:
        """The numbers come as four bytes each: tens of thousands are read at once."""
        query = " & ".join(f"'{tier}{word}'{':*' * is_beginning(word)}" for word in words)
        found = session.scalar(
            text(
                "SELECT string_agg(int4send(number), '') FROM directory_words"
                " WHERE tokens @@ cast(:query AS tsquery)"
            ),
            {"query": query},
        )
        numbers = array("i", found or b"")
        if sys.byteorder == "little":
            numbers.byteswap()
        return numbers


KINDS: dict[str, FullText] = {"sqlite": Fts5(), "postgresql": TsVector()}


def full_text(session: Session) -> FullText:
    """That of the session's database."""
    return KINDS[session.get_bind().dialect.name]


def ranks(session: Session, words: Sequence[str]) -> list[int]:
    """Who has all of these words, as bits, the best rank first; each holds those before it.

    Without words everybody is in the only rank there is.
    """
    if not words:
        return [EVERYBODY]
    kept = full_text(session)
    return [bits_of(kept.matches(session, words, tier)) for tier in range(TIERS)]
