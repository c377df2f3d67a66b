"""Words that are looked for, and the tokens by which a text is found: split and folded alike."""

from __future__ import annotations

from typing import NamedTuple

from chassis.errors import FieldError, Invalid
from chassis.folding import Word, words_of

MOST_WORDS, LONGEST_WORD, LONGEST_WORDS = 10, 40, 200
SHORTEST_BEGINNING = 3


class BadWords(Invalid):
    """We can't search for these words. Please try other ones."""

    code = "bad_words"


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
