"""Parser of JPEG, PNG and WebP files: limits of what they declare, and their bare pixels.

It runs before any library sees a byte. A file declares the size of its picture, and a decoder
allocates memory for it, however few bytes there are. So sizes, scans, frames and parts are limited
here, and only what one still picture needs is passed on: text, previews, further pictures and
application data are left out. All loops run once over the bytes.

Sources: ITU-T T.81 (JPEG), ITU-T T.872 (Adobe's and ICC's segments), W3C PNG (third edition), RFC
9649 (WebP), CIPA DC-008 (EXIF).
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeVar

from services.profiles.pictures import exif
from services.profiles.pictures.encodings import ADOBE_RGB, Encoding

MOST_PIXELS = 25_000_000
"""Width times height; cameras and telephones send 24 million and less by default."""
LONGEST_SIDE = 16_384
"""Pixels. Some memory is needed for each row, however short it is."""
MOST_SCANS = 50
"""A JPEG decoder walks over all pixels for each scan. Encoders write about 10 in colour, and 18
for four inks; 50 over the most pixels still take less than two seconds."""
MOST_FRAMES = 1_000
"""Frames of an animation, of which the first is shown: 40 seconds at 25 a second."""
MOST_PARTS = 10_000
"""Segments of a JPEG, chunks of a PNG or WebP. A PNG of 5 MiB in chunks of 8 KiB has 640."""
LARGEST_PROFILE = 4 * 1024 * 1024
"""Bytes. The picture of a larger colour profile is shown without it; those of presses have 2 MB."""

MOST_MEMORY = 640 * 1024 * 1024
"""Bytes of address space of the process that decodes. Of the largest pictures, animated WebP takes
the most: 460 MiB."""
MOST_CPU_S = 5
"""Seconds of its processor time; the slowest of the largest pictures takes three, a usual photo a
quarter of one."""

T = TypeVar("T")
JPEG, PNG, WEBP = "JPEG", "PNG", "WEBP"


class Refused(Exception):
    """The picture can't be decoded; with the reason and the ``value`` beyond a limit."""

    def __init__(self, detail: str, value: str | None = None) -> None:
        super().__init__(detail)
        self.detail, self.value = detail, value


class Still(NamedTuple):  # a dataclass would add a tenth to what the process takes to start
    """One picture, ready to be decoded.

    ``content`` is a file of this ``format`` with nothing but pixels. ``orientation`` is EXIF's (1
    to 8). ``profile`` is an ICC profile, ``encoding`` what the file says of its colours without
    one. ``key`` is the one colour of a PNG that is transparent, in samples of ``depth`` bits.
    """

    format: str
    content: bytes
    width: int
    height: int
    orientation: int = exif.UPRIGHT
    profile: bytes = b""
    encoding: Encoding | None = None
    depth: int = 8
    key: tuple[int, ...] = ()


def read(content: bytes) -> Still:
    """The still picture in a file, whose first bytes give the format; raises ``Refused``."""
    if content.startswith(JPEG_SIGNATURE):
        return _read_jpeg(content)
    if content.startswith(PNG_SIGNATURE):
        return _read_png(content)
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return _read_webp(content)
    raise Refused("It is not a JPEG, PNG or WebP picture. Please send one of these.")


def damaged() -> Refused:
    return Refused("It is damaged or incomplete. Please send it again, or another picture.")


def _require_size(width: int, height: int) -> None:
    if not width or not height:
        raise damaged()
    smaller = "Please send a smaller one."
    _require("pixels", width * height, MOST_PIXELS, smaller)
    _require("pixels on its longer side", max(width, height), LONGEST_SIDE, smaller)


def _require(what: str, value: int, limit: int, advice: str) -> None:
    if value > limit:
        raise Refused(f"It has {value} {what}, the limit is {limit}. {advice}", str(value))


def _counted(parts: Iterable[T]) -> Iterator[T]:
    """The parts of a file; raises ``Refused`` before the end where there are too many."""
    for number, part in enumerate(parts, start=1):
        _require("parts", number, MOST_PARTS, "Please save it anew, without other data.")
        yield part


def _require_frames(frames: int) -> None:
    _require("frames", frames, MOST_FRAMES, "Please send a still picture.")


# JPEG

JPEG_SIGNATURE = b"\xff\xd8\xff"
MARKER = re.compile(rb"\xff([\xc0-\xcf\xd8-\xfe])")
"""Markers with content (not restarts, nor ``ff00``, which is a sample). Fill bytes are skipped."""
SOI, EOI, SOS, APP0, APP1, APP2, APP14, APP15, COM = (
    *(0xD8, 0xD9, 0xDA),
    *(0xE0, 0xE1, 0xE2, 0xEE, 0xEF, 0xFE),
)
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
EXIF, XMP, ICC = b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0", b"ICC_PROFILE\0"


def _read_jpeg(content: bytes) -> Still:
    kept: list[bytes] = []
    profile: dict[int, bytes] = {}
    size: tuple[int, int] | None = None
    camera, xmp, first_scan, end = b"", b"", 0, len(content)
    scans = 0
    for code, start, body in _counted(_segments(content)):
        if code == EOI:
            end = start + 2
        elif code == SOS:
            scans += 1
            first_scan = first_scan or start
        elif code in FRAMES:
            if size is not None:
                raise damaged()
            size = _jpeg_size(body)
        elif code == APP1 and body.startswith(EXIF):
            camera = camera or body.removeprefix(EXIF)
        elif code == APP1 and body.startswith(XMP):
            xmp = xmp or body
        elif code == APP2 and body.startswith(ICC) and len(body) > len(ICC) + 2:
            profile.setdefault(body[len(ICC)], body[len(ICC) + 2 :])
        if not first_scan and not _is_not_needed(code):
            kept.append(b"\xff%c%s" % (code, struct.pack(">H", len(body) + 2) + body))
    if size is None or not first_scan:
        raise damaged()
    _require("scans", scans, MOST_SCANS, 'Please save it without "progressive".')
    return Still(
        JPEG,
        JPEG_SIGNATURE[:2] + b"".join(kept) + content[first_scan:end],
        *size,
        orientation=exif.orientation(camera, xmp),
        profile=_whole(profile),
        encoding=ADOBE_RGB if exif.is_adobe_rgb(camera) else None,
    )


def _segments(content: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Marker, offset and content of each segment of the first picture.

    As in libjpeg, bytes inside a segment are no marker, and unknown bytes between segments are
    skipped. It ends at the end of the picture, or where another begins.
    """
    place = len(JPEG_SIGNATURE) - 1
    while found := MARKER.search(content, place):
        code = found[1][0]
        if code in (SOI, EOI):
            yield EOI, found.start(), b""
            return
        place = found.end() + max(int.from_bytes(content[found.end() : found.end() + 2]), 2)
        yield code, found.start(), content[found.end() + 2 : place]


def _jpeg_size(frame: bytes) -> tuple[int, int]:
    if len(frame) < 6:
        raise damaged()
    bits, height, width = struct.unpack(">BHH", frame[:5])
    if bits != 8:
        _require("bits a sample", bits, 8, "Please save it with 8.")
        raise damaged()
    _require_size(width, height)
    return width, height


def _is_not_needed(code: int) -> bool:
    """Whether decoding does not need such a segment. It does need JFIF's and Adobe's, which say how
    samples are coded."""
    return code in (EOI, COM) or (APP0 < code <= APP15 and code != APP14)


def _whole(profile: dict[int, bytes]) -> bytes:
    whole = b"".join(profile[number] for number in sorted(profile))
    return whole if len(whole) <= LARGEST_PROFILE else b""


# PNG

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
GREY, TRUE_COLOUR, PALETTE = 0, 2, 3
SAMPLES = {GREY: 1, TRUE_COLOUR: 3}
"""The samples of a transparent colour, by colour type."""
PNG_XMP = b"XML:com.adobe.xmp\0"
END = b"\0\0\0\0IEND\xaeB`\x82"


def _read_png(content: bytes) -> Still:
    kept = [PNG_SIGNATURE]
    header: tuple[int, ...] = ()
    metadata: dict[bytes, bytes] = {}
    frames = 0
    for kind, start, body in _counted(_chunks(content)):
        if not header:
            if kind != b"IHDR" or len(body) != 13:
                raise damaged()
            header = struct.unpack(">IIBBBBB", body)
            _require_size(header[0], header[1])
            kept.append(content[start : start + 25])
        elif kind == b"IDAT" or (kind in (b"PLTE", b"tRNS") and header[3] == PALETTE):
            kept.append(content[start : start + len(body) + 12])
        elif kind == b"fcTL":
            frames += 1
        elif kind == b"iTXt" and body.startswith(PNG_XMP):
            metadata.setdefault(PNG_XMP, body)
        elif kind not in (b"IHDR", b"iTXt"):
            metadata.setdefault(kind, body)
    if not header:
        raise damaged()
    _require_frames(frames)
    width, height, depth, colour, *_ = header
    camera = metadata.get(b"eXIf", b"").removeprefix(EXIF)
    return Still(
        PNG,
        b"".join(kept) + END,
        width,
        height,
        orientation=exif.orientation(camera, metadata.get(PNG_XMP, b"")),
        profile=_png_profile(metadata.get(b"iCCP", b"")),
        encoding=_png_encoding(metadata),
        depth=depth,
        key=_png_key(metadata.get(b"tRNS", b""), colour),
    )


def _chunks(content: bytes) -> Iterator[tuple[bytes, int, bytes]]:
    """Kind, offset and content of each chunk."""
    place = len(PNG_SIGNATURE)
    while place < len(content):
        if place + 12 > len(content):
            raise damaged()
        length, kind = struct.unpack_from(">I4s", content, place)
        if place + 12 + length > len(content):
            raise damaged()
        if kind == b"IEND":
            return
        yield kind, place, content[place + 8 : place + 8 + length]
        place += 12 + length


def _png_profile(body: bytes) -> bytes:
    """The unpacked profile; empty where it is broken or too large."""
    _, _, packed = body.partition(b"\0")
    try:
        profile = zlib.decompressobj().decompress(packed[1:], LARGEST_PROFILE + 1)
    except zlib.error:
        return b""
    return profile if len(profile) <= LARGEST_PROFILE else b""


def _png_encoding(metadata: dict[bytes, bytes]) -> Encoding | None:
    """The encoding in ``gAMA`` and ``cHRM``, unless the file declares sRGB."""
    gamma, chromaticities = metadata.get(b"gAMA", b""), metadata.get(b"cHRM", b"")
    if b"sRGB" in metadata or len(gamma) != 4:
        return None
    numbers = struct.unpack(">8I", chromaticities) if len(chromaticities) == 32 else ()
    return Encoding.of_png(int.from_bytes(gamma), numbers)


def _png_key(body: bytes, colour: int) -> tuple[int, ...]:
    count = SAMPLES.get(colour, 0)
    if not count or not body:
        return ()
    if len(body) < 2 * count:
        raise damaged()
    return struct.unpack(f">{count}H", body[: 2 * count])


# WebP

LOSSY_START, LOSSLESS_START = b"\x9d\x01\x2a", 0x2F


def _read_webp(content: bytes) -> Still:
    size: tuple[int, int] | None = None
    metadata: dict[bytes, bytes] = {}
    frames = 0
    for kind, body in _counted(_riff_chunks(content)):
        if kind == b"ANMF":
            frames += 1
        if size is None:
            size = _webp_size(kind, body)
        if kind in (b"EXIF", b"XMP ", b"ICCP"):
            metadata.setdefault(kind, body)
    if size is None:
        raise damaged()
    _require_frames(frames)
    camera = metadata.get(b"EXIF", b"").removeprefix(EXIF)
    profile = metadata.get(b"ICCP", b"")
    return Still(
        WEBP,
        content,
        *size,
        orientation=exif.orientation(camera, metadata.get(b"XMP ", b"")),
        profile=profile if len(profile) <= LARGEST_PROFILE else b"",
        encoding=ADOBE_RGB if exif.is_adobe_rgb(camera) else None,
    )


def _riff_chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Kind and content of each chunk, including a last one that is cut off."""
    place, end = 12, min(len(content), 8 + int.from_bytes(content[4:8], "little"))
    while place + 8 <= end:
        kind, length = struct.unpack_from("<4sI", content, place)
        yield kind, content[place + 8 : place + 8 + length]
        place += 8 + length + length % 2


def _webp_size(kind: bytes, body: bytes) -> tuple[int, int]:
    """The size in the first chunk, as decoders read it: of the canvas, or of the only picture."""
    if kind == b"VP8X" and len(body) >= 10:
        width, height = (int.from_bytes(body[at : at + 3], "little") + 1 for at in (4, 7))
    elif kind == b"VP8 " and len(body) >= 10 and body[3:6] == LOSSY_START:
        width, height = (each & 0x3FFF for each in struct.unpack("<HH", body[6:10]))
    elif kind == b"VP8L" and len(body) >= 5 and body[0] == LOSSLESS_START:
        packed = int.from_bytes(body[1:5], "little")
        width, height = (packed & 0x3FFF) + 1, (packed >> 14 & 0x3FFF) + 1
    else:
        raise damaged()
    _require_size(width, height)
    return width, height
