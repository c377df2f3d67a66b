"""Words: what is looked for in texts, equal however it was typed."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chassis.text_folding import folded, words_of
from contracts.inputs.words import (
    LONGEST_WORD,
    MOST_WORDS,
    BadWords,
    Wanted,
    tokens_in,
    wanted_words,
)
from services.profiles.discovery.tokens import tokens_of


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Anxiety, first steps!", "anxiety first steps"),
        ("x" * 100, "x" * LONGEST_WORD),
        ("\u00fc" * 39 + "x", f"{'u' * 39}x {'ue' * 20}"),
        ("Größe", "grosse groesse"),
        ("Mülleröhre", "mullerohre muellerohre mulleroehre muelleroehre"),
        ("心理咨询", "心 理 咨 询 心理 理咨 咨询"),
        ("  \n\t…", ""),
    ],
)
def test_a_text_is_found_by_each_spelling_of_its_words(text: str, tokens: str) -> None:
    assert tokens_in(text) == set(tokens.split())


@given(st.text())
def test_whatever_the_text_its_tokens_are_plain_and_short(text: str) -> None:
    for token in tokens_in(text):
        assert 0 < len(token) <= LONGEST_WORD
        assert folded(token) == token
        assert not set(token) & set(" _'\"\\*:&|!()\x00{}")


TRICKY = st.text(
    st.sampled_from("aouäöüøæßŁłİıIÅ\u0308\u0301\u00ad\u200b\u200d心理的かガｶﾞสวัကខេ9 -'_éſﬁ")
    | st.characters(exclude_categories=["Cs"]),
    max_size=20,
)


@given(TRICKY)
def test_a_text_is_found_by_each_of_its_words_however_it_is_typed(text: str) -> None:
    tokens = tokens_in(text)
    forms = [text, *(unicodedata.normalize(each, text) for each in ("NFC", "NFD", "NFKD"))]
    forms += [form.casefold() for form in forms]
    for form in (*forms, *tokens, folded(text)):
        assume(len(words_of(form)) <= MOST_WORDS)
        for wanted in wanted_words(form) if words_of(form) else ():
            assert any(tokens.issuperset(spelling) for spelling in wanted.spellings), (form, wanted)


@given(
    st.text(st.sampled_from("心理咨询师焦虑的人สวสดครบひらがな"), min_size=1, max_size=30),
    st.data(),
)
def test_any_run_of_signs_within_a_text_finds_it(text: str, data: st.DataObject) -> None:
    begin = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(begin + 1, len(text)))
    for wanted in wanted_words(text[begin:end]):
        assert tokens_in(text).issuperset(*wanted.spellings)
        assert not wanted.begins


@given(st.text(max_size=30), st.text(max_size=30))
def test_a_text_of_any_kind_is_found_by_its_own_words(name: str, biography: str) -> None:
    tokens = tokens_of(name, "", biography).split(" ")
    assert {f"0{token}" for token in tokens_in(name)} <= set(tokens)
    assert {f"2{token}" for token in tokens_in(biography)} <= set(tokens)


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
    assert wanted_words("Sleep, sleep, me and SLEEP") == [
        Wanted((("sleep",),), begins=True),
        Wanted((("me",),)),
        Wanted((("and",),), begins=True),
    ]


def test_what_has_two_spellings_is_looked_for_in_both() -> None:
    assert wanted_words("Mül Mü") == [
        Wanted((("mul",), ("muel",)), begins=True),
        Wanted((("mu",), ("mue",))),
    ]


@pytest.mark.parametrize("blank", ["", "  ", "\t\n"])
def test_blank_text_wants_nothing_in_particular(blank: str) -> None:
    assert wanted_words(blank) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("!?", "a letter or a digit"),
        ("_ - _", "a letter or a digit"),
        (" ".join(f"word{n}" for n in range(MOST_WORDS + 1)), f"the limit is {MOST_WORDS}"),
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
