"""A call that shows a secret is answered by a service that can seal: the answer is kept with it."""

from __future__ import annotations

import dataclasses
import inspect
import re
import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from nameko.rpc import Rpc

from chassis.sealed_values import SealedValues
from chassis.settings import BadSettings
from firststep.platform import SERVICES

SECRET = re.compile(r"password|secret|token|code|note$", re.IGNORECASE)
"""What an argument that is a secret itself might be called: it would get into a fingerprint."""


def secrets_of(hint: Any, seen: frozenset[Any] = frozenset()) -> Iterator[str]:
    """The fields declared with ``field(repr=False)`` in whatever this type is made of."""
    if isinstance(hint, type) and dataclasses.is_dataclass(hint) and hint not in seen:
        hints = typing.get_type_hints(hint)
        for each in dataclasses.fields(hint):
            if not each.repr:
                yield f"{hint.__name__}.{each.name}"
            yield from secrets_of(hints[each.name], seen | {hint})
    for inner in typing.get_args(hint):
        if not isinstance(inner, types.GenericAlias) or inner is not hint:
            yield from secrets_of(inner, seen)


def methods_of(service: Any) -> dict[str, Any]:
    return {
        name: inspect.unwrap(method)
        for name, method in inspect.getmembers(service, callable)
        if any(isinstance(each, Rpc) for each in getattr(method, "nameko_entrypoints", ()))
    }


def arguments_of(method: Any) -> dict[str, Any]:
    hints = typing.get_type_hints(method)
    return {name: hint for name, hint in hints.items() if name != "return"}


def methods_with_secrets(service: Any) -> set[str]:
    return {
        name
        for name, method in methods_of(service).items()
        for hint in typing.get_type_hints(method).values()
        if any(secrets_of(hint))
    }


def needs_seal_keys(service: Any) -> bool:
    """Whether it refuses to start without them."""
    container = types.SimpleNamespace(config={"SEAL_KEYS": ""}, service_name=service.name)
    for name in dir(service):
        provider = getattr(service, name)
        if isinstance(provider, SealedValues):
            bound = object.__new__(type(provider))
            bound.container = container
            try:
                bound.setup()
            except BadSettings as error:
                if "FIRSTSTEP_SEAL_KEYS is missing" in str(error):
                    return True
    return False


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_that_is_shown_secrets_does_not_start_without_keys_to_seal_with(
    name: str,
) -> None:
    assert methods_of(SERVICES[name])
    if methods_with_secrets(SERVICES[name]):
        assert needs_seal_keys(SERVICES[name])


@pytest.mark.parametrize("name", SERVICES)
def test_no_secret_is_an_argument_by_itself(name: str) -> None:
    for called, method in methods_of(SERVICES[name]).items():
        if called.startswith("get_"):
            continue  # it writes nothing, so no fingerprint is kept
        for argument, hint in arguments_of(method).items():
            assert not (SECRET.search(argument) and not any(secrets_of(hint))), (
                f"{method.__qualname__}({argument}): declare it in a dataclass, with "
                "field(repr=False), or its fingerprint gives it away"
            )


def test_the_services_that_are_shown_secrets_are_found() -> None:
    assert "sign_up" in methods_with_secrets(SERVICES["profiles"])
    assert "book_consultation" in methods_with_secrets(SERVICES["booking"])
    assert needs_seal_keys(SERVICES["profiles"])
    assert needs_seal_keys(SERVICES["booking"])
    assert not needs_seal_keys(SERVICES["content"])


def test_a_secret_is_found_at_any_depth() -> None:
    @dataclass
    class Inner:
        word: str = field(repr=False)

    @dataclass
    class Outer:
        inner: list[Inner | None]

    Inner.__module__ = Outer.__module__ = __name__
    globals().update(Inner=Inner, Outer=Outer)
    assert list(secrets_of(dict[str, Outer])) == ["Inner.word"]
