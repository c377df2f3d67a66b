"""Content encoding: bytes compressed once, and the encoding that a client prefers."""

from __future__ import annotations

import gzip
from collections.abc import Mapping

import brotli
from werkzeug.datastructures import Accept

GZIP_LEVEL = 9


def compressed(body: bytes, quality: int = 11) -> dict[str, bytes]:
    """The body by content coding, the best first; without codings that save nothing.

    ``quality`` is brotli's, from 0 to 11. The gzip form is the same at each call.
    """
    codings = {
        "br": brotli.compress(body, quality=quality),
        "gzip": gzip.compress(body, GZIP_LEVEL, mtime=0),
    }
    return {coding: each for coding, each in codings.items() if len(each) < len(body)}


def preferred_coding(accepted: Accept, codings: Mapping[str, bytes]) -> str | None:
    """The coding that the client ranks highest, the first of equals; ``None``: as it is.

    ``Accept-Encoding`` of RFC 9110, 12.5.3: a quality of 0 refuses, ``*`` is any other coding.
    """
    best = max(codings, key=accepted.quality, default=None)
    if best is None or accepted.quality(best) <= 0:
        return None
    return best if accepted.quality(best) >= accepted.quality("identity") else None
