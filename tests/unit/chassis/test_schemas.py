"""Shapes: what a dataclass's annotations accept, in each way of reading."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

import pytest
from annotated_doc import Doc
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError
from marshmallow.validate import Length, Range

from chassis import json
from chassis.errors import Invalid
from chassis.schemas import Named, Normalised, Reading, load, schema_of

BODY, QUERY, WIRE = Reading.BODY, Reading.QUERY, Reading.WIRE


class Mood(StrEnum):
    GOOD = "good"
    BAD = "bad"


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of an order."""

    what: Annotated[str, Length(1, 5), Doc("Its name.")]
    count: Annotated[int, Range(1, 9)] = 1


@dataclass(frozen=True, kw_only=True)
class Order:
    """All kinds of fields."""

    id: UUID
    urgent: bool = False
    mood: Mood = Mood.GOOD
    size: Literal["small", "large"] = "small"
    note: Annotated[str | None, Length(max=3)] = None
    due: date | None = None
    at: datetime | None = None
    lines: list[Line] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)
    from_: Annotated[str, Named("from")] = "here"


def an_order(**changes: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), **changes}


def wrong(value: Any, shape: type = Order, reading: Reading = BODY) -> dict[str, str | None]:
    """The fields that are refused, each with the value that was sent."""
    with pytest.raises(Invalid) as refusal:
        load(shape, value, reading)
    return {error.field: error.value for error in refusal.value.errors}


@pytest.mark.parametrize("reading", Reading)
def test_defaults_stand_for_what_was_not_sent(reading: Reading) -> None:
    order = load(Order, an_order(), reading)
    assert (order.urgent, order.mood, order.note, order.lines) == (False, Mood.GOOD, None, [])


def test_every_field_arrives_as_its_type() -> None:
    order = load(
        Order,
        an_order(
            mood="bad",
            due="2030-01-02",
            at="2030-01-02T03:04:05+01:00",
            lines=[{"what": "tea", "count": 2}],
            extra={"a": [1]},
        ),
    )
    assert order.mood is Mood.BAD
    assert order.due == date(2030, 1, 2)
    assert order.at == datetime(2030, 1, 2, 2, 4, 5, tzinfo=UTC)
    assert order.lines == [Line(what="tea", count=2)]
    assert order.extra == {"a": [1]}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("id", "x"),
        ("id", 7),
        ("urgent", "true"),
        ("urgent", 1),
        ("mood", "so-so"),
        ("mood", 1),
        ("size", "medium"),
        ("note", "long"),
        ("note", 7),
        ("due", "02.01.2030"),
        ("at", "2030-01-02T03:04:05"),  # no zone
        ("at", "soon"),
        ("lines", "tea"),
        ("extra", [1]),
    ],
)
@pytest.mark.parametrize("reading", [BODY, WIRE])
def test_bodies_and_wires_have_exact_types(reading: Reading, name: str, value: Any) -> None:
    assert list(wrong(an_order(**{name: value}), reading=reading)) == [name]


def test_another_name_for_clients_is_none_for_services() -> None:
    assert list(wrong(an_order(**{"from": None}))) == ["from"]
    assert load(Order, an_order(from_="there"), WIRE).from_ == "there"


@dataclass(frozen=True)
class Secretive:
    word: Annotated[str, Length(min=12)] = field(repr=False)


def test_a_secret_is_not_shown() -> None:
    assert wrong({"word": "swordfish"}, Secretive) == {"word": None}


def trimmed(text: str) -> str:
    if "!" in text:
        raise ValidationError("Must not shout.")
    return text.strip()


@dataclass(frozen=True, kw_only=True)
class Sign:
    """Texts with one form each."""

    text: Annotated[str, Normalised(trimmed), Length(1, 3)]
    more: Annotated[str | None, Normalised(trimmed), Normalised(str.lower)] = None
    words: list[Annotated[str, Normalised(trimmed), Length(max=3)]] = field(default_factory=list)


@pytest.mark.parametrize("reading", [BODY, WIRE])
def test_a_text_gets_its_one_form_before_its_limits_are_checked(reading: Reading) -> None:
    sign = load(Sign, {"text": "  abc  ", "more": " A ", "words": [" a ", "b"]}, reading)
    assert sign == Sign(text="abc", more="a", words=["a", "b"])
    assert list(wrong({"text": "   "}, Sign, reading)) == ["text"]
    assert wrong({"text": "a", "more": "a!", "words": ["!"]}, Sign, reading) == {
        "more": "a!",
        "words.0": "!",
    }


def test_a_query_has_its_texts_in_their_one_form_too() -> None:
    assert load(Sign, {"text": " a ", "words": "b , c"}, QUERY) == Sign(text="a", words=["b", "c"])
    assert load(Sign, {"text": "a", "more": None}).more is None


@pytest.mark.parametrize("count", [True, False, 1.5, "2", None, 0, 10])
def test_a_whole_number_is_neither_a_truth_nor_a_text_nor_out_of_range(count: Any) -> None:
    assert list(wrong({"what": "tea", "count": count}, Line)) == ["count"]


def test_a_query_writes_numbers_and_truths_out() -> None:
    assert load(Line, {"what": "tea", "count": "2"}, QUERY).count == 2
    assert load(Order, an_order(urgent="true"), QUERY).urgent is True
    assert list(wrong({"what": "tea", "count": "two"}, Line, QUERY)) == ["count"]


@dataclass(frozen=True, kw_only=True)
class Filter:
    """Several values in one text."""

    moods: list[Mood] = field(default_factory=list)
    counts: Annotated[list[int], Length(max=3)] = field(default_factory=list)


@pytest.mark.parametrize(
    ("text", "counts"), [("1", [1]), ("1,2", [1, 2]), (" 1 , 2 ", [1, 2]), ("", []), (" ", [])]
)
def test_in_a_query_commas_divide_a_list(text: str, counts: list[int]) -> None:
    assert load(Filter, {"counts": text}, QUERY).counts == counts
    assert list(wrong({"counts": text}, Filter, BODY)) == ["counts"]


def test_in_a_query_a_wrong_value_of_a_list_is_named_by_its_place() -> None:
    assert wrong({"counts": "1,,x"}, Filter, QUERY) == {"counts.1": "1,,x", "counts.2": "1,,x"}
    assert wrong({"counts": "1,2,3,4"}, Filter, QUERY) == {"counts": "1,2,3,4"}
    assert list(wrong({"moods": "good,odd"}, Filter, QUERY)) == ["moods.1"]


@pytest.mark.parametrize("reading", [BODY, QUERY])
def test_clients_may_send_no_unknown_fields(reading: Reading) -> None:
    assert wrong(an_order(color="red"), reading=reading) == {"color": "red"}


def test_services_may_add_fields() -> None:
    order = load(Order, an_order(color="red", lines=[{"what": "tea", "hot": True}]), WIRE)
    assert order.lines == [Line(what="tea")]


def test_what_is_required_is_named() -> None:
    assert wrong({}) == {"id": None}


def test_everything_that_is_wrong_is_named_at_once_by_its_path() -> None:
    lines = [{"what": "tea"}, {"what": "", "count": 99}, {"cup": 1}]
    assert wrong(an_order(mood="x", lines=lines)) == {
        "mood": "x",
        "lines.1.what": "",
        "lines.1.count": "99",
        "lines.2.what": None,
        "lines.2.cup": "1",
    }


def test_a_value_is_shown_shortened() -> None:
    assert wrong(an_order(mood="x" * 1000)) == {"mood": "x" * 60}


@pytest.mark.parametrize("value", [None, [], "text", 7])
def test_a_body_that_is_no_object_is_refused(value: Any) -> None:
    assert list(wrong(value)) == [""]


def test_a_field_may_have_a_name_that_python_can_not_spell() -> None:
    assert load(Order, an_order(**{"from": "there"})).from_ == "there"
    assert wrong(an_order(from_="there")) == {"from_": "there"}


def test_only_what_may_be_null_may_be_null() -> None:
    assert load(Order, an_order(note=None, due=None)).note is None
    assert list(wrong(an_order(urgent=None))) == ["urgent"]


@pytest.mark.parametrize(
    "changes",
    [
        {"note": "\x00"},
        {"lines": [{"what": "\x00"}]},
        {"mood": "\x00"},
        {"size": "\x00"},
        {"from": "\x00"},
    ],
    ids=str,
)
def test_no_text_contains_nul(changes: dict[str, Any]) -> None:
    assert wrong(an_order(**changes))


def test_limits_and_meanings_are_in_the_schema() -> None:
    fields = schema_of(Line).fields
    assert fields["what"].metadata["description"] == "Its name."
    assert fields["what"].required
    assert not fields["count"].required


def test_a_schema_is_made_once() -> None:
    assert schema_of(Line) is schema_of(Line, BODY)
    assert schema_of(Line) is not schema_of(Line, WIRE)


texts = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=3)
orders = st.builds(
    Order,
    urgent=st.booleans(),
    mood=st.sampled_from(Mood),
    note=st.none() | texts,
    due=st.none() | st.dates(),
    at=st.none() | st.datetimes(timezones=st.just(UTC)),
    lines=st.lists(st.builds(Line, what=texts.filter(bool), count=st.integers(1, 9)), max_size=3),
    extra=st.just({}),
    from_=st.just("here"),
)


@given(orders)
def test_what_was_written_is_read_the_same(order: Order) -> None:
    assert load(Order, json.loads(json.dumps(order)), WIRE) == order


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists))
def test_whatever_is_sent_is_read_or_refused(value: Any) -> None:
    for name in ("id", "mood", "lines", "at", "extra"):
        with pytest.raises(Invalid):
            load(Order, {name: value, "color": value})
