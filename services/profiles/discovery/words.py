"""Words: what text is searched by. Both databases keep and compare just these, so that both
find the same."""

from __future__ import annotations

from typing import NamedTuple

from chassis.errors import FieldError
from chassis.folding import Word, words_of
from contracts.profiles.discovery import LONGEST_WORD, MOST_WORDS, BadWords

FORM = 2
"""Grows when the words or the terms of an entry become others: what was entered before is entered
again."""
TIERS = 3
"""Name and headline, then topics and approaches, then the biography."""
SHORTEST_BEGINNING = 3


class Wanted(NamedTuple):
    """A word of a query: any of its spellings, each of which is all of some tokens.

    ``begins``: it stands for all that begin with it, too.
    """

    spellings: tuple[tuple[str, ...], ...]
    begins: bool = False


def tokens_in(text: str) -> set[str]:
    """All tokens of the text's words; what is longer than any word is cut off."""
    return {token[:LONGEST_WORD] for word in words_of(text) for token in word.tokens()}


def wanted_words(text: str, field: str = "words") -> list[Wanted]:
    """The words of a query's field, each once; none for blank text. Raises ``BadWords``."""
    words = list(dict.fromkeys(words_of(text)))
    if text.strip() and not words:
        raise _bad(field, "Must contain a letter or a digit.", text)
    if len(words) > MOST_WORDS:
        detail = f"There are {len(words)} words; at most {MOST_WORDS} are looked for."
        raise _bad(field, detail, text)
    return [_wanted(word, field) for word in words]


def _wanted(word: Word, field: str) -> Wanted:
    if word.is_signs:
        return Wanted(word.spellings())
    if len(word.text) > LONGEST_WORD:
        detail = f"A word has {len(word.text)} letters, the limit is {LONGEST_WORD}."
        raise _bad(field, detail, word.text)
    spellings = tuple(tuple(each[:LONGEST_WORD] for each in all_of) for all_of in word.spellings())
    return Wanted(spellings, begins=len(word.text) >= SHORTEST_BEGINNING)


def _bad(field: str, detail: str, value: str) -> BadWords:
    return BadWords(errors=[FieldError(field, detail, value[:60])])


def tokens_of(*tiers: str) -> str:
    """What full text keeps: each token marked with the number of its tier, and of all below.

    So the words of a query, marked with a tier, find where all of them stand in that tier or
    above: rank is a plain match, and equal on every database.
    """
    tokens: set[str] = set()
    for tier, text in enumerate(tiers):
        found = tokens_in(text)
        tokens.update(f"{below}{token}" for below in range(tier, len(tiers)) for token in found)
    return " ".join(sorted(tokens))
