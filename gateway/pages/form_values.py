"""Reads HTML forms by the schema of a contract: nested fields have dotted names.

``hours.0.starts`` is a field of the first item of a list. A blank field is a missing one, or null
where null is allowed; a blank item of a list is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from marshmallow import Schema, fields

from chassis.schemas import Reading, schema_of

MOST_ROWS = 500
LONGEST_NUMBER = 4
"""Digits of a row's number."""
SECRETS = frozenset({"password", "new_password", "current", "new", "code", "token", "secret"})
"""Values that are never sent back to the browser."""
MISSING = object()

Given = Mapping[str, list[str]]
Values = dict[str, Any]


def values_of(shape: type, given: Given) -> Values:
    """The fields of a form as the nested values that the shape's schema takes."""
    return _object(schema_of(shape, Reading.FORM), given, "")


def rows_of(shape: type, given: Given) -> Values:
    """The same with blank items of lists: they keep their numbers while rows come and go."""
    return _object(schema_of(shape, Reading.FORM), given, "", blank_rows=True)


def shown(values: Any) -> Any:
    """The same values without secrets."""
    if isinstance(values, dict):
        return {name: shown(each) for name, each in values.items() if name not in SECRETS}
    return values


def _object(schema: Schema, given: Given, prefix: str, blank_rows: bool = False) -> Values:
    found: Values = {}
    for name, field in schema.fields.items():
        key = field.data_key or name
        value = _value(field, given, f"{prefix}{key}", blank_rows)
        if value is not MISSING:
            found[key] = value
    return found


def _value(field: fields.Field[Any], given: Given, name: str, blank_rows: bool) -> Any:
    if isinstance(field, fields.List):
        return _list(field, given, name, blank_rows)
    if isinstance(field, fields.Nested):
        nested = _object(field.schema, given, f"{name}.", blank_rows)
        return nested or (None if field.allow_none and _mentions(given, f"{name}.") else MISSING)
    return _text(field, given.get(name))


def _text(field: fields.Field[Any], values: list[str] | None) -> Any:
    if not values:
        return MISSING
    value = values[-1].replace("\r\n", "\n")
    if value.strip():
        return value
    return None if field.allow_none else MISSING


def _list(field: fields.List[Any], given: Given, name: str, blank_rows: bool) -> Any:
    inner = field.inner
    if isinstance(inner, fields.Nested):
        schema = inner.schema
        numbers = _rows(given, f"{name}.")
        rows = [_object(schema, given, f"{name}.{each}.", blank_rows) for each in numbers]
        found = [
            row for row in rows if blank_rows or any(each is not None for each in row.values())
        ]
        return found if found or name in given else MISSING
    values = given.get(name)
    return MISSING if values is None else [each for each in values if each.strip()]


def _rows(given: Given, prefix: str) -> list[int]:
    numbers = {
        int(rest)
        for rest in (key[len(prefix) :].split(".")[0] for key in given if key.startswith(prefix))
        if _is_number(rest)
    }
    return sorted(numbers)[:MOST_ROWS]


def _mentions(given: Given, prefix: str) -> bool:
    return any(key.startswith(prefix) for key in given)


def fields_of(values: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """The fields of a form that has these values: names and texts, as ``values_of`` reads them."""
    if isinstance(values, dict):
        for key, each in values.items():
            yield from fields_of(each, f"{name}.{key}" if name else key)
    elif isinstance(values, list) and values and isinstance(values[0], dict):
        yield from fields_of({str(number): each for number, each in enumerate(values)}, name)
    elif isinstance(values, list):
        yield from ((name, str(each)) for each in values or [""])
    elif values is not None and values is not False:
        yield name, "true" if values is True else str(values)


def with_row(shape: type, values: Values, name: str) -> Values:
    """The values with an empty row more in the list of this name."""
    rows = values.get(name) or []
    if name not in _lists_of_rows(shape) or len(rows) >= MOST_ROWS:
        return values
    return {**values, name: [*rows, {}]}


def without_row(shape: type, values: Values, path: str) -> Values:
    """The values without the row at this path, such as ``hours.2``."""
    name, _, number = path.partition(".")
    if name not in _lists_of_rows(shape) or not _is_number(number):
        return values
    rows = values.get(name) or []
    return {**values, name: rows[: int(number)] + rows[int(number) + 1 :]}


def _lists_of_rows(shape: type) -> set[str]:
    return {
        field.data_key or name
        for name, field in schema_of(shape, Reading.FORM).fields.items()
        if isinstance(field, fields.List) and isinstance(field.inner, fields.Nested)
    }


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER
