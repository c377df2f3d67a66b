"""State of a form on a page: its values, what is wrong with them, and limits of its fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from marshmallow import Schema, fields, validate

from chassis.errors import DomainError
from chassis.schemas import Reading, schema_of


@dataclass(frozen=True)
class Form:
    """One form as a template sees it.

    ``name``: the handler's. ``action``: the path it is sent to. ``values``: what was sent, nested;
    empty where the form is shown for the first time. ``errors``: a sentence for each field, by its
    dotted name. ``problem``: a sentence about the whole. ``sent``: whether it comes back with
    values of the visitor's. ``carried``: another form, which goes on once its sender has signed in.
    ``version``: the ETag of what the sent values were made from; empty where the form begins anew.
    """

    name: str
    action: str
    shape: type | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""
    refusal: DomainError | None = None
    sent: bool = False
    uploads: bool = False
    carried: str = ""
    version: str = ""

    def filled(self, values: Mapping[str, Any]) -> Form:
        """The form with these values where it is shown for the first time."""
        return self if self.sent else self.showing(values)

    def showing(self, values: Mapping[str, Any]) -> Form:
        """The form with these values and no problems."""
        return Form(
            self.name,
            self.action,
            self.shape,
            values,
            sent=True,
            uploads=self.uploads,
            carried=self.carried,
        )

    def value(self, name: str, otherwise: Any = "") -> Any:
        """The value at a dotted name: what was sent, or else ``otherwise``."""
        if not self.sent:
            return otherwise
        found: Any = self.values
        for each in name.split("."):
            found = _within(found, each)
        return "" if found is None else found

    def rows(self, name: str, otherwise: list[Any]) -> list[Any]:
        """The items of a list: as they were sent, or else ``otherwise``."""
        return (self.value(name) or []) if self.sent else otherwise

    def error(self, name: str) -> str:
        return self.errors.get(name, "")

    def limit(self, name: str) -> int | None:
        """The most characters that the field takes."""
        for each in getattr(self._field(name), "validators", ()):
            if isinstance(each, validate.Length) and each.max is not None:
                return each.max
        return None

    def id_of(self, name: str) -> str:
        """The id of a field's element; unique on a page with several forms."""
        return f"{self.name}-{name.replace('.', '-')}"

    def key(self) -> str:
        """A new idempotency key, so that sending the form twice acts once."""
        return uuid4().hex

    def _field(self, name: str) -> fields.Field[Any] | None:
        if self.shape is None:
            return None
        schema: Schema = schema_of(self.shape, Reading.FORM)
        found: fields.Field[Any] | None = None
        for each in name.split("."):
            if each.isdigit():
                continue
            found = next(
                (one for key, one in schema.fields.items() if (one.data_key or key) == each), None
            )
            inner = found.inner if isinstance(found, fields.List) else found
            if isinstance(inner, fields.Nested):
                schema = inner.schema
        return found


def _within(value: Any, name: str) -> Any:
    if isinstance(value, Mapping):
        return value.get(name)
    if isinstance(value, list) and name.isdigit() and int(name) < len(value):
        return value[int(name)]
    return None
