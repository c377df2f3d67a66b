"""A service's parts do not hide one another's names, and declare just what they use."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any

import pytest
from nameko.extensions import is_dependency

from chassis.rpc.server import rpc
from firststep.platform import SERVICES


def parts_of(service: type) -> list[type]:
    return [each for each in service.__mro__[1:] if each is not object]


def defined_in(part: type) -> dict[str, Any]:
    return {name: value for name, value in vars(part).items() if not name.startswith("__")}


def hidden_names(service: type) -> Iterator[str]:
    """Names that stand for one thing in one part and for another in another part."""
    known: dict[str, tuple[type, Any]] = {}
    for part in parts_of(service):
        for name, value in defined_in(part).items():
            other, shown = known.setdefault(name, (part, value))
            if shown is not value:
                yield f"{name} of {part.__qualname__} is hidden by {other.__qualname__}"


@pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)
def test_two_parts_of_a_service_never_use_one_name_for_two_things(service: type) -> None:
    assert list(hidden_names(service)) == []


@pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)
def test_a_part_declares_the_dependencies_that_it_uses_and_no_others(service: type) -> None:
    declared = [
        (part, name)
        for part in parts_of(service)
        for name, value in defined_in(part).items()
        if is_dependency(value)
    ]
    unused = [
        f"{part.__qualname__}.{name}"
        for part, name in declared
        if not re.search(rf"\bself\.{name}\b", inspect.getsource(part))
    ]
    assert unused == []


@pytest.mark.parametrize("name", ["say_outcome", "_close", "notes"])
def test_a_name_used_twice_is_found(name: str) -> None:
    """A public method, a private one and an attribute."""

    class Outcomes:
        @rpc
        def say_outcome(self) -> None: ...

        def _close(self) -> None: ...

        notes = "sealed"

    def again(self: Any) -> None: ...

    other = type("Other", (), {name: again})
    service = type("Service", (other, Outcomes), {"name": "service"})
    [found] = hidden_names(service)
    assert found.startswith(f"{name} of ")
    assert found.endswith(".Outcomes is hidden by Other")
