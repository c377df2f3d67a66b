"""Schemas: the marshmallow schema of a dataclass, derived from its annotations.

A field's type gives its shape; its ``Annotated`` holds limits (marshmallow validators) and
descriptions (``Doc``)::

    headline: Annotated[str, Length(1, 120), Doc("What the card under the photo says.")]

A text with several spellings is normalised before its limits are checked::

    email: Annotated[str, Normalised(email_address), Length(max=254)]
"""

from __future__ import annotations

import dataclasses
import re
import types
import typing
from collections.abc import Callable
from datetime import UTC, date, datetime
from enum import Enum, StrEnum
from functools import cache
from typing import Any, TypeVar, cast
from uuid import UUID

from annotated_doc import Doc
from marshmallow import EXCLUDE, RAISE, Schema, ValidationError, fields, post_load, validate

from chassis.errors import FieldError, Invalid

LONGEST_VALUE_SHOWN = 60
A_MOMENT = "2026-12-01T09:00:00Z"
PLUS_READ_AS_BLANK = re.compile(r"T.* [0-9]{2}:?[0-9]{2}$")
WHOLE = re.compile(r"-?[0-9]+")
ENUM = "x-enum"
"""The key of the enum's name in a field's metadata, so that a description can share enums."""


class Reading(StrEnum):
    """How strictly input is read."""

    BODY = "body"
    """JSON from a client: exact types, unknown fields refused."""
    QUERY = "query"
    """Text from a query string: numbers and booleans as text, lists separated by commas, unknown
    fields refused."""
    FORM = "form"
    """Text from an HTML form: numbers and booleans as text, a missing boolean is an empty checkbox,
    unknown fields ignored."""
    WIRE = "wire"
    """From another service: exact types, unknown fields ignored, so that fields can be added."""


LENIENT = {Reading.WIRE, Reading.FORM}
"""Unknown fields are ignored."""
AS_TEXT = {Reading.QUERY, Reading.FORM}
"""Numbers and booleans come as text."""


@dataclasses.dataclass(frozen=True)
class Named:
    """The field's name for clients, where it is no Python identifier."""

    name: str


@dataclasses.dataclass(frozen=True)
class Normalised:
    """Normalises a text before its limits are checked.

    ``by`` returns the normal form, or raises marshmallow's ``ValidationError``. It must be
    idempotent: the gateway reads the value, then the service that the gateway calls.
    """

    by: Callable[[str], str]


class ShapeSchema(Schema):
    """A schema that loads into the dataclass it was derived from."""

    shape: type
    reading: Reading

    @post_load
    def _build(self, data: dict[str, Any], **_: Any) -> Any:
        return self.shape(**data)


class Text(fields.String):
    """A normalised string without NUL, which PostgreSQL can't store."""

    def __init__(self, normalised: tuple[Normalised, ...] = (), **options: Any) -> None:
        super().__init__(**options)
        self._normalised = normalised

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if "\x00" in text:
            raise ValidationError("Must not contain a NUL character.")
        for each in self._normalised:
            text = each.by(text)
        return text


class Moment(fields.AwareDateTime):
    """A time with its offset from UTC (RFC 3339), converted to UTC."""

    default_error_messages = {  # noqa: RUF012  # as marshmallow declares it
        "invalid": f"Not a time, such as {A_MOMENT}.",
        "invalid_awareness": f"Needs an offset, such as {A_MOMENT}.",
        "blank": "Has a blank before its offset: in a query, write + as %2B.",
    }

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        if isinstance(value, str) and PLUS_READ_AS_BLANK.search(value):
            raise self.make_error("blank")
        moment = super()._deserialize(value, attr, data, **kwargs)
        try:
            return moment.astimezone(UTC)
        except OverflowError:
            raise self.make_error("invalid", input=value, obj_type="datetime") from None


class TrueOrFalse(fields.Boolean):
    """``true`` or ``false``, no other spelling."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class Whole(fields.Integer):
    """A whole number; as text, in ASCII digits only."""

    def _validated(self, value: Any) -> int:
        if isinstance(value, str) and not WHOLE.fullmatch(value):
            raise self.make_error("invalid", input=value)
        return super()._validated(value)


class Divided(fields.List[Any]):
    """A list in one text, separated by commas; blank text is an empty list."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        values = [each.strip() for each in value.split(",")] if value.strip() else []
        return super()._deserialize(values, attr, data, **kwargs)


def schema_of(shape: type, reading: Reading = Reading.BODY) -> ShapeSchema:
    """The cached schema of a dataclass, for one way of reading."""
    return _schema_of(shape, reading)


T = TypeVar("T")


def load(shape: type[T], value: Any, reading: Reading = Reading.BODY) -> T:
    """``value`` as ``shape``; raises ``Invalid`` with every field that is wrong.

    The refusal shows the value of each field, except fields without ``repr``: they are secret.
    """
    try:
        return cast(T, schema_of(shape, reading).load(value))
    except ValidationError as error:
        secret = {each.name for each in dataclasses.fields(cast(Any, shape)) if not each.repr}
        errors = field_errors(error.messages, value)
        raise Invalid(
            errors=[
                dataclasses.replace(each, value=None) if each.field in secret else each
                for each in errors
            ]
        ) from None


def field_errors(messages: Any, value: Any, path: tuple[str, ...] = ()) -> list[FieldError]:
    """marshmallow's nested messages as a flat list, each with the value sent."""
    if isinstance(messages, dict):
        found = []
        for key, nested in messages.items():
            here = path if key == "_schema" else (*path, str(key))
            found += field_errors(nested, _within(value, key), here)
        return found
    return [FieldError(".".join(path), " ".join(map(str, messages)), _shown(value))]


def _within(value: Any, key: Any) -> Any:
    if isinstance(value, str):  # a list separated by commas
        return value
    try:
        return value if key == "_schema" else value[key]
    except (KeyError, IndexError, TypeError):
        return None


def _shown(value: Any) -> str | None:
    if value is None or isinstance(value, dict | list):
        return None
    return str(value)[:LONGEST_VALUE_SHOWN]


@cache
def _schema_of(shape: Any, reading: Reading) -> ShapeSchema:
    return _schema_class(shape, reading)()


@cache
def _schema_class(shape: Any, reading: Reading) -> type[ShapeSchema]:
    kind: Any = typing.get_origin(shape) or shape
    hints = typing.get_type_hints(kind, include_extras=True)
    given = dict(zip(getattr(kind, "__parameters__", ()), typing.get_args(shape), strict=True))
    members: dict[str, Any] = {
        field.name: field_for(_filled_in(hints[field.name], given), reading, **_presence(field))
        for field in dataclasses.fields(kind)
    }
    members["Meta"] = type(
        "Meta", (), {"unknown": EXCLUDE if reading in LENIENT else RAISE, "register": False}
    )
    members |= {"shape": kind, "reading": reading}
    members["__doc__"] = kind.__doc__
    return type(kind.__name__, (ShapeSchema,), members)


def _filled_in(hint: Any, given: dict[Any, Any]) -> Any:
    """The hint of a generic dataclass's field, with the types that the dataclass was given."""
    if hint in given:
        return given[hint]
    parameters = getattr(hint, "__parameters__", ())
    return hint[tuple(given[each] for each in parameters)] if parameters else hint


def _presence(field: dataclasses.Field[Any]) -> dict[str, Any]:
    if field.default is not dataclasses.MISSING:
        return {"load_default": field.default}
    if field.default_factory is not dataclasses.MISSING:
        return {"load_default": field.default_factory}
    return {"required": True}


def field_for(hint: Any, reading: Reading, **options: Any) -> fields.Field[Any]:
    """The marshmallow field of a type annotation."""
    hint, extras = _unwrapped(hint)
    hint, optional = _without_none(hint)
    if optional:
        hint, more = _unwrapped(hint)
        extras += more
        options["allow_none"] = True
    validators = [extra for extra in extras if isinstance(extra, validate.Validator)]
    if validators:
        options["validate"] = validators
    for extra in extras:
        if isinstance(extra, Doc):
            options["metadata"] = {"description": extra.documentation}
        elif isinstance(extra, Named) and reading is not Reading.WIRE:
            options["data_key"] = extra.name
        elif isinstance(extra, Normalised):
            options["normalised"] = (*options.get("normalised", ()), extra)
    origin = typing.get_origin(hint) or hint
    arguments = typing.get_args(hint)
    if origin in (list, tuple):
        kind = Divided if reading is Reading.QUERY else fields.List
        return kind(field_for(arguments[0], reading), **options)
    if origin is dict:
        return fields.Dict(keys=fields.String(), **options)
    if origin is typing.Literal:
        options["validate"] = [*validators, validate.OneOf(arguments)]
        return Text(**options)
    if dataclasses.is_dataclass(origin):
        return fields.Nested(_schema_class(cast(Any, hint), reading), **options)
    if isinstance(hint, type) and issubclass(hint, Enum):
        options["metadata"] = {**options.get("metadata", {}), ENUM: hint.__name__}
        return fields.Enum(hint, by_value=Text(), **options)
    return _plain(hint, reading, options)


def _plain(hint: Any, reading: Reading, options: dict[str, Any]) -> fields.Field[Any]:
    exact = reading not in AS_TEXT
    if hint is bool and reading is Reading.FORM and not options.get("allow_none"):
        options = {**options, "required": False, "load_default": False}
    if hint is int:
        return Whole(strict=exact, **options)
    if hint is bool:
        return TrueOrFalse(**options) if exact else fields.Boolean(**options)
    simple: dict[Any, type[fields.Field[Any]]] = {
        str: Text,
        float: fields.Float,
        UUID: fields.UUID,
        datetime: Moment,
        date: fields.Date,
        Any: fields.Raw,
    }
    return simple[hint](**options)


def _unwrapped(hint: Any) -> tuple[Any, list[Any]]:
    if typing.get_origin(hint) is not typing.Annotated:
        return hint, []
    inner, *extras = typing.get_args(hint)
    return inner, extras


def _without_none(hint: Any) -> tuple[Any, bool]:
    if typing.get_origin(hint) not in (typing.Union, types.UnionType):
        return hint, False
    rest = [argument for argument in typing.get_args(hint) if argument is not type(None)]
    return rest[0], len(rest) < len(typing.get_args(hint))
