"""The table of helplines: each number is confirmed, and an operator can replace them all."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from chassis.settings import BadSettings, Settings, read_settings
from contracts import helplines
from contracts.helplines import BUILT_IN, DIRECTORY, EUROPEAN_UNION, Source, helplines_of
from firststep.platform import process_for, use_helplines, workers_for

FIRST_READ_ON = date(2026, 11, 29)
COUNTRIES = pytest.mark.parametrize("there", BUILT_IN.countries, ids=lambda each: each.country)


@pytest.fixture(autouse=True)
def _ours_again() -> Iterator[None]:
    yield
    helplines.use(BUILT_IN)


def hosts(sources: list[Source]) -> set[str]:
    return {(urlsplit(each.address).hostname or "").removeprefix("www.") for each in sources}


def independent(sources: list[Source]) -> bool:
    """At least two sites, of which none is a part of another one."""
    found = hosts(sources)
    parts = [(one, other) for one in found for other in found if one.endswith(f".{other}")]
    return len(found) >= 2 and "" not in found and not parts


# The table


@COUNTRIES
def test_two_independent_sources_say_the_number_of_each_helpline(there: Any) -> None:
    assert there.lines
    assert [each.name for each in there.lines if not independent(each.sources)] == []


@COUNTRIES
def test_two_independent_sources_say_each_emergency_number_that_is_not_112(there: Any) -> None:
    assert independent(there.emergency_sources) == (there.emergency_number is not None)


@COUNTRIES
def test_every_source_was_read(there: Any) -> None:
    sources = [*there.emergency_sources, *(one for each in there.lines for one in each.sources)]
    assert [each for each in sources if each.read_on < FIRST_READ_ON] == []


@COUNTRIES
def test_who_calls_knows_when_and_in_which_language(there: Any) -> None:
    for each in there.lines:
        assert each.hours is not None
        assert each.languages
        assert each.url is None or each.url.startswith("https://")


@COUNTRIES
def test_no_number_is_there_twice(there: Any) -> None:
    numbers = [each.number for each in there.lines]
    assert len(set(numbers)) == len(numbers)


def test_the_emergency_number_is_112_in_each_country_of_the_european_union() -> None:
    assert len(set(EUROPEAN_UNION)) == 27
    assert {helplines_of(each).emergency_number for each in EUROPEAN_UNION} == {"112"}


@pytest.mark.parametrize("country", [None, "", "XX", "de", "Germany"])
def test_where_nothing_is_known_the_directory_is_all_there_is(country: str | None) -> None:
    there = helplines_of(country)
    assert (there.emergency_number, there.lines, there.directory) == (None, [], DIRECTORY)


# An operator's own file


OF_AN_OPERATOR: dict[str, Any] = {
    "directory": "help.example",
    "countries": [
        {
            "country": "AT",
            "lines": [
                {
                    "name": "Our own line",
                    "number": "01 23456",
                    "url": "https://help.example/at",
                    "hours": {"en": "Every evening", "de": "Jeden Abend"},
                    "free": True,
                    "languages": ["de"],
                    "sources": [{"address": "https://help.example/at", "read_on": "2027-01-02"}],
                }
            ],
        },
        {"country": "LI", "emergency_number": "112"},
    ],
}


def settings(monkeypatch: pytest.MonkeyPatch, path: Path, **more: str) -> Settings:
    for name, value in {"HELPLINES": str(path), "DATA": str(path.parent), **more}.items():
        monkeypatch.setenv(f"FIRSTSTEP_{name}", value)
    return read_settings()


def a_file(tmp_path: Path, content: Any) -> Path:
    path = tmp_path / "helplines.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def test_an_operators_file_takes_the_place_of_the_whole_table(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    use_helplines(settings(monkeypatch, a_file(tmp_path, OF_AN_OPERATOR)))
    austria = helplines_of("AT")
    assert [(each.name, each.number) for each in austria.lines] == [("Our own line", "01 23456")]
    assert austria.emergency_number == "112"  # a law, whatever a file leaves out
    assert helplines_of("LI").emergency_number == "112"
    assert helplines_of("DE").lines == []
    assert helplines_of("US").emergency_number is None
    assert helplines_of(None).directory == "help.example"


def test_our_own_table_is_a_file_to_start_from(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    before = helplines_of("DE")
    ours = Path(helplines.__file__).with_name("helplines.json")
    use_helplines(settings(monkeypatch, a_file(tmp_path, ours.read_text())))
    assert before.lines
    assert helplines_of("DE") == before


def test_without_a_file_our_own_table_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FIRSTSTEP_HELPLINES", raising=False)
    use_helplines(read_settings())
    assert helplines_of("AT").lines[0].number == "142"


def broken(path: str, value: Any) -> Any:
    """The file with another value at a place."""
    content: Any = copy.deepcopy(OF_AN_OPERATOR)
    *way, last = [int(each) if each.isdigit() else each for each in path.split(".")]
    there = content
    for each in way:
        there = there[each]
    there[last] = value
    return content


BROKEN: list[tuple[Any, str]] = [
    ("{", "is not JSON: "),
    ("[]", "the file: Invalid input type."),
    ({}, "countries: Missing data for required field."),
    (broken("countries.0.lines.0.number", "call us"), "number: Must be a phone number as dialled"),
    (broken("countries.0.lines.0.number", ""), "number: Must be a phone number as dialled"),
    (broken("countries.1.emergency_number", "112\n"), "countries.1.emergency_number: Must be a"),
    (broken("countries.1.country", "Liechtenstein"), "countries.1.country: Must be an ISO 3166-1"),
    (broken("countries.1.country", "AT"), "countries.1.country: Is there twice."),
    (broken("countries.0.lines.0.url", "help.example"), "lines.0.url: Must be a web address"),
    (broken("countries.0.lines.0.hours", {"en": "Always"}), "hours.de: Missing data"),
    (broken("countries.0.lines.0.nunber", "1"), "countries.0.lines.0.nunber: Unknown field."),
    (broken("countries.0.lines.0.sources.0.read_on", "today"), "read_on: Not a valid date."),
    (broken("directory", "https://help.example"), "directory: Must be a host name"),
]


@pytest.mark.parametrize(("content", "said"), BROKEN, ids=[said for _, said in BROKEN])
def test_a_broken_file_is_refused_by_name_place_and_reason(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: Any, said: str
) -> None:
    path = a_file(tmp_path, content)
    with pytest.raises(BadSettings) as refused:
        process_for([], settings(monkeypatch, path))
    assert str(refused.value).startswith(f"FIRSTSTEP_HELPLINES: {path}: ")
    assert said in str(refused.value)
    assert helplines_of("DE").lines[0].number == "0800 1110111"


def test_a_file_that_is_not_there_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(BadSettings, match=r"nowhere.json: No such file or directory$"):
        process_for([], settings(monkeypatch, tmp_path / "nowhere.json"))


def test_a_broken_file_is_refused_before_any_worker_starts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    served = settings(monkeypatch, a_file(tmp_path, "{"), BROKER="amqp://127.0.0.1")
    with pytest.raises(BadSettings, match="FIRSTSTEP_HELPLINES"):
        workers_for(["gateway"], served, 2)
