"""HTML forms, read by the schema of a contract."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Annotated

import pytest
from marshmallow.validate import Length

from chassis.errors import Invalid
from chassis.schemas import Reading, load
from gateway.pages.form_values import MOST_ROWS, fields_of, shown, values_of, with_row, without_row
from gateway.pages.forms import Form


@dataclass(frozen=True, kw_only=True)
class Range:
    starts: str
    ends: str


@dataclass(frozen=True, kw_only=True)
class Hours:
    zone: Annotated[str, Length(1, 64)]
    open: bool
    most: int | None = None
    first_day: date | None = None
    topics: list[str] = field(default_factory=list)
    ranges: list[Range] = field(default_factory=list)
    password: str = ""


def read(**given: list[str]) -> Hours:
    sent = {name.replace("__", "."): values for name, values in given.items()}
    return load(Hours, values_of(Hours, sent), Reading.FORM)


def test_texts_become_what_the_contract_says() -> None:
    found = read(zone=["Europe/Lisbon"], open=["true"], most=["3"], first_day=["2030-01-07"])
    assert found.zone == "Europe/Lisbon"
    assert found.open is True
    assert found.most == 3
    assert found.first_day == date(2030, 1, 7)


def test_an_empty_checkbox_is_no() -> None:
    assert read(zone=["Europe/Lisbon"]).open is False


def test_a_blank_field_is_a_missing_one() -> None:
    with pytest.raises(Invalid) as refusal:
        read(zone=["  "])
    assert [each.field for each in refusal.value.errors] == ["zone"]
    assert read(zone=["x"], most=[""]).most is None


def test_repeated_fields_are_a_list_without_blanks() -> None:
    assert read(zone=["x"], topics=["", "sleep", "grief"]).topics == ["sleep", "grief"]
    assert read(zone=["x"], topics=[""]).topics == []


def test_dotted_names_are_rows_and_blank_rows_are_left_out() -> None:
    found = read(
        zone=["x"],
        ranges__0__starts=["09:00"],
        ranges__0__ends=["12:00"],
        ranges__1__starts=[""],
        ranges__1__ends=[""],
        ranges__7__starts=["13:00"],
        ranges__7__ends=["14:00"],
    )
    assert found.ranges == [
        Range(starts="09:00", ends="12:00"),
        Range(starts="13:00", ends="14:00"),
    ]


def test_a_mistake_in_a_row_is_named_by_its_place_on_the_page() -> None:
    with pytest.raises(Invalid) as refusal:
        read(zone=["x"], ranges__4__starts=["09:00"])
    assert [each.field for each in refusal.value.errors] == ["ranges.0.ends"]


@pytest.mark.parametrize("name", ["ranges.-1.starts", "ranges.x.starts", "ranges.99999.starts"])
def test_a_row_with_a_strange_number_is_ignored(name: str) -> None:
    assert "ranges" not in values_of(Hours, {name: ["09:00"], "zone": ["x"]})


def test_unknown_fields_are_ignored() -> None:
    assert values_of(Hours, {"zone": ["x"], "_key": ["1"], "other": ["2"]}) == {"zone": "x"}


def test_lines_of_a_text_end_as_elsewhere() -> None:
    assert read(zone=["a\r\nb"]).zone == "a\nb"


def test_secrets_are_not_sent_back() -> None:
    assert shown({"zone": "x", "password": "correct horse"}) == {"zone": "x"}


def test_a_row_is_added_and_taken_away() -> None:
    values = {"ranges": [{"starts": "09:00"}]}
    assert with_row(Hours, values, "ranges") == {"ranges": [{"starts": "09:00"}, {}]}
    assert without_row(Hours, values, "ranges.0") == {"ranges": []}
    assert without_row(Hours, values, "ranges.5") == values
    assert with_row(Hours, {}, "ranges") == {"ranges": [{}]}


NO_ROWS = [
    "",
    "zone",
    "zone.0",
    "topics.0",
    "other.0",
    "ranges.x",
    "ranges.0.starts",
    "." * 5000,
    "ranges." + "9" * 5000,
]


@pytest.mark.parametrize("path", NO_ROWS, ids=range(len(NO_ROWS)))
def test_no_row_is_added_or_taken_away_where_there_are_none(path: str) -> None:
    values = {"zone": "x", "topics": ["sleep"], "ranges": [{"starts": "09:00"}]}
    assert with_row(Hours, values, path) == values
    assert without_row(Hours, values, path) == values


def test_rows_are_added_up_to_a_limit() -> None:
    full = {"ranges": [{"starts": "09:00"}] * MOST_ROWS}
    assert with_row(Hours, full, "ranges") == full


def test_a_form_knows_its_limits_and_its_values() -> None:
    form = Form("hours", "/desk/hours", Hours, {"ranges": [{"starts": "09:00"}]}, sent=True)
    assert form.limit("zone") == 64
    assert form.limit("open") is None
    assert form.value("ranges.0.starts") == "09:00"
    assert form.value("ranges.3.starts", "08:00") == ""
    assert form.id_of("ranges.0.starts") == "hours-ranges-0-starts"


def test_a_form_shown_for_the_first_time_has_what_is_stored() -> None:
    form = Form("hours", "/desk/hours", Hours)
    assert form.value("zone", "Europe/Lisbon") == "Europe/Lisbon"
    assert form.rows("ranges", [1, 2]) == [1, 2]


@dataclass(frozen=True, kw_only=True)
class Source:
    title: str
    year: int | None = None


@dataclass(frozen=True, kw_only=True)
class Text:
    sources: list[Source] = field(default_factory=list)


def test_a_row_of_nulls_is_a_blank_one() -> None:
    given = {
        "sources.0.title": [""],
        "sources.0.year": [""],
        "sources.1.title": ["A study"],
        "sources.1.year": [""],
    }
    assert values_of(Text, given) == {"sources": [{"title": "A study", "year": None}]}


def test_fields_of_values_are_read_back_as_the_same_values() -> None:
    values = {
        "zone": "x",
        "open": True,
        "most": None,
        "topics": ["sleep", "grief"],
        "ranges": [{"starts": "09:00", "ends": "12:00"}],
    }
    given: dict[str, list[str]] = {}
    for name, value in fields_of(values):
        given.setdefault(name, []).append(value)
    found = load(Hours, values_of(Hours, given), Reading.FORM)
    assert (found.zone, found.open, found.most) == ("x", True, None)
    assert (found.topics, found.ranges) == (
        ["sleep", "grief"],
        [Range(starts="09:00", ends="12:00")],
    )


def test_fields_of_an_empty_list_say_that_it_is_empty() -> None:
    assert list(fields_of({"topics": [], "ranges": [], "open": False})) == [
        ("topics", ""),
        ("ranges", ""),
    ]
