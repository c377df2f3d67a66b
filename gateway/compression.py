"""Compresses pages: br and gzip, by Accept-Encoding (RFC 9110, 12.5.3)."""

from __future__ import annotations

import gzip
from typing import Literal

import brotli
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

SMALLEST = 500
"""Bytes from which compression pays."""
BR_QUALITY, GZIP_LEVEL = 4, 6
"""Each costs about 0.2 ms for a page."""

Encoding = Literal["br", "gzip"]
ENCODINGS: tuple[Encoding, ...] = ("br", "gzip")
"""The better one first."""


def encoding_for(accepted: str) -> Encoding | None:
    """The best encoding that the client accepts; ``None``: as it is."""
    header = parse_accept_header(accepted, Accept)
    for each in ENCODINGS:
        if header.quality(each) > 0:
            return each
    return None


def compressed(body: bytes, encoding: Encoding) -> bytes:
    if encoding == "br":
        return bytes(brotli.compress(body, quality=BR_QUALITY))
    return gzip.compress(body, GZIP_LEVEL, mtime=0)
