"""Text folding for search: words that compare equal however they are typed.

Folding removes case, marks (NFKD), joiners within words and the strokes of letters that NFKD
leaves whole (ł, ø, đ, ı, æ, ...). German writes ä, ö and ü also as ae, oe and ue, and Danish ø as
oe, so that a word with one of these has several spellings. Where a script puts no spaces between
words, each sign and each pair of signs is a token.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise, product

JOINERS = dict.fromkeys("\u00ad\u200c\u200d\u2060\ufeff", "")
"""Soft hyphens, joiners and word joiners are not part of a word (UAX 29, WB4); U+200B divides."""
WITH_ANOTHER_SIGN = {"Ŀ": "l", "ŀ": "l", "ŉ": "n", "ẚ": "a"}
"""Letters that NFKD decomposes into a letter and a sign that is not a mark."""
BEFORE = str.maketrans(JOINERS | WITH_ANOTHER_SIGN)

TWO_SPELLINGS = {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe"}
UMLAUT = re.compile("([aou])(?=[\u0300-\u036f]*\u0308)")
WITH_UMLAUT = {"a": "ä", "o": "ö", "u": "ü"}
MOST_VARIED = 4
"""In a word with more umlauts, all of them are spelled out, or none."""

SIGNS = (
    "\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f\ua9e0-\ua9ff\uaa60-\uaa7f"  # Myanmar
    "\u1780-\u17ff"  # Khmer
    "\u3005-\u3007\u3021-\u3029\u3038-\u303b\u3040-\u312f\u31a0-\u31bf\u31f0-\u31ff"  # kana, ...
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U0001b000-\U0001b16f\U00020000-\U0003ffff"  # Han
)
WORD = re.compile(rf"(?:(?=[{SIGNS}])[^\W_])+|[^\W_{SIGNS}]+")
IS_SIGN = re.compile(f"[{SIGNS}]")

LATIN_BLOCKS = (
    *((0x00C0, 0x02AF), (0x1D00, 0x1DBF), (0x1E00, 0x1EFF), (0x2C60, 0x2C7F)),
    *((0xA720, 0xA7FF), (0xAB30, 0xAB6F), (0x1DF00, 0x1DFFF)),
)
LETTER = re.compile(
    r"LATIN (?:SMALL LETTER|SMALL LIGATURE|LETTER SMALL CAPITAL|SMALL CAPITAL LETTER) "
    r"(?:(?:DOTLESS|LONG|SCRIPT|INSULAR|OPEN|BARRED|BROKEN|BLACKLETTER|LENIS|VISIGOTHIC|VOLAPUK"
    r"|MIDDLE-WELSH|OLD POLISH|ANGLICANA|MIDDLE SCOTS|SIGMOID|STIRRUP|GLOTTAL) )?"
    r"([A-Z]{1,2})(?: DIGRAPH| BAR| ROTUNDA)?(?: WITHOUT HANDLE)?(?: WITH .+)?"
)
NAMED = {
    "ETH": "d",
    "THORN": "th",
    "ENG": "n",
    "KRA": "q",
    "SCHWA": "e",
    "TURNED E": "e",
    "ALPHA": "a",
    "EZH": "z",
    "ESH": "s",
    "DUM": "d",
    "LUM": "l",
    "MUM": "m",
    "NUM": "n",
    "RUM": "r",
    "TUM": "t",
}
"""Letters whose Unicode names do not contain the ASCII letter that people type for them."""
NAMED_LETTER = re.compile(rf"LATIN (?:SMALL LETTER|LETTER SMALL CAPITAL) ({'|'.join(NAMED)})\b")


def _latin_letters() -> Iterator[tuple[str, str]]:
    """Latin letters that NFKD leaves whole, each with the ASCII letter that is typed for it."""
    for first, last in LATIN_BLOCKS:
        for letter in map(chr, range(first, last + 1)):
            name = unicodedata.name(letter, "")
            if letter != letter.casefold() or unicodedata.decomposition(letter):
                continue
            if by_name := NAMED_LETTER.match(name):
                yield letter, NAMED[by_name[1]]
            elif match := LETTER.fullmatch(name):
                yield letter, match[1].lower()


LETTERS = str.maketrans({letter: ascii for letter, ascii in _latin_letters() if letter != "ø"})
BARE = str.maketrans({letter: spelled[0] for letter, spelled in TWO_SPELLINGS.items()})
SPELLED_OUT = str.maketrans(TWO_SPELLINGS)


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text, or a run of signs: folded except letters with two spellings."""

    text: str

    @property
    def bare(self) -> str:
        """The word typed without marks."""
        return self.text.translate(BARE)

    @property
    def is_signs(self) -> bool:
        """Whether it is a run of signs, in which words have no visible boundaries."""
        return IS_SIGN.match(self.text) is not None

    def tokens(self) -> set[str]:
        """The tokens to index: its spellings, or each sign and each pair of signs."""
        if self.is_signs:
            return {*self.text, *_pairs(self.text)}
        choices = [(each[0], TWO_SPELLINGS[each]) for each in self.text if each in TWO_SPELLINGS]
        if not choices:
            return {self.text}
        if len(choices) > MOST_VARIED:
            return {self.bare, self.text.translate(SPELLED_OUT)}
        return set(self._varied())

    def spellings(self) -> tuple[tuple[str, ...], ...]:
        """The tokens to search for: any of these alternatives, each with all of its tokens."""
        if self.is_signs:
            return (tuple(dict.fromkeys(_pairs(self.text))) or (self.text,),)
        spelled_out = self.text.translate(SPELLED_OUT)
        return tuple((each,) for each in dict.fromkeys((self.bare, spelled_out)))

    def _varied(self) -> Iterator[str]:
        variants = (
            (each.translate(BARE), TWO_SPELLINGS[each]) if each in TWO_SPELLINGS else (each,)
            for each in self.text
        )
        return map("".join, product(*variants))


def folded(text: str) -> str:
    """The text without case, marks, joiners and strokes; folding it again changes nothing."""
    return _folded(text).translate(BARE)


def words_of(text: str) -> list[Word]:
    """The words of a text, in order; used for indexing and for queries alike."""
    return [Word(each) for each in WORD.findall(_folded(text))]


def _folded(text: str) -> str:
    """Folded, except letters with two spellings."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.translate(BEFORE).casefold())
    with_umlauts = UMLAUT.sub(lambda match: WITH_UMLAUT[match[1]], apart)
    without_marks = "".join(each for each in with_umlauts if unicodedata.category(each)[0] != "M")
    return without_marks.casefold().translate(LETTERS)


def _pairs(signs: str) -> Iterator[str]:
    return map("".join, pairwise(signs))
