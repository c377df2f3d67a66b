"""Problems and labels in the language that a client prefers."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

import contracts
import gateway
import services
from chassis.errors import DomainError
from contracts.vocabulary import ACCESSIBILITY, APPROACHES, TOPICS
from contracts.vocabulary_german import GERMAN
from gateway.http.german import BY_CODE, TEXTS
from gateway.http.translations import HOLE, german_of
from tests.support.factories import Person, an_address

GERMAN_FIRST = {"Accept-Language": "de-AT, en;q=0.5"}
INFORMAL = re.compile(r"\b(du|dein\w*|dich|dir|euch|euer\w*)\b", re.IGNORECASE)


def every_refusal() -> dict[str, type[DomainError]]:
    """All that the gateway may answer with."""
    for package in (contracts, gateway):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    ours = ("chassis.", "contracts.", "gateway.")
    return {
        code: each for code, each in DomainError.by_code.items() if each.__module__.startswith(ours)
    }


def test_each_refusal_has_a_german_sentence() -> None:
    assert sorted(set(every_refusal()) - set(BY_CODE)) == []


FIELDS_TOLD_BY = {
    "FieldError": 1,
    "ValidationError": 0,
    "Regexp": "error",
    "Length": "error",
    "URL": "error",
    "AddressRefused": 0,
    "Refused": 0,
    "_bad": 0,
    "_wrong": 0,
}
"""What is wrong with a field: as which argument of which call it is written."""
NO_PROBLEMS = (
    "chassis/config.py",
    "contracts/helplines.py",
    "chassis/fetch/dialer.py",
    "chassis/fetch/fetch.py",
    "pictures/colours.py",
    "external_calendars/parser.py",
    "external_calendars/unfolding.py",
    "external_calendars/sealed_addresses.py",
)
"""What an operator reads, or who asks how an external calendar is: no answer of 4xx."""
BY_PARTS = {
    "Must be 42, without 42.",
    "Not a valid email address: 42.",
    "It has 42 42, the limit is 42. 42",
    "It 42.",
}


def texts_of_fields() -> Iterator[tuple[str, str]]:
    """Each, with 42 in its places, and where it is written."""
    root = Path(services.__file__).parents[1]
    for package in ("chassis", "contracts", "gateway", "services"):
        for path in (root / package).rglob("*.py"):
            where = str(path.relative_to(root))
            if where.endswith(NO_PROBLEMS):
                continue
            for text in _texts_in(ast.parse(path.read_text())):
                yield where, text


def _texts_in(module: ast.Module) -> Iterator[str]:
    nodes = list(ast.walk(module))
    named = {
        ast.unparse(each.targets[0]): each.value for each in nodes if isinstance(each, ast.Assign)
    }
    for call in nodes:
        if not isinstance(call, ast.Call) or ast.unparse(call.func) not in FIELDS_TOLD_BY:
            continue
        place = FIELDS_TOLD_BY[ast.unparse(call.func)]
        told: list[ast.expr] = [each.value for each in call.keywords if each.arg == place]
        if isinstance(place, int):
            told = call.args[place : place + 1]
        for each in told:
            written = named.get(ast.unparse(each), each)
            if isinstance(written, ast.Constant):
                yield str(written.value)
            elif isinstance(written, ast.JoinedStr):
                parts = (getattr(part, "value", None) for part in written.values)
                yield "".join(part if isinstance(part, str) else "42" for part in parts)


def test_what_is_said_of_a_field_has_a_german_text() -> None:
    found = [each for each in texts_of_fields() if each[1] not in BY_PARTS]
    assert len(found) > 60
    assert [each for each in found if german_of(_whole(*each)) is None] == []


def _whole(where: str, text: str) -> str:
    """What is wrong with an address is told within a sentence."""
    within = {"contracts/inputs/addresses.py": "Not a valid email address: {}."}
    return text if text[0].isupper() else within.get(where, "It {}.").format(text)


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
    assert problem["detail"] == "Was gesendet wurde, kann so nicht angenommen werden."
    said = {each["field"]: each["detail"] for each in problem["errors"]}
    assert said["password"] == "Muss zwischen 12 und 200 Zeichen oder Einträge lang sein."
    assert said["role"].startswith("Muss eines davon sein: ")
    assert said["email"].startswith("Das ist keine gültige E-Mail-Adresse")


def test_all_that_is_wrong_with_one_field_is_told_in_german(http: httpx.Client) -> None:
    body = {"email": an_address(), "password": "x" * 20, "display_name": "", "role": "client"}
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
    assert answer.json()["detail"] == "Sign in first: the request bears no valid access token."


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/v1/articles/nothing"])
def test_what_is_not_there_is_told_in_german(http: httpx.Client, path: str) -> None:
    detail: Any = http.get(path, headers=GERMAN_FIRST).json()["detail"]
    assert detail in ("Unter diesem Pfad gibt es nichts.", "Das gibt es hier nicht.")


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
