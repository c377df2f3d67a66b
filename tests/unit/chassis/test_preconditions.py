"""The version of a resource that a write names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import pytest

from chassis import json
from chassis.context import CallContext, entered
from chassis.errors import DomainError
from chassis.preconditions import Stale, etag_of, require_current


@dataclass(frozen=True)
class Door:
    """``warm`` follows from the weather."""

    derived: ClassVar[frozenset[str]] = frozenset({"warm"})

    colour: str
    warm: bool


def etag(door: Door) -> str:
    wire: dict[str, Any] = json.loads(json.dumps(door))
    return etag_of(Door, wire)


RED = Door("red", warm=False)
WARM = Door("red", warm=True)
BLUE = Door("blue", warm=False)


def test_any_change_makes_another_etag() -> None:
    assert len({etag(RED), etag(WARM), etag(BLUE)}) == 3
    assert etag(RED) == etag(Door("red", warm=False))


@pytest.mark.parametrize(
    "wanted",
    [None, "*", " * ", etag(RED), f" {etag(RED)} ", f'"x", {etag(RED)}', f'{etag(RED)},"x"'],
)
def test_the_present_version_is_current(wanted: str | None) -> None:
    with entered(CallContext(if_match=wanted)):
        require_current(RED)


def test_a_derived_fact_that_changed_makes_nothing_stale() -> None:
    with entered(CallContext(if_match=etag(RED))):
        require_current(WARM)


@pytest.mark.parametrize(
    "wanted",
    ["", "x", '"', '"x"', etag(BLUE), f"W/{etag(RED)}", etag(RED)[1:], f"{etag(RED)} x", '"*"'],
)
def test_anything_else_is_stale_and_says_what_is_present(wanted: str) -> None:
    with entered(CallContext(if_match=wanted)), pytest.raises(Stale) as refusal:
        require_current(RED)
    assert refusal.value.etag == etag(RED)


@pytest.mark.parametrize("wanted", ["*", etag(RED)])
def test_where_nothing_is_no_version_is_present(wanted: str) -> None:
    with entered(CallContext(if_match=wanted)), pytest.raises(Stale) as refusal:
        require_current(None)
    assert refusal.value.etag is None


def test_what_is_wanted_travels_with_the_call_and_the_refusal_back() -> None:
    call = CallContext(if_match=etag(RED))
    assert CallContext.from_headers(call.to_headers()).if_match == etag(RED)
    stale = Stale()
    stale.etag = etag(BLUE)
    arrived = DomainError.from_wire(json.loads(json.dumps(stale.to_wire())))
    assert isinstance(arrived, Stale)
    assert arrived.etag == etag(BLUE)
