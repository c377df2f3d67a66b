"""Words: what is looked for in texts, equal however it was typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.profiles.discovery import LONGEST_WORD, MOST_WORDS, BadWords
from services.profiles.discovery.words import tokens_of, wanted_words, words_in


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Anxiety, first steps!", ["anxiety", "first", "steps"]),
        ("self-help_group", ["self", "help", "group"]),
        ("Lucía ROMERO", ["lucia", "romero"]),
        ("Lucía", ["lucia"]),
        ("Straße", ["strasse"]),
        ("ﬁrst 2nd ②", ["first", "2nd", "2"]),
        ("Тревога и СОН", ["тревога", "и", "сон"]),
        ("焦虑 قلق", ["焦虑", "قلق"]),
        ("हिंदी", ["हद"]),
        ("don't 'quote\" or* -not (this)", ["don", "t", "quote", "or", "not", "this"]),
        ("  \n\t…", []),
        ("x" * 100, ["x" * LONGEST_WORD]),
    ],
)
def test_words_are_letters_and_digits_without_case_and_marks(text: str, words: list[str]) -> None:
    assert words_in(text) == words


@given(st.text())
def test_whatever_the_text_its_words_are_plain_and_short(text: str) -> None:
    for word in words_in(text):
        assert 0 < len(word) <= LONGEST_WORD
        assert words_in(word) == [word]
        assert not set(word) & set(" _'\"\\*:&|!()\x00")


@given(st.text(max_size=30), st.text(max_size=30))
def test_a_text_of_any_kind_is_found_by_its_own_words(name: str, biography: str) -> None:
    tokens = tokens_of(name, "", biography).split(" ")
    assert {f"0{word}" for word in words_in(name)} <= set(tokens)
    assert {f"2{word}" for word in words_in(biography)} <= set(tokens)


def test_a_word_counts_in_its_tier_and_in_those_below() -> None:
    assert tokens_of("Ada", "sleep", "listens").split() == [
        "0ada",
        "1ada",
        "1sleep",
        "2ada",
        "2listens",
        "2sleep",
    ]


def test_each_wanted_word_is_looked_for_once() -> None:
    assert wanted_words("Sleep, sleep, and SLEEP") == ["sleep", "and"]


@pytest.mark.parametrize("blank", ["", "  ", "\t\n"])
def test_blank_text_wants_nothing_in_particular(blank: str) -> None:
    assert wanted_words(blank) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("!?", "a letter or a digit"),
        ("_ - _", "a letter or a digit"),
        (" ".join(f"word{n}" for n in range(MOST_WORDS + 1)), f"at most {MOST_WORDS}"),
        ("x" * (LONGEST_WORD + 1), f"the limit is {LONGEST_WORD}"),
    ],
)
def test_words_that_can_not_be_looked_for_are_refused_with_the_limit(text: str, said: str) -> None:
    with pytest.raises(BadWords) as refusal:
        wanted_words(text)
    [error] = refusal.value.errors
    assert error.field == "words"
    assert said in error.detail
    assert error.value is not None
    assert text.startswith(error.value)
