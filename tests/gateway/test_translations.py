"""Problems and labels in the language that a client prefers."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from chassis.errors import Unauthenticated
from contracts.content import SlugTaken
from contracts.profiles.licences import ReasonMissing
from contracts.profiles.sessions import WrongCredentials
from contracts.vocabulary import ACCESSIBILITY, APPROACHES, TOPICS
from contracts.vocabulary_german import GERMAN
from gateway.http.german import BY_CODE, TEXTS
from gateway.http.translations import HOLE, german_of
from tests.support.factories import Person, a_sign_up, an_address
from tests.support.user_texts import refusals, whole_field_texts

GERMAN_FIRST = {"Accept-Language": "de-AT, en;q=0.5"}
INFORMAL = re.compile(r"\b(du|dein\w*|dich|dir|euch|euer\w*)\b", re.IGNORECASE)


def test_each_refusal_has_a_german_sentence() -> None:
    assert sorted(set(refusals()) - set(BY_CODE)) == []


def test_a_refusals_own_sentence_is_told_in_german() -> None:
    for refusal in (WrongCredentials, SlugTaken, ReasonMissing):
        assert german_of(refusal.sentence()) == BY_CODE[refusal.code]


def test_what_is_said_of_a_field_has_a_german_text() -> None:
    found = list(whole_field_texts())
    assert len(found) > 60
    assert [each for each in found if german_of(each[1]) is None] == []


def test_german_sentences_are_whole_and_formal() -> None:
    for text in (*BY_CODE.values(), *TEXTS.values()):
        assert re.match(r"[A-ZÄÖÜ{„]", text), text
        assert text.endswith("."), text
        assert not INFORMAL.search(text), text


@pytest.mark.parametrize("english", TEXTS)
def test_what_stands_in_a_text_stands_in_its_translation(english: str) -> None:
    assert sorted(HOLE.findall(english)) == sorted(HOLE.findall(TEXTS[english]))
    filled = HOLE.sub("42", english)
    assert german_of(filled) == HOLE.sub("42", TEXTS[english])


def test_a_problem_is_told_in_german_to_who_prefers_it(http: httpx.Client) -> None:
    body = {"email": "nobody", "password": "short", "display_name": "x", "role": "admin"}
    answer = http.post("/api/v1/accounts", json=body, headers=GERMAN_FIRST)
    assert answer.headers["Content-Language"] == "de"
    assert "Accept-Language" in answer.headers["Vary"]
    problem = answer.json()
    assert problem["code"] == "invalid"
    assert problem["detail"] == BY_CODE["invalid"]
    said = {each["field"]: each["detail"] for each in problem["errors"]}
    assert said["password"] == "Muss zwischen 12 und 200 Zeichen oder Einträge lang sein."
    assert said["role"].startswith("Muss eines davon sein: ")
    assert said["email"].startswith("Das ist keine gültige E-Mail-Adresse")


def test_all_that_is_wrong_with_one_field_is_told_in_german(http: httpx.Client) -> None:
    body = a_sign_up(password="x" * 20, display_name="")
    problem = http.post("/api/v1/accounts", json=body, headers=GERMAN_FIRST).json()
    [error] = problem["errors"]
    assert error["detail"] == (
        "Muss zwischen 1 und 100 Zeichen oder Einträge lang sein. "
        "Muss eine Zeile Text sein und darf nicht leer sein."
    )


@pytest.mark.parametrize(
    "accepted", ["", "en", "fr", "en, de;q=0.9", "de;q=0", "*", "nonsense;;q=x"]
)
def test_everyone_else_is_told_in_english(http: httpx.Client, accepted: str) -> None:
    answer = http.get("/api/v1/me", headers={"Accept-Language": accepted})
    assert answer.headers["Content-Language"] == "en"
    assert answer.json()["detail"] == Unauthenticated.sentence()


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/v1/articles/nothing"])
def test_what_is_not_there_is_told_in_german(http: httpx.Client, path: str) -> None:
    detail: Any = http.get(path, headers=GERMAN_FIRST).json()["detail"]
    assert detail in (
        "Unter diesem Pfad gibt es nichts.",
        "Unter dieser Adresse gibt es keinen Artikel.",
    )


def test_a_text_that_says_more_keeps_what_it_says(client: Person) -> None:
    wrong = {"email": an_address(), "password": "not the password"}
    answer = client.call("POST", "/me/email", json=wrong, headers=GERMAN_FIRST)
    assert answer.json()["detail"] == BY_CODE["wrong_password"]


def test_the_vocabulary_speaks_german(http: httpx.Client) -> None:
    english = http.get("/api/v1/vocabulary")
    german = http.get("/api/v1/vocabulary", headers=GERMAN_FIRST)
    assert (english.headers["Content-Language"], german.headers["Content-Language"]) == ("en", "de")
    assert english.headers["ETag"] != german.headers["ETag"]
    assert {"key": "anxiety", "label": "Angst"} in german.json()["topics"]
    keys = [[each["key"] for each in one.json()["topics"]] for one in (english, german)]
    assert keys[0] == keys[1]


def test_each_word_of_the_vocabulary_has_a_german_label() -> None:
    keys = [*TOPICS, *APPROACHES, *ACCESSIBILITY]
    assert len(set(keys)) == len(keys)
    assert set(GERMAN) == set(keys)
