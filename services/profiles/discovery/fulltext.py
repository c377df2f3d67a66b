"""Full-text search: FTS5 on SQLite and ``tsvector`` on PostgreSQL, behind one interface.

Both store and match tokens that were made beforehand (``tokens``). Neither's own parser, stemmer or
ranking is used, since they differ.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable, Sequence
from typing import Protocol

from sqlalchemy import text
from sqlalchemy.orm import Session

from chassis import json
from contracts.inputs.words import Wanted
from services.profiles.discovery.tokens import TIERS


class FullText(Protocol):
    """The tokens of all specialists, by number in the directory."""

    def write(self, session: Session, number: int, tokens: str) -> None:
        """Replace the tokens of a number by these, separated by spaces."""

    def compact(self, session: Session) -> None:
        """Purge deleted tokens from the files, where the database only marks them."""

    def matches(
        self, session: Session, word: Wanted, among: Sequence[int] | None = None
    ) -> list[Iterable[int]]:
        """The posting list of the word in each tier, each including the tiers before it; restricted
        to the numbers in ``among``, if given."""


class Fts5:
    """FTS5: ``directory_words`` is a virtual table whose tokenizer splits at spaces."""

    def compact(self, session: Session) -> None:
        session.execute(text("INSERT INTO directory_words (directory_words) VALUES ('optimize')"))

    def write(self, session: Session, number: int, tokens: str) -> None:
        session.execute(
            text("DELETE FROM directory_words WHERE rowid = :number"), {"number": number}
        )
        if tokens:
            session.execute(
                text("INSERT INTO directory_words (rowid, tokens) VALUES (:number, :tokens)"),
                {"number": number, "tokens": tokens},
            )

    def matches(
        self, session: Session, word: Wanted, among: Sequence[int] | None = None
    ) -> list[Iterable[int]]:
        query = (
            "SELECT group_concat(rowid) FROM directory_words WHERE directory_words MATCH :wanted"
        )
        if among is not None:
            query += " AND rowid IN (SELECT value FROM json_each(:among))"
        found: list[Iterable[int]] = []
        for tier in range(TIERS):
            term = f'"{tier}{{}}"{"*" * word.begins}'
            wanted = _expression(word, term, " AND ", " OR ")
            numbers = session.scalar(
                text(query), {"wanted": wanted, "among": json.dumps(among).decode()}
            )
            found.append([int(each) for each in numbers.split(",")] if numbers else [])
        return found


class TsVector:
    """``tsvector``: ``directory_words`` has a GIN index, which ``directory_matches`` uses.

    A word may occur in most rows, so rows must be short and vectors stored apart. PostgreSQL does
    that only for rows over 2 kB, so there is padding, which compresses to nothing. Nor does it know
    the cost of fetching vectors, and would scan all of them; the function forbids it. Together that
    is seven times as fast.
    """

    def compact(self, session: Session) -> None:
        """Nothing to do: VACUUM purges them."""

    def write(self, session: Session, number: int, tokens: str) -> None:
        session.execute(
            text(
                "INSERT INTO directory_words (number, tokens)"
                " VALUES (:number, array_to_tsvector(string_to_array(:tokens, ' ')))"
                " ON CONFLICT (number)"
                " DO UPDATE SET tokens = excluded.tokens, padding = excluded.padding"
            ),
            {"number": number, "tokens": tokens},
        )

    def matches(
        self, session: Session, word: Wanted, among: Sequence[int] | None = None
    ) -> list[Iterable[int]]:
        numbers = "directory_matches(cast(:tier_{} AS tsquery))"
        if among is not None:
            numbers = (
                "(SELECT string_agg(int4send(number), '') FROM directory_words"
                " WHERE number = ANY(:among) AND tokens @@ cast(:tier_{} AS tsquery))"
            )
        query = "SELECT " + ", ".join(numbers.format(tier) for tier in range(TIERS))
        wanted: dict[str, object] = {
            f"tier_{tier}": _expression(word, f"'{tier}{{}}'{':*' * word.begins}", " & ", " | ")
            for tier in range(TIERS)
        }
        if among is not None:
            wanted["among"] = among
        found = session.execute(text(query), wanted).one()
        return [_numbers(each or b"") for each in found]


def _expression(word: Wanted, term: str, every: str, some: str) -> str:
    """The word as a query of the database. Tokens are letters and digits."""
    spellings = (every.join(map(term.format, tokens)) for tokens in word.spellings)
    return some.join(f"({each})" for each in spellings)


def _numbers(wire: bytes) -> array[int]:
    """Numbers of four bytes, the highest byte first, so that tens of thousands are read at once."""
    numbers = array("i", wire)
    if sys.byteorder == "little":
        numbers.byteswap()
    return numbers


KINDS: dict[str, FullText] = {"sqlite": Fts5(), "postgresql": TsVector()}


def full_text(session: Session) -> FullText:
    """The full-text search of the session's database."""
    return KINDS[session.get_bind().dialect.name]
