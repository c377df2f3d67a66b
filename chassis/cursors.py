"""Cursors: opaque positions in a list, as URL-safe text.

    following = cursors.encode(row.id.bytes)
    after = cursors.decode(query.cursor, lambda position: UUID(bytes=position))

Each list packs its own position into bytes. The text is base64url without padding (RFC 4648,
section 5).
"""

from __future__ import annotations

import base64
import struct
from collections.abc import Callable
from typing import TypeVar

from chassis.errors import FieldError, Invalid

P = TypeVar("P")
LONGEST_SHOWN = 64


class BadCursor(Invalid):
    """This cursor is not one of this list. Please begin again without a cursor."""

    code = "bad_cursor"


def encode(position: bytes) -> str:
    """The position as text that needs no escaping in a URL."""
    return base64.urlsafe_b64encode(position).decode().rstrip("=")


def decode(
    cursor: str,
    unpack: Callable[[bytes], P],
    *,
    field: str = "cursor",
    detail: str = "This is not a cursor of this list.",
) -> P:
    """The position in a client's cursor; raises ``BadCursor``, with ``detail`` for ``field``.

    ``unpack`` makes the position of its bytes, or raises ``ValueError``, ``OverflowError`` or
    ``struct.error`` where this list gave out no such cursor.
    """
    try:
        return unpack(to_bytes(cursor))
    except (ValueError, OverflowError, struct.error):
        raise BadCursor(errors=[FieldError(field, detail, cursor[:LONGEST_SHOWN])]) from None


def to_bytes(text: str) -> bytes:
    """The bytes that ``encode`` made text of; raises ``ValueError``."""
    return base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True)
