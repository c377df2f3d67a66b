"""Bodies as they come over the wire, and no more of them than was asked for."""

from __future__ import annotations

import zlib
from typing import Protocol

GZIP = 16 + zlib.MAX_WBITS


class Decoder(Protocol):
    def decoded(self, data: bytes, most: int) -> bytes:
        """What ``data`` stands for: whole, or else cut after at least ``most + 1`` bytes.

        Raises ``ValueError`` where it is broken.
        """

    def is_complete(self) -> bool:
        """Whether what was decoded may end here."""


class Plain:
    def decoded(self, data: bytes, most: int) -> bytes:
        return data

    def is_complete(self) -> bool:
        return True


class Gunzip:
    """gzip (RFC 1952), which may make a thousand bytes of one: it stops where enough is enough."""

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
