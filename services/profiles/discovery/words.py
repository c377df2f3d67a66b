"""Words: what text is searched by. Both databases keep and compare just these, so that both
find the same."""

from __future__ import annotations

import re
import unicodedata

from chassis.errors import FieldError
from contracts.profiles.discovery import LONGEST_WORD, MOST_WORDS, BadWords

FORM = 1
"""Grows when the words of a text become others: what was entered before is entered again."""
TIERS = 3
"""Name and headline, then topics and approaches, then the biography."""
SHORTEST_BEGINNING = 3
WORD = re.compile(r"[^\W_]+")


def words_in(text: str) -> list[str]:
    """Letters and digits, without case and marks; what is longer than any word is cut off."""
    return [word[:LONGEST_WORD] for word in WORD.findall(_plain(text))]


def _plain(text: str) -> str:
    if not text.isascii():
        taken_apart = unicodedata.normalize("NFKD", text.casefold())
        text = "".join(each for each in taken_apart if unicodedata.category(each)[0] != "M")
    return text.casefold()


def wanted_words(text: str) -> list[str]:
    """The words of a query, each once; none for blank text. Raises ``BadWords``."""
    words = list(dict.fromkeys(WORD.findall(_plain(text))))
    if text.strip() and not words:
        raise _bad("Must contain a letter or a digit.", text)
    if len(words) > MOST_WORDS:
        raise _bad(f"There are {len(words)} words; at most {MOST_WORDS} are looked for.", text)
    for word in words:
        if len(word) > LONGEST_WORD:
            raise _bad(f"A word has {len(word)} letters, the limit is {LONGEST_WORD}.", word)
    return words


def is_beginning(word: str) -> bool:
    """Whether a query's word stands for all that begin with it."""
    return len(word) >= SHORTEST_BEGINNING


def _bad(detail: str, value: str) -> BadWords:
    return BadWords(errors=[FieldError("words", detail, value[:60])])


def tokens_of(*tiers: str) -> str:
    """What full text keeps: each word marked with the number of its tier, and of all below.

    So the words of a query, marked with a tier, find where all of them stand in that tier or
    above: rank is a plain match, and equal on every database.
    """
    tokens: set[str] = set()
    for tier, text in enumerate(tiers):
        words = set(words_in(text))
        tokens.update(f"{below}{word}" for below in range(tier, len(tiers)) for word in words)
    return " ".join(sorted(tokens))
