"""JSON encoding and decoding; dataclasses, UUIDs and aware times (RFC 3339, ``Z``) included."""

from functools import cached_property
from typing import Any

import orjson

JSON = "application/json"


class Encoded:
    """A value that came as JSON: decoded where it is looked at, and passed on as it came."""

    def __init__(self, body: bytes) -> None:
        self.body = body

    @cached_property
    def value(self) -> Any:
        """Raises ``ValueError`` where the bytes are not JSON."""
        return loads(self.body)


def dumps(value: Any) -> bytes:
    return orjson.dumps(value, default=_as_it_came, option=orjson.OPT_UTC_Z)


def _as_it_came(value: Any) -> orjson.Fragment:
    if isinstance(value, Encoded):
        return orjson.Fragment(value.body)
    raise TypeError


def loads(text: bytes | str) -> Any:
    """Raises ``ValueError`` where ``text`` is not JSON."""
    return orjson.loads(text)
