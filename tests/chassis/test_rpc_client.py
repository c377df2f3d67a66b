"""Typed RPC clients: a declared method becomes a call, its result stays undecoded until loaded."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from marshmallow import ValidationError

from chassis import json
from chassis.pagination import Page
from chassis.rpc.client import RpcClient, Wire


class Desk(RpcClient):
    service = "desk"

    def add(self, *, a: int, b: int = 10) -> Wire[int]: ...

    def note(self, *, word: str) -> None: ...

    def list_ids(self) -> Wire[Page[UUID]]: ...


class Recorded:
    """Requests that were made, all answered with the same."""

    def __init__(self, result: Any = None) -> None:
        self.result = result
        self.requests: list[Any] = []

    def request(self, service: str, method: str, arguments: dict[str, Any]) -> Any:
        self.requests.append((service, method, arguments))
        return self.result


def test_a_call_is_sent_under_the_declared_names_without_the_defaults() -> None:
    recorded = Recorded(13)
    desk = Desk(recorded)
    assert desk.add(a=3).load() == 13
    desk.note(word="hello")
    assert recorded.requests == [("desk", "add", {"a": 3}), ("desk", "note", {"word": "hello"})]


@pytest.mark.parametrize("value", ["13", None])
def test_a_result_of_another_type_is_not_loaded(value: Any) -> None:
    with pytest.raises(ValidationError):
        Desk(Recorded(value)).add(a=3).load()


def test_a_result_that_came_encoded_is_passed_on_as_it_came_or_decoded() -> None:
    came = b'{"items": [],  "next":null, "new": 1}'
    result = Desk(Recorded(json.Encoded(came))).list_ids()
    assert json.dumps({"page": result.result}) == b'{"page":' + came + b"}"
    assert result.value == {"items": [], "next": None, "new": 1}
    assert result.value is result.value
    assert result.load() == Page(items=[], next=None)


def test_a_method_that_is_not_declared_can_not_be_called() -> None:
    with pytest.raises(AttributeError):
        Desk(Recorded()).subtract  # type: ignore[attr-defined]  # noqa: B018


def test_a_method_must_declare_an_undecoded_result_or_none() -> None:
    with pytest.raises(TypeError, match=r"Bad\.who must be declared to return Wire or None"):

        class Bad(RpcClient):
            def who(self) -> str: ...


def test_a_generic_page_is_loaded_with_its_items() -> None:
    id = UUID(int=7)
    page = Page(items=[id], next="more")
    wire = json.loads(json.dumps(page))
    assert Desk(Recorded(wire)).list_ids().load() == page
