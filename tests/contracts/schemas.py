"""Values against JSON schemas."""

from __future__ import annotations

from typing import Any

from jsonschema import FormatChecker  # type: ignore[import-untyped]
from jsonschema.validators import validator_for  # type: ignore[import-untyped]


def errors_of(schema: dict[str, Any], value: Any) -> list[str]:
    """What is wrong with ``value``, formats included, by the draft that the schema names."""
    validator = validator_for(schema)(schema, format_checker=FormatChecker())
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]
