"""Every text that users see has one register: plain whole sentences, with nothing internal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass

import pytest

from chassis.ids import new_id
from contracts.catalogue import MODULES
from contracts.profiles.preferences import Language
from gateway.http.german import BY_CODE, TEXTS
from gateway.http.translations import HOLE, german_of
from services.notifications.letters import Letter, Wording
from services.notifications.name_placeholders import fill_names
from services.notifications.readers import Reader
from tests.notifications.wordings import (
    ADDRESS,
    CLIENT_ID,
    EVERY_WORDING,
    FOR_CLIENTS,
    FOR_SPECIALISTS,
    NAMES,
    SPECIALIST_ID,
)
from tests.support.platform import URL
from tests.support.user_texts import (
    NOT_FOR_USERS,
    field_texts,
    refusal_texts,
    refusals,
    whole_field_texts,
)

MOST_SENTENCES = 2
"""Of a refusal. A mail may say more."""
SENTENCE_END = re.compile(r"(?<![0-9])[.!?](?= [A-ZÄÖÜ]|$)")
UUID_LIKE = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}|\b[0-9a-f]{16,}", re.IGNORECASE)
CAMEL_CASE = re.compile(r"\b[A-Z][a-z]+[A-Z]\w*")
SNAKE_CASE = re.compile(r"\b[a-z0-9]+(?:_[a-z0-9]+)+\b")
WEB_ADDRESS = re.compile(r"https?://\S+")
BRANDS = ("WebP", "MiB")
NO_ROLE = {
    Language.EN: re.compile(
        r"\b(whoever|nobody|somebody|everybody|anybody|someone|no one|those who)\b", re.IGNORECASE
    ),
    Language.DE: re.compile(
        r"\b(jemand\w*|niemand\w*|irgendwer|jedermann|wer auch immer|diejenigen)\b", re.IGNORECASE
    ),
}
"""Pronouns that stand in place of a role."""
REQUEST_FIELDS = {
    field.name
    for module in MODULES
    for member in vars(module).values()
    if is_dataclass(member)
    for field in fields(member)
}
"""What is wrong with a field may name another one."""
MADE_OF_PARTS = {"This media type is not accepted here. Send 42.42"}
"""Its second part is a sentence, or nothing."""


def problems_of(text: str, language: Language = Language.EN) -> Iterator[str]:
    """What is not as it should be in a sentence, or several."""
    plain = WEB_ADDRESS.sub("", text)
    if not re.match(r"[A-ZÄÖÜ„]", text):
        yield "begins without a capital letter"
    if not text.endswith("."):
        yield "ends without a full stop"
    if UUID_LIKE.search(plain):
        yield "has an id"
    if any(found not in BRANDS for found in CAMEL_CASE.findall(plain)):
        yield "has the name of a class"
    if any(found not in REQUEST_FIELDS for found in SNAKE_CASE.findall(plain)):
        yield "has a name of the code"
    if NO_ROLE[language].search(plain):
        yield "has a pronoun in place of a role"


def test_refusals_are_whole_sentences_with_nothing_internal() -> None:
    texts = [each for each in refusal_texts() if each[1] not in MADE_OF_PARTS]
    assert len(texts) > 120
    assert {each.sentence() for each in refusals().values()} <= {text for _, text in texts}
    assert [
        (*each, list(problems_of(each[1]))) for each in texts if any(problems_of(each[1]))
    ] == []


def test_a_refusal_says_it_in_two_sentences_at_most() -> None:
    counted = {text: len(SENTENCE_END.findall(text)) for _, text in refusal_texts()}
    assert [text for text, count in counted.items() if count > MOST_SENTENCES] == []


def test_what_is_wrong_with_a_field_is_said_with_nothing_internal() -> None:
    texts = list(whole_field_texts())
    assert len(texts) > 60
    assert len(list(field_texts())) > len(texts)
    assert [
        (*each, list(problems_of(each[1]))) for each in texts if any(problems_of(each[1]))
    ] == []


def test_refusals_in_german_are_whole_sentences_with_nothing_internal() -> None:
    texts = [*BY_CODE.values(), *(HOLE.sub("42", text) for text in TEXTS.values())]
    found = [(text, list(problems_of(text, Language.DE))) for text in texts]
    assert [(text, problems) for text, problems in found if problems] == []


def test_each_refusal_has_a_german_text_of_its_own() -> None:
    """Not the one of its code alone, where the English one says more."""
    told = [text for where, text in refusal_texts() if not where.endswith(NOT_FOR_USERS)]
    more = set(told) - {each.sentence() for each in refusals().values()} - MADE_OF_PARTS
    assert [text for text in sorted(more) if german_of(text) is None] == []


# Notices and mails


def letters(name: str, language: Language) -> Iterator[Letter]:
    """The notice and the mails, for a reader with a zone and for a discreet one without."""
    told = {
        **dict.fromkeys(FOR_CLIENTS, CLIENT_ID),
        **dict.fromkeys(FOR_SPECIALISTS, SPECIALIST_ID),
    }
    for zone, discreet in (("Europe/Berlin", False), (None, True)):
        reader = Reader(
            account_id=told.get(name) or new_id(),
            language=language,
            time_zone=zone,
            discreet=discreet,
        )
        letter = EVERY_WORDING[name](reader)
        yield letter
        if isinstance(letter, Wording):
            yield letter.letter(discreet)


def sentences_in(text: str) -> Iterator[str]:
    """Its paragraphs, each as it would stand in prose: a colon leads to a list, a link or an
    address, which are left out."""
    for line in text.splitlines():
        prose = line.removesuffix(ADDRESS).rstrip()
        prose = WEB_ADDRESS.sub("", prose).rstrip()
        if prose and not prose.startswith("- "):
            yield re.sub(r":$", ".", prose)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("name", EVERY_WORDING)
def test_notices_and_mails_are_whole_sentences_with_nothing_internal(
    name: str, language: Language
) -> None:
    for letter in letters(name, language):
        text = fill_names(letter.text, NAMES)
        found = [(each, list(problems_of(each, language))) for each in sentences_in(text)]
        assert found
        assert [(each, problems) for each, problems in found if problems] == []
        assert not UUID_LIKE.search(WEB_ADDRESS.sub("", text))
        assert URL not in letter.subject
        assert list(problems_of(f"{letter.subject}.", language)) == []


@pytest.mark.parametrize(
    ("text", "language", "problem"),
    [
        ("there is no consultation.", Language.EN, "begins without a capital letter"),
        ("There is no consultation", Language.EN, "ends without a full stop"),
        ("There is no 0190a0b1-7c2d-7e3f-8a4b-5c6d7e8f9a0b.", Language.EN, "has an id"),
        ("There is no WaitlistEntry.", Language.EN, "has the name of a class"),
        ("The outbox_row is missing.", Language.EN, "has a name of the code"),
        ("Nobody books with themselves.", Language.EN, "has a pronoun in place of a role"),
        ("Das hat schon jemand gebucht.", Language.DE, "has a pronoun in place of a role"),
    ],
)
def test_each_problem_of_a_text_is_found(text: str, language: Language, problem: str) -> None:
    assert list(problems_of(text, language)) == [problem]
