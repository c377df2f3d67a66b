"""The tree of refusals, and its way over the wire."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis import json
from chassis.database.refusals import DatabaseAway
from chassis.errors import (
    Conflict,
    DomainError,
    FieldError,
    Forbidden,
    Invalid,
    NotFound,
    TooMany,
    Unauthenticated,
    Unavailable,
)
from tests.chassis.bank import WordTaken

KINDS = [Invalid, Unauthenticated, Forbidden, NotFound, Conflict, TooMany, Unavailable]


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_its_own_kind(kind: type[DomainError]) -> None:
    assert kind.kind() is kind


def test_a_services_refusal_is_of_the_kind_that_it_subclasses() -> None:
    assert WordTaken.kind() is Conflict
    assert DatabaseAway.kind() is Unavailable


def test_without_a_detail_a_refusal_says_its_sentence() -> None:
    assert str(WordTaken()) == WordTaken().detail == "That word was told before."
    assert str(WordTaken("hello was told")) == "hello was told"


def test_a_code_belongs_to_one_refusal() -> None:
    with pytest.raises(TypeError, match="the code 'word_taken' already belongs to WordTaken"):
        type("Another", (Conflict,), {"code": "word_taken", "__qualname__": "Another"})


errors = st.lists(st.builds(FieldError, st.text(), st.text(), st.none() | st.text()), max_size=3)
spoken = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


@given(kind=st.sampled_from([*KINDS, WordTaken]), detail=spoken, errors=errors)
def test_a_refusal_crosses_the_wire_as_itself(
    kind: type[DomainError], detail: str, errors: list[FieldError]
) -> None:
    there = DomainError.from_wire(json.loads(json.dumps(kind(detail, errors).to_wire())))
    assert type(there) is kind
    assert (there.code, there.detail, there.errors) == (kind.code, detail, tuple(errors))


def test_a_refusal_of_an_unknown_kind_is_a_conflict() -> None:
    wire = {"kind": "teapot", "code": "short_and_stout", "detail": "no", "errors": []}
    there = DomainError.from_wire(wire)
    assert (type(there), there.code) == (Conflict, "short_and_stout")
    assert Conflict.code == "conflict"


def test_too_many_says_on_both_sides_when_to_come_back() -> None:
    here = TooMany()
    here.retry_after_s = 17
    there = DomainError.from_wire(json.loads(json.dumps(here.to_wire())))
    assert isinstance(there, TooMany)
    assert there.retry_after_s == 17
    assert TooMany.retry_after_s == 60
