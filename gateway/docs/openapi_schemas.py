"""Schemas for client generators: named enums, and answers with all fields required."""

from __future__ import annotations

import typing
from typing import Any

from chassis import json
from chassis.schemas import ENUM
from contracts.booking.availability import Weekday
from contracts.booking.consultations import GivenReason
from contracts.vocabulary import ACCESSIBILITY, APPROACHES, TOPICS

CONTACT = {
    "name": "Firststep",
    "url": "https://firststep.example",
    "email": "platform@firststep.example",
}
LITERALS = {
    typing.get_args(Weekday): "Weekday",
    typing.get_args(GivenReason): "GivenReason",
    tuple(TOPICS): "Topic",
    tuple(APPROACHES): "Approach",
    tuple(ACCESSIBILITY): "Accessibility",
    (15, 30, 60): "GridMinutes",
}
"""Enums without a class."""
BESIDE = ("description", "default")
"""Keys of a field that uses an enum, kept beside the reference to it."""


def say_what_may_be_left_out(document: dict[str, Any]) -> None:
    """Require each field of an answer, and say the defaults of requests, which are named so.

    In words: generators take a field with a ``default`` for one that is always sent. Answers have
    none; theirs are for readers of older answers.
    """
    for name, schema in document["components"]["schemas"].items():
        fields = schema.get("properties", {})
        if fields and not name.endswith("Request"):
            schema["required"] = list(fields)
        for field in fields.values():
            default = field.pop("default", None)
            if default is not None and name.endswith("Request"):
                _say_default(field, default)


def _say_default(field: dict[str, Any], default: Any) -> None:
    said = f"Left out: `{json.dumps(default).decode()}`."
    field["description"] = f"{field['description']} {said}" if "description" in field else said
    if isinstance(default, int):
        field["examples"] = [default]


def with_named_enums(document: dict[str, Any]) -> dict[str, Any]:
    """The document with each enum in one place among the components, and referred to.

    Raises ``ValueError`` where two enums have one name.
    """
    enums: dict[str, list[Any]] = {}
    named: dict[str, Any] = _named(document, enums)
    schemas = named["components"]["schemas"]
    for name, values in sorted(enums.items()):
        if name in schemas:
            raise ValueError(f"an enum and a shape are both called {name}")
        kind = "integer" if isinstance(values[0], int) else "string"
        schemas[name] = {"type": kind, "enum": values}
    return named


def _named(value: Any, enums: dict[str, list[Any]]) -> Any:
    if isinstance(value, list):
        return [_named(each, enums) for each in value]
    if not isinstance(value, dict):
        return value
    name = _enum_name(value)
    if name is None:
        return {key: _named(each, enums) for key, each in value.items()}
    values = [each for each in value["enum"] if each is not None]
    if enums.setdefault(name, values) != values:
        raise ValueError(f"two enums are called {name}")
    reference: dict[str, Any] = {"$ref": f"#/components/schemas/{name}"}
    if None in value["enum"]:
        reference = {"anyOf": [reference, {"type": "null"}]}
    return reference | {key: value[key] for key in BESIDE if key in value}


def _enum_name(schema: dict[str, Any]) -> str | None:
    found = schema.get("enum")
    if not isinstance(found, list):
        return None
    values = tuple(each for each in found if each is not None)
    name = schema.get(ENUM) or LITERALS.get(values)
    return None if name is None else str(name)
