"""Evaluates calls of the templates that have constant arguments, once, when a template is compiled.

A page has some hundred of them: texts, paths of links, icons. Called anew for each page they are a
third of the time that it takes to render one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from jinja2 import Environment, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

CONSTANTS = "firststep_constants"
"""The name under which an environment has its functions that always return the same."""


def evaluate_constants(
    environment: Environment, functions: Mapping[str, Callable[..., Any]]
) -> None:
    """Let this environment call these functions, by their names in templates, at compile time
    where all arguments are constants. Each must return the same string for the same arguments."""
    environment.extend(**{CONSTANTS: functions})
    environment.code_generator_class = _Generator


class _Generator(CodeGenerator):
    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:  # noqa: N802
        functions = getattr(self.environment, CONSTANTS)
        super().visit_Template(_Evaluation(functions).visit(node), frame)


class _Evaluation(NodeTransformer):
    def __init__(self, functions: Mapping[str, Callable[..., Any]]) -> None:
        self._functions = functions

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802
        call = self.generic_visit(node)
        name = getattr(node.node, "name", "")
        if name not in self._functions or not _has_constants_alone(node):
            return call
        found = self._functions[name](*(each.as_const() for each in node.args))
        constant = nodes.Const(str(found), lineno=node.lineno)
        if not isinstance(found, Markup):
            return constant
        return nodes.MarkSafe(constant, lineno=node.lineno)


def _has_constants_alone(call: nodes.Call) -> bool:
    others = (*call.kwargs, call.dyn_args, call.dyn_kwargs)
    return not any(others) and all(isinstance(each, nodes.Const) for each in call.args)
