"""JSON encoding and decoding; dataclasses, UUIDs and aware times (RFC 3339, ``Z``) included."""

from typing import Any

import orjson

JSON = "application/json"


def dumps(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_UTC_Z)


def loads(text: bytes | str) -> Any:
    """Raises ``ValueError`` where ``text`` is not JSON."""
    return orjson.loads(text)
