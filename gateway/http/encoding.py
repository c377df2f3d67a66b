"""Content encoding: bytes compressed once, and the encoding that a client prefers."""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from functools import lru_cache

import brotli
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

GZIP_LEVEL = 9
CODINGS = ("br", "gzip")
"""The better one first."""
HEADERS_REMEMBERED = 128
"""Browsers send the same few; to parse one takes longer than the rest of a cached answer's head."""
AT_ONCE = 4
"""Brotli's quality for an answer that is made for one request: 0.2 ms for a page."""
SMALLEST = 1_000
"""Bytes of a body that is worth compressing: a smaller one fits into a packet as it is."""


def compressed(body: bytes, quality: int = 11) -> dict[str, bytes]:
    """The body by content coding, the best first; without codings that save nothing.

    ``quality`` is brotli's, from 0 to 11. The gzip form is the same at each call.
    """
    codings = {each: encoded(body, each, quality) for each in CODINGS}
    return {coding: each for coding, each in codings.items() if len(each) < len(body)}


def encoded(body: bytes, coding: str, quality: int) -> bytes:
    """The body in one coding."""
    if coding == "br":
        return bytes(brotli.compress(body, quality=quality))
    return gzip.compress(body, GZIP_LEVEL, mtime=0)


class Encodings:
    """A body with its compressed forms, each made when a client first wants it, and kept."""

    __slots__ = ("_encoded", "body")

    def __init__(self, body: bytes) -> None:
        self.body = body
        self._encoded: dict[str, bytes] = {}

    def preferred(self, accept_encoding: str) -> tuple[str | None, bytes]:
        """The coding that the client prefers, and the body in it; ``None``: as it is."""
        if len(self.body) < SMALLEST:
            return None, self.body
        coding = preferred_coding(accept_encoding, CODINGS)
        if coding is None:
            return None, self.body
        if coding not in self._encoded:
            self._encoded[coding] = encoded(self.body, coding, AT_ONCE)
        return coding, self._encoded[coding]


def preferred_coding(accept_encoding: str, codings: Iterable[str]) -> str | None:
    """The coding that the client ranks highest, the first of equals; ``None``: as it is.

    ``Accept-Encoding`` of RFC 9110, 12.5.3: a quality of 0 refuses, ``*`` is any other coding.
    """
    return _preferred(accept_encoding, tuple(codings))


@lru_cache(HEADERS_REMEMBERED)
def _preferred(accept_encoding: str, codings: tuple[str, ...]) -> str | None:
    accepted = parse_accept_header(accept_encoding, Accept)
    best = max(codings, key=accepted.quality, default=None)
    if best is None or accepted.quality(best) <= 0:
        return None
    return best if accepted.quality(best) >= accepted.quality("identity") else None
