"""Texts of the code that users see: sentences of refusals, and what is wrong with a field.

They are read from the source, so that a text is found wherever it is written. A value that a text
gets at run time is replaced by ``42``, an id by ``AN_ID``, the name of a class by ``CLASS_NAME``.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import chassis
import contracts
import gateway
import services
from chassis.errors import DomainError

ROOT = Path(services.__file__).parents[1]
PACKAGES = (chassis, contracts, gateway, services)
NOT_IMPORTED = ("migrations", "alembic")
AN_ID = "0190a0b1-7c2d-7e3f-8a4b-5c6d7e8f9a0b"
CLASS_NAME = "ClassName"
AS_ID = re.compile(r"(^|[._])ids?\b")
AS_CLASS = re.compile(r"__(qual)?name__")

FIELD_TEXTS: dict[str, int | str] = {
    "FieldError": 1,
    "ValidationError": 0,
    "Regexp": "error",
    "Length": "error",
    "URL": "error",
    "OneOf": "error",
    "cursors.decode": "detail",
    "AddressRefused": 0,
    "Refused": 0,
    "_bad": 0,
    "_wrong": 0,
}
"""What is wrong with a field: as which argument of which call it is written."""
NOT_FOR_USERS = (
    "chassis/settings.py",
    "contracts/helplines.py",
    "chassis/fetch/dialer.py",
    "chassis/fetch/fetch.py",
    "pictures/colours.py",
    "external_calendars/parser.py",
    "external_calendars/unfolding.py",
    "external_calendars/reader.py",
    "external_calendars/sealed_addresses.py",
    "external_calendars/subprocess_parser.py",
)
"""Operators read these, or the owner of an external calendar in its state: no answer of 4xx."""
OF_PARTS = {
    "Must be 42, without 42.",
    "Not a valid email address: 42.",
    "It has 42 42, the limit is 42. 42",
    "It 42.",
}
"""Frames of a sentence whose other part is a text of its own."""


def refusals() -> dict[str, type[DomainError]]:
    """Every refusal of the four packages, by its code."""
    for package in PACKAGES:
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not any(part in module.name.split(".") for part in NOT_IMPORTED):
                importlib.import_module(module.name)
    ours = tuple(f"{package.__name__}." for package in PACKAGES)
    return {
        code: each for code, each in DomainError.by_code.items() if each.__module__.startswith(ours)
    }


def refusal_texts() -> Iterator[tuple[str, str]]:
    """Where it is written, and what a refusal says: by its class, or by who raises it."""
    found = refusals()
    for each in found.values():
        yield f"{each.__module__}.{each.__qualname__}", each.sentence()
    names = {each.__name__: 0 for each in found.values()}
    for where, module in _modules():
        yield from ((where, _whole(where, text)) for text in _texts_in(module, names))


def field_texts() -> Iterator[tuple[str, str]]:
    """Where it is written, and what it says of a field."""
    for where, module in _modules():
        if not where.endswith(NOT_FOR_USERS):
            yield from ((where, text) for text in _texts_in(module, FIELD_TEXTS))


def whole_field_texts() -> Iterator[tuple[str, str]]:
    """The same; those that are a part of a sentence stand within it."""
    for where, text in field_texts():
        if text not in OF_PARTS:
            yield where, _whole(where, text)


def _whole(where: str, text: str) -> str:
    """What is wrong with an address is said within a sentence."""
    if text[0].isupper():
        return text
    if where == "contracts/inputs/addresses.py":
        return f"Not a valid email address: {text}."
    is_address = where.startswith(("chassis/fetch/", "services/booking/external_calendars/"))
    return f"It {text}." if is_address else text


@cache
def _modules() -> list[tuple[str, ast.Module]]:
    paths = [path for package in PACKAGES for path in _paths_of(package.__path__[0])]
    return [(str(path.relative_to(ROOT)), ast.parse(path.read_text())) for path in paths]


def _paths_of(package: str) -> list[Path]:
    found = sorted(Path(package).rglob("*.py"))
    return [path for path in found if not any(part in path.parts for part in NOT_IMPORTED)]


@cache
def _constants() -> dict[str, ast.expr]:
    """What a name stands for that a module assigns, in whichever module."""
    return {
        ast.unparse(each.targets[0]): each.value
        for _, module in _modules()
        for each in module.body
        if isinstance(each, ast.Assign)
    }


def _texts_in(module: ast.Module, calls: Mapping[str, int | str]) -> Iterator[str]:
    nodes = list(ast.walk(module))
    named = _constants() | {
        ast.unparse(each.targets[0]): each.value for each in nodes if isinstance(each, ast.Assign)
    }
    for each in nodes:
        if isinstance(each, ast.FunctionDef):
            given = zip(each.args.kwonlyargs, each.args.kw_defaults, strict=True)
            named |= {argument.arg: default for argument, default in given if default is not None}
    for call in nodes:
        if not isinstance(call, ast.Call) or ast.unparse(call.func) not in calls:
            continue
        place = calls[ast.unparse(call.func)]
        said: list[ast.expr] = [each.value for each in call.keywords if each.arg == place]
        if isinstance(place, int):
            said = call.args[place : place + 1]
        for text in said:
            yield from _text_of(named.get(ast.unparse(text), text))


def _text_of(written: ast.expr) -> Iterator[str]:
    if isinstance(written, ast.Constant) and isinstance(written.value, str):
        yield written.value
    elif isinstance(written, ast.JoinedStr):
        yield "".join(_part(each) for each in written.values)


def _part(part: ast.expr) -> str:
    if isinstance(part, ast.Constant):
        return str(part.value)
    assert isinstance(part, ast.FormattedValue)
    value = ast.unparse(part.value)
    if AS_CLASS.search(value):
        return CLASS_NAME
    return AN_ID if AS_ID.search(value) else "42"
