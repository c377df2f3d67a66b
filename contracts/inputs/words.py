"""Words of a search, and tokens of a text: both are split and folded alike."""

from __future__ import annotations

from typing import NamedTuple

from chassis.errors import FieldError, Invalid
from chassis.text_folding import Word, words_of

MOST_WORDS, LONGEST_WORD, LONGEST_WORDS = 10, 40, 200
SHORTEST_BEGINNING = 3


class BadWords(Invalid):
    """We can't search for these words. Please try other ones."""

    code = "bad_words"


class Wanted(NamedTuple):
    """A word of a query. It matches by any of its spellings; a spelling is a set of tokens.

    ``begins``: tokens that begin with it match, too.
    """

    spellings: tuple[tuple[str, ...], ...]
    begins: bool = False


def tokens_in(text: str) -> set[str]:
    """All tokens of the text's words, cut off at ``LONGEST_WORD`` characters."""
    return {token[:LONGEST_WORD] for word in words_of(text) for token in word.tokens()}


def wanted_words(text: str, field: str = "words") -> list[Wanted]:
    """The distinct words in a field of a query; none for blank text. Raises ``BadWords``."""
    words = list(dict.fromkeys(words_of(text)))
    if text.strip() and not words:
        raise _bad(field, "Must contain a letter or a digit.", text)
    if len(words) > MOST_WORDS:
        detail = f"There are {len(words)} words, the limit is {MOST_WORDS}."
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
