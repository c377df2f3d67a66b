"""ICC profiles for pictures that declare colours without one.

Sources: ICC.1:2001-04 (profiles of version 2), W3C PNG (``gAMA``, ``cHRM``), Adobe RGB (1998),
Bradford's adaptation of another white to ICC's, D50.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import NamedTuple

Vector = Sequence[float]
Matrix = Sequence[Vector]
"""Rows."""

D50 = (0.9642, 1.0, 0.8249)
BRADFORD = (
    (0.8951, 0.2664, -0.1614),
    (-0.7502, 1.7135, 0.0367),
    (0.0389, -0.0685, 1.0296),
)
PNG_UNIT = 100_000
SRGB_XY = (0.3127, 0.3290, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06)
SRGB_GAMMA = 2.2
NEAR = 0.05
"""The relative tolerance for sRGB's gamma: PNG asks writers of sRGB for 2.2, which is not quite its
curve, and decoders for its real one."""
NEAR_XY = 0.005
HIGHEST_GAMMA = 10.0


class Encoding(NamedTuple):
    """``gamma``: the exponent from samples to light; ``xy``: x and y of white, red, green and
    blue."""

    gamma: float
    xy: tuple[float, ...]

    @classmethod
    def of_png(cls, gamma: int, chromaticities: Sequence[int]) -> Encoding | None:
        """The encoding in ``gAMA`` and ``cHRM``; ``None`` for sRGB and for invalid values."""
        if not PNG_UNIT / HIGHEST_GAMMA <= gamma <= PNG_UNIT * HIGHEST_GAMMA:
            return None
        found = cls(PNG_UNIT / gamma, tuple(each / PNG_UNIT for each in chromaticities) or SRGB_XY)
        if found._is_srgb() or not all(0 < y <= 1 for y in found.xy[1::2]):
            return None
        return found

    def profile(self) -> bytes:
        """The encoding as an ICC profile; raises ``ArithmeticError`` or ``struct.error`` for
        impossible colours."""
        gamma = struct.pack(">4s4xIH2x", b"curv", 1, round(self.gamma * 256))
        tags = {name + b"TRC": gamma for name in (b"r", b"g", b"b")}
        for name, xyz in zip((b"rXYZ", b"gXYZ", b"bXYZ"), self._colours_at_d50(), strict=True):
            tags[name] = b"XYZ \0\0\0\0" + _fixed(xyz)
        tags[b"wtpt"] = b"XYZ \0\0\0\0" + _fixed(D50)
        table, content = struct.pack(">I", len(tags)), b""
        starts = 128 + 4 + 12 * len(tags)
        for name, tag in tags.items():
            table += struct.pack(">4sII", name, starts + len(content), len(tag))
            content += tag
        header = struct.pack(
            ">I4xI4s4s4s12x4s28x12s48x",
            starts + len(content),
            0x02100000,  # version 2.1
            *(b"mntr", b"RGB ", b"XYZ ", b"acsp"),
            _fixed(D50),
        )
        return header + table + content

    def _is_srgb(self) -> bool:
        near = all(abs(a - b) < NEAR_XY for a, b in zip(self.xy, SRGB_XY, strict=True))
        return near and abs(self.gamma / SRGB_GAMMA - 1) < NEAR

    def _colours_at_d50(self) -> list[Vector]:
        """XYZ of full red, green and blue, which together are white."""
        white, *colours = (_xyz(*self.xy[at : at + 2]) for at in range(0, 8, 2))
        shares = _times(_inverse(list(zip(*colours, strict=True))), white)
        cones_to, cones_from = _times(BRADFORD, D50), _times(BRADFORD, white)
        back = _inverse(BRADFORD)
        adapted: list[Vector] = []
        for colour, share in zip(colours, shares, strict=True):
            cones = zip(_times(BRADFORD, colour), cones_to, cones_from, strict=True)
            adapted.append(_times(back, [share * each * to / from_ for each, to, from_ in cones]))
        return adapted


def _xyz(x: float, y: float) -> Vector:
    return (x / y, 1.0, (1 - x - y) / y)


def _times(matrix: Matrix, vector: Vector) -> Vector:
    return [sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix]


def _inverse(matrix: Matrix) -> Matrix:
    (a, b, c), (d, e, f), (g, h, i) = matrix
    determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
    adjugate = (
        (e * i - f * h, c * h - b * i, b * f - c * e),
        (f * g - d * i, a * i - c * g, c * d - a * f),
        (d * h - e * g, b * g - a * h, a * e - b * d),
    )
    return [[each / determinant for each in row] for row in adjugate]


def _fixed(numbers: Vector) -> bytes:
    """ICC's s15Fixed16 numbers."""
    return struct.pack(">3i", *(round(each * 65536) for each in numbers))


ADOBE_RGB = Encoding(563 / 256, (0.3127, 0.3290, 0.64, 0.33, 0.21, 0.71, 0.15, 0.06))
