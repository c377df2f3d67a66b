"""Translates problems into the language that the client prefers. English is the original."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from werkzeug.wrappers import Request, Response

from chassis import json
from chassis.errors import DomainError
from contracts.profiles.preferences import Language
from gateway.http.german import BY_CODE, TEXTS
from gateway.http.languages import preferred_language, speak
from gateway.http.problems import PROBLEM_JSON

HOLE = re.compile(r"{(\w+)}")
WITHIN_A_SENTENCE = r"(?:(?!\. [A-Z]).)+?"
SENTENCE_ENDS = re.compile(r"(?<=\.) (?=[A-Z])")


def translate(response: Response, request: Request) -> None:
    """Translate a problem into the client's language; every other answer stays as it is."""
    if response.content_type != PROBLEM_JSON:
        return
    language = preferred_language(request.accept_languages)
    speak(response, language)
    if language == Language.DE:
        response.data = json.dumps(_in_german(json.loads(response.data)))


def _in_german(problem: dict[str, Any]) -> dict[str, Any]:
    detail = german_of(problem["detail"]) or BY_CODE.get(problem["code"], problem["detail"])
    errors = [
        {**each, "detail": german_of(each["detail"]) or each["detail"]}
        for each in problem["errors"]
    ]
    return {**problem, "detail": detail, "errors": errors}


def german_of(text: str) -> str | None:
    """An English text in German, with the same values in its placeholders. Several sentences are
    translated one by one: several things may be wrong with one field."""
    if (whole := _german_of_one(text)) is not None:
        return whole
    for end in SENTENCE_ENDS.finditer(text):
        first = _german_of_one(text[: end.start()])
        if first is not None and (rest := german_of(text[end.end() :])) is not None:
            return f"{first} {rest}"
    return None


def _german_of_one(text: str) -> str | None:
    if (known := TEXTS.get(text) or _refusals().get(text)) is not None:
        return known
    for pattern, german in _patterns():
        if match := pattern.fullmatch(text):
            return german.format(**match.groupdict())
    return None


@cache
def _refusals() -> dict[str, str]:
    """German by the English sentence of each refusal."""
    return {
        each.sentence(): BY_CODE[each.code] for each in _kinds(DomainError) if each.code in BY_CODE
    }


def _kinds(of: type[DomainError]) -> Iterator[type[DomainError]]:
    for each in of.__subclasses__():
        yield each
        yield from _kinds(each)


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """The longest come first: they are the most specific."""
    with_holes = sorted((each for each in TEXTS if HOLE.search(each)), key=len, reverse=True)
    return [(_pattern(text), TEXTS[text]) for text in with_holes]


def _pattern(text: str) -> re.Pattern[str]:
    """A pattern for the text, with a group for each placeholder."""
    parts = HOLE.split(text)
    return re.compile(
        "".join(
            f"(?P<{part}>{WITHIN_A_SENTENCE})" if place % 2 else re.escape(part)
            for place, part in enumerate(parts)
        ),
        re.DOTALL,
    )
