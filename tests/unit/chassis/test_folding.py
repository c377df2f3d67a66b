"""Folding: words that compare equal however they were typed."""

from __future__ import annotations

import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.text_folding import folded, words_of

UNACCENT = sorted(Path("/usr/share/postgresql").glob("*/tsearch_data/unaccent.rules"))
NOT_AS_UNACCENT = {"Ɩ", "ɧ", "ŉ"}
"""Iota and heng are no letters of ASCII; PostgreSQL keeps the apostrophe."""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Anxiety, first steps!", ["anxiety", "first", "steps"]),
        ("self-help_group", ["self", "help", "group"]),
        ("Lucía ROMERO", ["lucia", "romero"]),
        ("Lucía", ["lucia"]),
        ("Straße STRASSE", ["strasse", "strasse"]),
        ("ﬁrst 2nd ②", ["first", "2nd", "2"]),
        ("Łukasz Søren Đorđević Ægir", ["lukasz", "soren", "dordevic", "aegir"]),
        ("Işık IŞIK ışık", ["isik", "isik", "isik"]),
        ("Ħal Ŧor þór Ðór œuvre Əliyev", ["hal", "tor", "thor", "dor", "oeuvre", "eliyev"]),
        ("Psycho\u00adtherapie a\u200cb c\u200dd", ["psychotherapie", "ab", "cd"]),
        ("a\u2060b c\ufeffd", ["ab", "cd"]),
        ("zero\u200bwidth space", ["zero", "width", "space"]),
        ("Тревога и СОН", ["тревога", "и", "сон"]),
        ("हिंदी", ["हद"]),
        ("CBT治疗 24時間", ["cbt", "治疗", "24", "時間"]),
        ("ジョン・スミス ｶﾞ", ["ション", "スミス", "カ"]),
        ("don't 'quote\" or* -not (this)", ["don", "t", "quote", "or", "not", "this"]),
        ("  \n\t…", []),
    ],
)
def test_words_are_letters_and_digits_without_case_marks_and_strokes(
    text: str, words: list[str]
) -> None:
    assert [each.bare for each in words_of(text)] == words


def test_no_character_is_folded_to_something_that_folds_on() -> None:
    for character in map(chr, range(sys.maxunicode + 1)):
        bare = folded(character)
        if bare != character:  # or folding it again is the same call
            assert folded(bare) == bare, hex(ord(character))


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_folding_again_changes_nothing(text: str) -> None:
    assert folded(folded(text)) == folded(text)


def test_the_latin_letters_that_languages_use_fold_to_ascii() -> None:
    letters = [*range(0xC0, 0x180), *range(0x1E00, 0x1F00)]
    whole = {
        chr(each)
        for each in letters
        if unicodedata.category(chr(each))[0] == "L" and not folded(chr(each)).isascii()
    }
    assert whole == {"ẟ"}  # delta


@pytest.mark.skipif(not UNACCENT, reason="PostgreSQL's unaccent is not installed here")
def test_latin_letters_fold_as_those_of_postgresql() -> None:
    for line in UNACCENT[-1].read_text().splitlines():
        letter, _, plain = line.partition("\t")
        if letter in NOT_AS_UNACCENT or len(letter) > 1 or not letter.isalpha():
            continue
        if unicodedata.name(letter).startswith("LATIN"):
            assert folded(letter) == plain.lower(), letter


@pytest.mark.parametrize("name", ["Müller", "Mu\u0308ller", "MÜLLER", "Mu\u0323\u0308ller"])
def test_german_is_found_with_umlauts_without_and_spelled_out(name: str) -> None:
    [word] = words_of(name)
    assert word.tokens() == {"muller", "mueller"}
    assert word.spellings() == (("muller",), ("mueller",))


def test_a_word_of_many_umlauts_has_few_tokens() -> None:
    [word] = words_of("ä" * 40)
    assert word.tokens() == {"a" * 40, "ae" * 40}


def test_a_run_of_signs_is_found_by_each_sign_and_each_pair() -> None:
    [word] = words_of("心理咨")
    assert word.tokens() == {"心", "理", "咨", "心理", "理咨"}
    assert word.spellings() == (("心理", "理咨"),)
    [sign] = words_of("心")
    assert sign.spellings() == (("心",),)
