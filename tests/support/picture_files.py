"""Picture files put together byte by byte, as nobody's camera writes them; and ICC profiles."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

from tests.support.pictures import a_picture

PNG = b"\x89PNG\r\n\x1a\n"
GREY, TRUE_COLOUR, PALETTE, GREY_ALPHA, TRUE_COLOUR_ALPHA = 0, 2, 3, 4, 6
PER_PIXEL = {GREY: 1, TRUE_COLOUR: 3, PALETTE: 1, GREY_ALPHA: 2, TRUE_COLOUR_ALPHA: 4}
SOS = b"\xff\xda"


# PNG


def chunk(kind: bytes, data: bytes = b"") -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def a_png(
    width: int, height: int, depth: int, colour: int, rows: bytes, *more: bytes, interlaced: int = 0
) -> bytes:
    """``rows`` as PNG has them, each behind a byte for its filter; ``more`` chunks come first."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced)
    pixels = chunk(b"IDAT", zlib.compress(rows, 1))
    return PNG + chunk(b"IHDR", header) + b"".join(more) + pixels + chunk(b"IEND")


def a_plain_png(depth: int, colour: int, sample: Sequence[int], *more: bytes) -> bytes:
    """All of one colour, in samples of 8 or 16 bits."""
    assert len(sample) == PER_PIXEL[colour]
    pixel = struct.pack(f">{len(sample)}{'BH'[depth // 16]}", *sample)
    return a_png(64, 64, depth, colour, (b"\0" + pixel * 64) * 64, *more)


def a_png_of_two(
    depth: int, colour: int, left: Sequence[int], right: Sequence[int], *more: bytes
) -> bytes:
    """Its left half is of one colour, its right half of another."""
    row = b"\0"
    for sample in (left, right):
        row += struct.pack(f">{len(sample)}{'BH'[depth // 16]}", *sample) * 32
    return a_png(64, 64, depth, colour, row * 64, *more)


def declared_png(width: int, height: int, interlaced: int = 0) -> bytes:
    """A PNG of a few bytes that claims to be so large."""
    return a_png(width, height, 8, TRUE_COLOUR, bytes(1000), interlaced=interlaced)


# JPEG


def segment(code: int, data: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, code, len(data) + 2) + data


def a_jpeg_with(*segments: bytes, **saved: object) -> bytes:
    """A plain one, with these segments at its beginning."""
    plain = a_picture(**saved)  # type: ignore[arg-type]
    return plain[:2] + b"".join(segments) + plain[2:]


def declared_jpeg(width: int, height: int, bits: int = 8, progressive: bool = False) -> bytes:
    """A small JPEG that claims to be so large."""
    plain = bytearray(a_picture(progressive=progressive))
    frame = plain.index(b"\xff\xc2" if progressive else b"\xff\xc0")
    plain[frame + 4 : frame + 9] = struct.pack(">BHH", bits, height, width)
    return bytes(plain)


def repeated_scans(
    times: int, between: bytes = b"", size: tuple[int, int] = (800, 600), **saved: object
) -> bytes:
    """A progressive JPEG whose last scan comes so many times more."""
    plain = a_picture(size=size, progressive=True, **saved)  # type: ignore[arg-type]
    last = plain[plain.rindex(SOS) : -2]
    return plain[:-2] + (between + last) * times + plain[-2:]


def scans_of(jpeg: bytes) -> int:
    """How many an honest one has."""
    return jpeg.count(SOS)


# WebP


def riff_chunk(kind: bytes, data: bytes) -> bytes:
    return kind + struct.pack("<I", len(data)) + data + bytes(len(data) % 2)


def a_webp(*chunks: bytes) -> bytes:
    body = b"WEBP" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def canvas(width: int, height: int, flags: int = 0) -> bytes:
    sides = b"".join((side - 1).to_bytes(3, "little") for side in (width, height))
    return riff_chunk(b"VP8X", bytes([flags, 0, 0, 0]) + sides)


def webp_chunks_of(picture: bytes) -> bytes:
    """What stands in a WebP file."""
    return picture[12:]


def an_animation(
    frames: int, size: tuple[int, int] = (16, 16), on: tuple[int, int] = (16, 16)
) -> bytes:
    """The same small frame many times, on a canvas."""
    frame = bytes(6) + b"".join((side - 1).to_bytes(3, "little") for side in size)
    frame += (40).to_bytes(3, "little") + b"\0" + webp_chunks_of(a_picture("WEBP", size))
    head = canvas(*on, flags=0x02), riff_chunk(b"ANIM", bytes(6))
    return a_webp(*head, riff_chunk(b"ANMF", frame) * frames)


# EXIF


def an_exif(order: str, *directories: Sequence[tuple[int, int, int, object]]) -> bytes:
    """TIFF directories one behind another; each entry is a tag, a type, a count, and a number or
    bytes. A number below 0 stands for the place of directory 1, 2, …"""
    mark = {"<": b"II", ">": b"MM"}[order]
    places = [8]
    for each in directories:
        places.append(places[-1] + 2 + 12 * len(each) + 4)
    content = mark + struct.pack(f"{order}HI", 42, 8)
    for directory in directories:
        content += struct.pack(f"{order}H", len(directory))
        for tag, kind, count, value in directory:
            if isinstance(value, bytes):
                field = value.ljust(4, b"\0")
            else:
                assert isinstance(value, int)
                number = places[-value] if value < 0 else value
                field = struct.pack(f"{order}{'H2x' if kind == 3 else 'I'}", number)
            content += struct.pack(f"{order}HHI", tag, kind, count) + field
        content += bytes(4)
    return content


def an_exif_bomb(size: int) -> bytes:
    """Its entries, as many as there is room for, all point to all of it."""
    entries = [(0x0112, 3, 1, 1)]
    entries += [(0x9000 + n % 4000, 7, size - 8, 8) for n in range(min(size // 12 - 2, 60_000))]
    return an_exif("<", entries).ljust(size, b"\0")


# ICC profiles

D50 = (0.9642, 1.0, 0.8249)
DISPLAY_P3 = ((0.51512, 0.2412, -0.00105), (0.29198, 0.69225, 0.04189), (0.1571, 0.06657, 0.78407))
ADOBE_RGB = ((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457))
"""Published colourants: XYZ of red, green and blue under D50."""
SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)


def an_rgb_profile(colourants: Sequence[Sequence[float]], *curve: float) -> bytes:
    """``curve``: a gamma, or the parameters of sRGB's."""
    tags = {
        b"rXYZ": _xyz(colourants[0]),
        b"gXYZ": _xyz(colourants[1]),
        b"bXYZ": _xyz(colourants[2]),
    }
    return a_profile(
        b"RGB ", b"XYZ ", tags | dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), _curve(curve))
    )


def a_grey_profile(gamma: float) -> bytes:
    return a_profile(b"GRAY", b"XYZ ", {b"kTRC": _curve((gamma,))})


def an_ink_profile(lab_of: dict[tuple[int, int, int, int], tuple[int, int, int]]) -> bytes:
    """For CMYK: the L*, a*, b* of full inks; white for all others."""
    corners = [(c, m, y, k) for c in (0, 1) for m in (0, 1) for y in (0, 1) for k in (0, 1)]
    table = b""
    for corner in corners:
        lightness, a, b = lab_of.get(corner, (100, 0, 0))
        table += bytes([round(lightness * 2.55), a + 128, b + 128])
    unity = struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 65536)
    line = bytes(range(256))
    lut = b"mft1" + bytes(4) + bytes([4, 3, 2, 0]) + unity + line * 4 + table + line * 3
    return a_profile(b"CMYK", b"Lab ", {b"A2B0": lut}, kind=b"prtr")


def a_profile(
    space: bytes, between: bytes, tags: dict[bytes, bytes], kind: bytes = b"mntr"
) -> bytes:
    tags = tags | {b"wtpt": _xyz(D50)}
    starts = 132 + 12 * len(tags)
    table, content = struct.pack(">I", len(tags)), b""
    for name, tag in tags.items():
        table += name + struct.pack(">II", starts + len(content), len(tag))
        content += tag + bytes(-len(tag) % 4)
    head = struct.pack(
        ">I4xI", starts + len(content), 0x04200000 if kind == b"mntr" else 0x02400000
    )
    head += kind + space + between + bytes(12) + b"acsp" + bytes(28) + _xyz(D50)[8:] + bytes(48)
    return head + table + content


def _xyz(numbers: Sequence[float]) -> bytes:
    return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(each * 65536) for each in numbers))


def _curve(parameters: Sequence[float]) -> bytes:
    kind = {1: 0, 5: 3}[len(parameters)]
    numbers = [round(each * 65536) for each in parameters]
    return b"para" + bytes(4) + struct.pack(f">Hxx{len(numbers)}i", kind, *numbers)
