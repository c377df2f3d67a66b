"""Texts from users: one line (names, titles) and running text (biographies, notes).

What can't be seen is refused: a name of nothing but a zero-width space looks empty, one with a
right-to-left override turns the text after it around (UTS 39, CVE-2021-42574). Refused characters
are named, since the person who pasted them did not see them either. What writing systems need
stays: joiners within emoji and within words of Arabic and Indic scripts, variation selectors after
the characters that have variants, and in running text the marks of direction.
"""

from __future__ import annotations

import re
import unicodedata

from marshmallow import ValidationError
from marshmallow.validate import Regexp

MOST_MARKS = 8
"""Combining marks on one character. Burmese and Tibetan syllables have up to six."""
MOST_DIACRITICS = 5
"""Of these, accents and points, which are stacked (Hebrew with vowels and cantillation)."""

# Code points of one purpose, as inside a character class of a regular expression

DIRECTION_MARKS = r"\u061c\u200e\u200f"
DIRECTION_CONTROLS = r"\u202a-\u202e\u2066-\u2069"
SOFT_HYPHEN = r"\xad"
OTHER_IGNORABLE = (
    r"\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200d\u2060-\u2065\u206a-\u206f\u3164"
    r"\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffc\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    r"\U000e0000-\U000e0fff"
)
"""Invisible characters (Default_Ignorable_Code_Point), interlinear annotation, and the object
replacement character."""
BLANK = r"\u2800\U0001d159"
"""Symbols that are shown as a blank."""

CONTROLS = r"\x00-\x1f\x7f-\x9f\u2028\u2029"
NOT_IN_ONE_LINE = rf"{CONTROLS}\u200e\u200f\u202a-\u202e\u2066-\u2069"
ONE_LINE = rf"^[^{NOT_IN_ONE_LINE}]*[^\s{NOT_IN_ONE_LINE}][^{NOT_IN_ONE_LINE}]*$(?!\n)"
"""The part of ``one_line`` that a pattern can express, for the description of the API. Python's
``$`` lets a newline follow."""
ONE_LINE_OR_NONE = rf"^[^{NOT_IN_ONE_LINE}]*$(?!\n)"

NotBlank = Regexp(ONE_LINE, error="Must be one line of text, and not blank.")
OneLineOrNone = Regexp(ONE_LINE_OR_NONE, error="Must be one line of text.")

_EMOJI = (
    r"\xa9\xae\u203c\u2049\u2122\u2139\u2190-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
)
_CJK = r"\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"
_JOINING = (
    r"\u0620-\u065f\u066e-\u06d3\u06d5-\u06dc\u06fa-\u08ff\u0900-\u0963\u0966-\u0df3"
    r"\u0f40-\u0fbc\u1000-\u109d\u1780-\u17d3\u1820-\u18aa\ufb50-\ufdfb\ufe70-\ufefc"
)
"""Letters and marks of scripts whose letters join: Arabic to Mongolian."""
_VIRAMA = (
    r"\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d3b\u0d3c\u0d4d\u0dca\u0f84\u1039\u103a"
    r"\u17d2"
)
NEEDED = re.compile(
    rf"(?<=[{_EMOJI}\ufe0f])\u200d(?=[{_EMOJI}])"
    rf"|(?<=[{_JOINING}])[\u200c\u200d](?=[{_JOINING}])"
    rf"|(?<=[{_VIRAMA}])[\u200c\u200d]"
    rf"|(?<=[{_EMOJI}0-9#*])[\ufe0e\ufe0f]"
    rf"|(?<=[{_CJK}])[\ufe00-\ufe02\ufe0e\ufe0f\U000e0100-\U000e01ef]"
    r"|(?<=[\u1820-\u18aa])[\u180b-\u180d\u180f]"
    r"|(?<=[\u1820-\u18aa])\u180e(?=[\u1820\u1821])"
    r"|(?<=\U0001f3f4)\U000e0067\U000e0062(?:\U000e0065\U000e006e\U000e0067"
    r"|\U000e0073\U000e0063\U000e0074|\U000e0077\U000e006c\U000e0073)\U000e007f"
)
"""Invisible characters, where a writing system or an emoji needs them. The last
two lines are the flags of England, Scotland and Wales."""
NEEDED_IN_PROSE = re.compile(r"(?<=[^\W\d_])\xad(?=[^\W\d_])")
"""Soft hyphens within a word."""

_invisible = re.compile(rf"[{DIRECTION_MARKS}{DIRECTION_CONTROLS}{SOFT_HYPHEN}{OTHER_IGNORABLE}]")
_not_in_running_text = re.compile(
    rf"[{DIRECTION_CONTROLS}\u3164\u115f\u1160\uffa0\ufff0-\ufffc\U0001bca0-\U0001bca3"
    r"\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_blank = re.compile(rf"[{BLANK}]")
_line_ends = re.compile(r"\r\n?|[\x85\u2028\u2029]")
_may_be_assigned_later = re.compile(r"[\U0001f000-\U0001faff\U00020000-\U0003fffd]")
"""Where new emoji and new Chinese characters come, before this Python knows them."""


def one_line(text: str) -> str:
    """A name or a label: one line, in NFC, without blanks around it.

    Empty where it has no visible character. The field's limits say whether it may be empty.
    """
    return _line(text, NEEDED)


def headline(text: str) -> str:
    """As ``one_line``; long words may have soft hyphens."""
    return _line(text, NEEDED, NEEDED_IN_PROSE)


def running_text(text: str) -> str:
    """Any number of lines in NFC, each ended by a newline; empty without a visible character.

    Tabs and blank lines stay, and so do marks of direction, which Arabic and Hebrew need beside
    numbers and Latin names. Embeddings, overrides and isolates are refused: where they are not
    closed, they turn around what stands after the text.
    """
    text = _line_ends.sub("\n", unicodedata.normalize("NFC", text))
    rest = NEEDED.sub("", text)
    if found := _not_in_running_text.search(rest):
        raise _refused("text that can be seen", found[0])
    _require_characters("text that can be seen", rest.translate({0x09: "", 0x0A: ""}))
    _require_readable_marks(text)
    return text if _is_seen(text) else ""


def invisible_in(text: str) -> bool:
    """Whether it has a character that is invisible, changes the direction, or is undefined."""
    return bool(_invisible.search(text)) or any(map(_is_no_character, text))


def named(character: str) -> str:
    """How an error names a character: ASCII as it is, others by code point and name."""
    if "!" <= character <= "~":
        return character
    code_point = f"U+{ord(character):04X}"
    name = unicodedata.name(character, "") or CONTROL_NAMES.get(character, "")
    return f"{code_point} ({name})" if name else code_point


CONTROL_NAMES = {
    "\x00": "NUL",
    "\t": "TAB",
    "\n": "LINE FEED",
    "\x0b": "LINE TABULATION",
    "\x0c": "FORM FEED",
    "\r": "CARRIAGE RETURN",
    "\x1b": "ESCAPE",
    "\x85": "NEXT LINE",
}


def _line(text: str, *needed: re.Pattern[str]) -> str:
    text = _without_blanks_around(unicodedata.normalize("NFC", text))
    rest = text
    for each in needed:
        rest = each.sub("", rest)
    if found := _invisible.search(rest):
        raise _refused("one line of text", found[0])
    _require_characters("one line of text", rest)
    _require_readable_marks(text)
    return text if _is_seen(text) else ""


def _without_blanks_around(text: str) -> str:
    """Without space separators at both ends. A newline stays: it would be a second line."""
    begin, end = 0, len(text)
    while begin < end and unicodedata.category(text[begin]) == "Zs":
        begin += 1
    while begin < end and unicodedata.category(text[end - 1]) == "Zs":
        end -= 1
    return text[begin:end]


def _is_seen(text: str) -> bool:
    """Whether it has a letter, number, sign or symbol that is not empty."""
    return any(
        unicodedata.category(character)[0] in "LNPSC" and not _blank.match(character)
        for character in text
        if not _invisible.match(character) and character not in "\n\t"
    )


def _require_characters(what: str, text: str) -> None:
    for character in text:
        if _is_no_character(character):
            raise _refused(what, character)


def _is_no_character(character: str) -> bool:
    """Controls, line ends, surrogates, private use, and what no version of Unicode names."""
    category = unicodedata.category(character)
    if category == "Cn":
        is_reserved_for_no_use = ord(character) & 0xFFFE == 0xFFFE
        return is_reserved_for_no_use or not _may_be_assigned_later.match(character)
    return category in ("Cc", "Cs", "Co", "Zl", "Zp")


def _require_readable_marks(text: str) -> None:
    marks = diacritics = 0
    for character in text:
        if not unicodedata.category(character).startswith("M"):
            marks = diacritics = 0
            continue
        marks += 1
        is_diacritic = unicodedata.combining(character) or "\u20dd" <= character <= "\u20e4"
        diacritics += bool(is_diacritic)
        if marks > MOST_MARKS or diacritics > MOST_DIACRITICS:
            raise ValidationError(
                f"Must not contain more than {MOST_DIACRITICS} accents on one character: "
                f"{named(character)} is one too many."
            )


def _refused(what: str, character: str) -> ValidationError:
    return ValidationError(f"Must be {what}, without {named(character)}.")
