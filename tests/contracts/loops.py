"""Loops over work, found in the code: what a clock runs, and what that calls in turn."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from nameko.extensions import ENTRYPOINT_EXTENSIONS_ATTR

from chassis.scheduling.every import Schedule

FOLLOWED = (
    "services.",
    "tests.",
    "chassis.messaging.erasure",
    "chassis.maintenance.pruning",
    "chassis.maintenance.reencryption",
)
"""Modules of the functions that are looked into."""
PURE = {
    *("UUID", "str", "len", "int", "set", "sorted", "filter", "map", "fullmatch", "isoformat"),
    *("append", "add", "items", "keys", "values", "get", "is_newest"),
    *("debug", "info", "warning", "error"),
}
"""What a loop may call without doing any item's work."""
LOOPS = (ast.For, ast.While, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
APPLY = ("map", "filter")
ISOLATES = "for_each"


class BareLoop(NamedTuple):
    """A loop that does something to each item without isolating it."""

    function: str
    calls: str


def clocks_of(service: type) -> Iterator[str]:
    """The methods of a service that run on a clock."""
    for name in dir(service):
        extensions = getattr(getattr(service, name), ENTRYPOINT_EXTENSIONS_ATTR, ())
        if any(isinstance(each, Schedule) for each in extensions):
            yield name


def bare_loops(service: type, method: str) -> list[BareLoop]:
    """Those that a clock's method runs into, whoever wrote them."""
    return list(_bare_loops(service, getattr(service, method), set()))


def has_loops(service: type, method: str) -> bool:
    """Whether the method, or what it calls, goes through anything at all."""
    seen: set[str] = set()
    list(_bare_loops(service, getattr(service, method), seen))
    return any(
        isinstance(node, LOOPS) or _name_of(node) == ISOLATES
        for function in seen
        for node in ast.walk(_SOURCES[function])
    )


_SOURCES: dict[str, ast.AST] = {}


def _bare_loops(service: type, function: Callable[..., Any], seen: set[str]) -> Iterator[BareLoop]:
    function = inspect.unwrap(function)
    name = f"{function.__module__}.{function.__qualname__}"
    if name in seen:
        return
    seen.add(name)
    source = ast.parse(textwrap.dedent(inspect.getsource(function)))
    _SOURCES[name] = source
    [definition] = source.body
    assert isinstance(definition, ast.FunctionDef)
    for node in _run_in_the_round(definition.body):
        for call in _work_in(node):
            yield BareLoop(name, call)
        called = _called(service, function, node)
        if called is not None:
            yield from _bare_loops(service, called, seen)


def _run_in_the_round(nodes: list[Any]) -> Iterator[ast.AST]:
    """All but what is handed to ``for_each`` to be done, and functions that are only defined."""
    for node in nodes:
        if isinstance(node, FUNCTIONS):
            continue
        yield node
        inside = node.args[:1] if _name_of(node) == ISOLATES else ast.iter_child_nodes(node)
        yield from _run_in_the_round(list(inside))


def _work_in(node: ast.AST) -> Iterator[str]:
    """What a loop calls for each item."""
    if _name_of(node) in APPLY:
        assert isinstance(node, ast.Call)
        applied = _text_of(node.args[0])
        if applied not in {*PURE, "None", "_"}:
            yield applied
    if not isinstance(node, LOOPS):
        return
    if isinstance(node, ast.For):
        each: list[Any] = node.body
    elif isinstance(node, ast.While):
        each = [node.test, *node.body]
    elif isinstance(node, ast.DictComp):
        each = [node.key, node.value, *(test for part in node.generators for test in part.ifs)]
    else:
        each = [node.elt, *(test for part in node.generators for test in part.ifs)]
    for inner in _run_in_the_round(each):
        called = _name_of(inner)
        if called is not None and called not in {*PURE, ISOLATES}:
            yield called


def _name_of(node: ast.AST) -> str | None:
    return _text_of(node.func) if isinstance(node, ast.Call) else None


def _text_of(node: ast.AST) -> str:
    """``spam`` of ``spam`` and of ``eggs.spam``."""
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Name):
        return node.id
    return "None" if isinstance(node, ast.Constant) else "_"


def _called(service: type, function: Any, node: ast.AST) -> Callable[..., Any] | None:
    """A function of ours that is called here, but for those that only make a query."""
    if not isinstance(node, ast.Call):
        return None
    found: Any = None
    if isinstance(node.func, ast.Name):
        found = function.__globals__.get(node.func.id)
    elif isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
        owner = node.func.value.id
        found = getattr(
            service if owner == "self" else function.__globals__.get(owner), node.func.attr, None
        )
    if not inspect.isfunction(found) or not found.__module__.startswith(FOLLOWED):
        return None
    returns = str(found.__annotations__.get("return", ""))
    return None if "Select[" in returns else found
