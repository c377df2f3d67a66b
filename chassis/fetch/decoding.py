"""Decoders for response bodies (plain, gzip) that stop at a size limit."""

from __future__ import annotations

import zlib
from typing import Protocol

GZIP = 16 + zlib.MAX_WBITS


class Decoder(Protocol):
    def decoded(self, data: bytes, most: int) -> bytes:
        """``data`` decoded: all of it, or cut after at least ``most + 1`` bytes.

        Raises ``ValueError`` where it is malformed.
        """

    def is_complete(self) -> bool:
        """Whether the body may end here."""


class Plain:
    """No encoding."""

    def decoded(self, data: bytes, most: int) -> bytes:
        return data

    def is_complete(self) -> bool:
        return True


class Gunzip:
    """gzip (RFC 1952). One byte may expand to a thousand, so it stops at the limit."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(GZIP)
        self._began = False

    def decoded(self, data: bytes, most: int) -> bytes:
        made = b""
        while data and len(made) <= most:
            if self._member.eof:
                self._member = zlib.decompressobj(GZIP)
            self._began = True
            try:
                made += self._member.decompress(data, most + 1 - len(made))
            except zlib.error as error:
                raise ValueError(str(error)) from error
            data = self._member.unused_data
        return made

    def is_complete(self) -> bool:
        return self._member.eof or not self._began
