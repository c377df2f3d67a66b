"""Orientation and colour space from EXIF and XMP.

Read without a library: one that reads all of it copies each of thousands of entries, which may all
point to the same megabytes. Source: CIPA DC-008 (EXIF 2.32), TIFF 6.0.
"""

from __future__ import annotations

import re

UPRIGHT = 1
ORIENTATION, EXIF_IFD, COLOUR_SPACE, INTEROPERABILITY_IFD, INDEX = 0x0112, 0x8769, 0xA001, 0xA005, 1
BYTE, SHORT, LONG = 1, 3, 4
LENGTHS = {BYTE: 1, SHORT: 2, LONG: 4}
MOST_ENTRIES = 1_000
ADOBE_RGB, UNCALIBRATED = 2, 0xFFFF
OF_ADOBE_RGB = b"R03"
IN_XMP = re.compile(rb"tiff:Orientation(?:=[\"']|>)([1-8])")


class _Tiff:
    """A reader of numbers in a TIFF structure. Broken parts count as missing."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._order = "little" if content[:2] == b"II" else "big"

    def first(self) -> int:
        """The offset of the first directory."""
        return self._int(4, 4) if self._content[:2] in (b"II", b"MM") else 0

    def number(self, directory: int, tag: int) -> int:
        """A number in the directory at this offset; 0 where there is none."""
        place = self._entry(directory, tag)
        length = LENGTHS.get(self._int(place + 2, 2), 0)
        return self._int(place + 8, length) if place else 0

    def text(self, directory: int, tag: int) -> bytes:
        """The first bytes of a short text in the directory at this offset."""
        place = self._entry(directory, tag)
        return self._content[place + 8 : place + 12] if place else b""

    def _entry(self, directory: int, tag: int) -> int:
        if not directory:
            return 0
        places = (directory + 2 + 12 * n for n in range(min(self._int(directory, 2), MOST_ENTRIES)))
        return next((place for place in places if self._int(place, 2) == tag), 0)

    def _int(self, place: int, length: int) -> int:
        found = self._content[place : place + length]
        return int.from_bytes(found, self._order) if len(found) == length else 0  # type: ignore[arg-type]


def orientation(camera: bytes, xmp: bytes) -> int:
    """The orientation, 1 to 8, by EXIF, else by XMP."""
    tiff = _Tiff(camera)
    found = tiff.number(tiff.first(), ORIENTATION)
    if UPRIGHT <= found <= 8:
        return found
    in_xmp = IN_XMP.search(xmp)
    return int(in_xmp[1]) if in_xmp else UPRIGHT


def is_adobe_rgb(camera: bytes) -> bool:
    """Whether EXIF declares Adobe RGB: cameras that offer it embed no profile."""
    tiff = _Tiff(camera)
    details = tiff.number(tiff.first(), EXIF_IFD)
    space = tiff.number(details, COLOUR_SPACE)
    index = tiff.text(tiff.number(details, INTEROPERABILITY_IFD), INDEX)
    return space == ADOBE_RGB or (space == UNCALIBRATED and index.startswith(OF_ADOBE_RGB))
