"""Files made to use up memory or time are refused, or take no more of it than a usual photo.

They run through the real process, with its limits.
"""

from __future__ import annotations

import resource
import struct
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from chassis.context import CallContext, entered
from contracts.files import BadFile
from services.profiles.pictures import formats
from services.profiles.pictures.decoding import squares
from services.profiles.pictures.formats import (
    LONGEST_SIDE,
    MOST_FRAMES,
    MOST_PARTS,
    MOST_PIXELS,
    MOST_SCANS,
    Refused,
)
from services.profiles.specialists import photos
from services.profiles.specialists.photos import squares_of
from tests.support.picture_files import (
    PNG,
    SOS,
    TRUE_COLOUR,
    a_jpeg_with,
    a_plain_png,
    a_png,
    a_webp,
    an_animation,
    an_exif,
    an_exif_bomb,
    canvas,
    chunk,
    declared_jpeg,
    declared_png,
    repeated_scans,
    riff_chunk,
    scans_of,
    segment,
    webp_chunks_of,
)
from tests.support.pictures import a_picture, opened

MIB = 1024 * 1024
SMALL_WEBP = webp_chunks_of(a_picture("WEBP", (16, 16)))
Made = Callable[[], bytes]


def frame_of(side: int) -> bytes:
    """A segment of a JPEG that says how large it is."""
    return segment(0xC0, struct.pack(">BHHB", 8, side, side, 1) + b"\1\x11\0")


@pytest.fixture(autouse=True)
def a_busy_machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What counts here is processor time and memory: others may use the processors, too."""
    monkeypatch.setattr(photos, "DEADLINE_S", 100.0)
    monkeypatch.setattr(photos, "RUNNING_S", 100.0)
    with entered(CallContext(deadline=time.time() + 100)):
        yield


def zeros(mib: int) -> bytes:
    """So many, packed: a thousandth of it."""
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(bytes(MIB)) for _ in range(mib)) + packer.flush()


def with_chunks(*chunks: bytes) -> bytes:
    return a_plain_png(8, TRUE_COLOUR, (1, 2, 3), *chunks)


def an_apng(frames: int) -> bytes:
    control = [struct.pack(">5I2H2B", n, 64, 64, 0, 0, 1, 10, 0, 0) for n in range(frames)]
    begins = chunk(b"acTL", struct.pack(">II", frames, 0))
    return with_chunks(begins, *(chunk(b"fcTL", each) for each in control))


def lossless(side: int) -> bytes:
    """A WebP chunk that claims to be so large."""
    return riff_chunk(
        b"VP8L", b"\x2f" + (side - 1 | side - 1 << 14).to_bytes(4, "little") + bytes(90)
    )


def lossy(side: int) -> bytes:
    head = bytes(3) + b"\x9d\x01\x2a" + struct.pack("<HH", side, side)
    return riff_chunk(b"VP8 ", head + bytes(90))


TOO_LARGE = 30_000_000
"""Pixels, say: 6000 × 5000."""
REFUSED: dict[str, tuple[Made, int, int]] = {
    # JPEG
    "scans": (lambda: repeated_scans(600), scans_of(a_picture(progressive=True)) + 600, MOST_SCANS),
    "one scan too many": (
        lambda: repeated_scans(MOST_SCANS + 1 - scans_of(a_picture(progressive=True))),
        MOST_SCANS + 1,
        MOST_SCANS,
    ),
    "scans behind fill bytes": (
        lambda: repeated_scans(100, b"\xff" * 5),
        scans_of(a_picture(progressive=True)) + 100,
        MOST_SCANS,
    ),
    "scans behind restarts": (
        lambda: repeated_scans(100, b"\xff\xd0\xff\xd7"),
        scans_of(a_picture(progressive=True)) + 100,
        MOST_SCANS,
    ),
    "scans behind what is no marker": (
        lambda: repeated_scans(100, b"abc\xff\x00\xff\x01\xff\xbf"),
        scans_of(a_picture(progressive=True)) + 100,
        MOST_SCANS,
    ),
    "scans behind segments": (
        lambda: repeated_scans(100, segment(0xFE, b"x") + segment(0xE1, b"y")),
        scans_of(a_picture(progressive=True)) + 100,
        MOST_SCANS,
    ),
    "scans of arithmetic coding": (
        lambda: repeated_scans(100).replace(b"\xff\xc2", b"\xff\xca", 1),
        scans_of(a_picture(progressive=True)) + 100,
        MOST_SCANS,
    ),
    "scans of one colour each": (
        lambda: repeated_scans(100).replace(b"\xff\xc2", b"\xff\xc0", 1),
        scans_of(a_picture(progressive=True)) + 100,
        MOST_SCANS,
    ),
    "a large JPEG": (lambda: declared_jpeg(6000, 5000), TOO_LARGE, MOST_PIXELS),
    "a large real JPEG": (lambda: a_picture(size=(6000, 5000)), TOO_LARGE, MOST_PIXELS),
    "a large progressive JPEG": (
        lambda: declared_jpeg(6000, 5000, progressive=True),
        TOO_LARGE,
        MOST_PIXELS,
    ),
    "the largest JPEG": (lambda: declared_jpeg(65535, 65535), 65535**2, MOST_PIXELS),
    "a wide JPEG": (lambda: declared_jpeg(65535, 1), 65535, LONGEST_SIDE),
    "a high JPEG": (lambda: declared_jpeg(1, LONGEST_SIDE + 1), LONGEST_SIDE + 1, LONGEST_SIDE),
    "two sizes in a JPEG": (
        lambda: a_jpeg_with(
            segment(0xC0, struct.pack(">BHHB", 8, 40_000, 40_000, 1) + b"\1\x11\0")
        ),
        40_000**2,
        MOST_PIXELS,
    ),
    "a JPEG of 12 bits": (lambda: declared_jpeg(800, 600, bits=12), 12, 8),
    "a JPEG of 16 bits": (lambda: declared_jpeg(800, 600, bits=16), 16, 8),
    "segments": (lambda: a_jpeg_with(segment(0xFE, b"") * 1_200_000), MOST_PARTS + 1, MOST_PARTS),
    # PNG
    "a large PNG": (lambda: declared_png(6000, 5000), TOO_LARGE, MOST_PIXELS),
    "a huge PNG": (lambda: declared_png(100_000, 100_000), 10**10, MOST_PIXELS),
    "a huge interlaced PNG": (lambda: declared_png(100_000, 100_000, 1), 10**10, MOST_PIXELS),
    "the largest PNG": (
        lambda: declared_png(2**31 - 1, 2**31 - 1),
        (2**31 - 1) ** 2,
        MOST_PIXELS,
    ),
    "a wide PNG": (lambda: declared_png(MOST_PIXELS, 1), MOST_PIXELS, LONGEST_SIDE),
    "a high PNG": (lambda: declared_png(1, MOST_PIXELS), MOST_PIXELS, LONGEST_SIDE),
    "chunks": (lambda: with_chunks(chunk(b"abCd") * 400_000), MOST_PARTS + 1, MOST_PARTS),
    "frames of a PNG": (lambda: an_apng(2 * MOST_FRAMES), 2 * MOST_FRAMES, MOST_FRAMES),
    # WebP
    "a large canvas": (lambda: a_webp(canvas(6000, 5000), SMALL_WEBP), TOO_LARGE, MOST_PIXELS),
    "the largest canvas": (
        lambda: a_webp(canvas(2**24, 2**24), SMALL_WEBP),
        2**48,
        MOST_PIXELS,
    ),
    "a wide canvas": (lambda: a_webp(canvas(2**24, 1), SMALL_WEBP), 2**24, LONGEST_SIDE),
    "a large lossless WebP": (lambda: a_webp(lossless(16384)), 16384**2, MOST_PIXELS),
    "a large lossy WebP": (lambda: a_webp(lossy(16383)), 16383**2, MOST_PIXELS),
    "an animation on a large canvas": (
        lambda: an_animation(2, on=(6000, 5000)),
        TOO_LARGE,
        MOST_PIXELS,
    ),
    "frames of a WebP": (lambda: an_animation(3000), 3000, MOST_FRAMES),
    "chunks of a WebP": (
        lambda: a_webp(canvas(16, 16), riff_chunk(b"abcd", b"") * 100_000, SMALL_WEBP),
        MOST_PARTS + 1,
        MOST_PARTS,
    ),
}


@pytest.mark.parametrize(("made", "value", "limit"), REFUSED.values(), ids=REFUSED)
def test_what_is_beyond_a_limit_is_refused_by_name_before_it_is_decoded(
    made: Made, value: int, limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the test's own process, which has no limits: nothing may be decoded."""
    monkeypatch.setattr("services.profiles.pictures.decoding.OPENERS", {})
    with pytest.raises(Refused) as refusal:
        squares(made(), [96])
    assert refusal.value.value == str(value)
    assert f"It has {value} " in refusal.value.detail
    assert f"the limit is {limit}." in refusal.value.detail


MANY = [(0xB000, 7, 4, b"0100"), (0xB001, 4, 1, 60_000), (0xB002, 7, 960_000, 8)]
HARMLESS: dict[str, Made] = {
    "the most pixels of a JPEG": lambda: a_picture(size=(5000, 5000)),
    "the most pixels of a progressive JPEG": lambda: a_picture(size=(5000, 5000), progressive=True),
    "the most scans of the most pixels": lambda: repeated_scans(
        MOST_SCANS - scans_of(a_picture(progressive=True)), size=(5000, 5000)
    ),
    "the longest side": lambda: a_picture(size=(1, LONGEST_SIDE)),
    "scans in a preview": lambda: a_jpeg_with(segment(0xE1, b"Exif\0\0" + SOS * 30_000)),
    "scans in a comment": lambda: a_jpeg_with(segment(0xFE, SOS * 30_000)),
    "scans of a further picture": lambda: a_picture() + repeated_scans(600),
    "pictures behind the picture": lambda: a_picture() * 100,
    "many pictures by an index": lambda: a_jpeg_with(segment(0xE2, b"MPF\0" + an_exif("<", MANY))),
    "TIFF in a JPEG": lambda: a_jpeg_with(segment(0xE1, b"II*\0" + bytes(60_000))),
    "EXIF that multiplies": lambda: a_jpeg_with(segment(0xE1, b"Exif\0\0" + an_exif_bomb(65_000))),
    "a profile of 4.9 MB": lambda: a_jpeg_with(
        *(segment(0xE2, b"ICC_PROFILE\0" + bytes([n, 75]) + b"x" * 65_000) for n in range(75))
    ),
    "arithmetic coding": lambda: declared_jpeg(5000, 5000).replace(b"\xff\xc0", b"\xff\xc9", 1),
    "the most pixels of a PNG": lambda: a_png(5000, 5000, 16, 6, (b"\4" + bytes(40_000)) * 5000),
    "a packed text": lambda: with_chunks(chunk(b"zTXt", b"Comment\0\0" + zeros(300))),
    "a packed text in other letters": lambda: with_chunks(
        chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zeros(300))
    ),
    "a packed profile": lambda: with_chunks(chunk(b"iCCP", b"p\0\0" + zeros(300))),
    "more pixels than it says": lambda: (
        PNG
        + chunk(b"IHDR", struct.pack(">IIBBBBB", 64, 64, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", zeros(300))
        + chunk(b"IEND")
    ),
    "a second header": lambda: with_chunks(
        chunk(b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 16, 6, 0, 0, 0))
    ),
    "EXIF of a PNG that multiplies": lambda: with_chunks(chunk(b"eXIf", an_exif_bomb(4 * MIB))),
    "the most frames": lambda: an_apng(MOST_FRAMES),
    "the most frames on the largest canvas": lambda: an_animation(MOST_FRAMES, on=(5000, 5000)),
    "the most pixels of a WebP": lambda: a_picture("WEBP", (5000, 5000), method=0),
    "a profile of a WebP": lambda: a_webp(
        canvas(16, 16, 0x20), riff_chunk(b"ICCP", bytes(4_900_000)), SMALL_WEBP
    ),
}


@pytest.mark.parametrize("made", HARMLESS.values(), ids=HARMLESS)
def test_what_is_within_the_limits_is_shown_whatever_else_is_in_the_file(made: Made) -> None:
    made_of = squares_of(made())
    assert [opened(each).size for each in made_of.values()] == [(512, 512), (256, 256), (96, 96)]


DAMAGED: dict[str, Made] = {
    "a JPEG without rows": lambda: declared_jpeg(800, 0),
    "a JPEG that begins twice": lambda: b"\xff\xd8" + a_picture(),
    "a JPEG with two sizes": lambda: a_jpeg_with(frame_of(40)),
    "a JPEG without a picture": lambda: b"\xff\xd8" + segment(0xFE, b"x") * 3 + b"\xff\xd9",
    "a JPEG without an end of a segment": lambda: b"\xff\xd8\xff\xe0\xff\xff",
    "a PNG without rows": lambda: declared_png(800, 0),
    "a PNG without a header": lambda: (
        PNG + chunk(b"IDAT", zlib.compress(bytes(10))) + chunk(b"IEND")
    ),
    "a PNG with a long chunk": lambda: PNG + struct.pack(">I4s", 2**31, b"IHDR") + bytes(100),
    "an empty PNG": lambda: PNG,
    "a WebP with a frame beyond its canvas": lambda: a_webp(canvas(64, 64), lossless(16384)),
    "an empty WebP": a_webp,
    "a WebP of other things": lambda: a_webp(riff_chunk(b"EXIF", bytes(100))),
}


@pytest.mark.parametrize("made", DAMAGED.values(), ids=DAMAGED)
def test_what_contradicts_itself_is_refused_as_damaged(made: Made) -> None:
    with pytest.raises(BadFile) as refusal:
        squares_of(made())
    assert "damaged" in refusal.value.errors[0].detail


def test_the_file_is_walked_once_however_it_is_made() -> None:
    """Five megabytes of markers, without any library."""
    for repeated in (b"\xff", b"\xff\xd0", b"\xff\x01", b"\xff\xff\x00", b"\xff\xfe\0\0", SOS):
        with suppress(Refused):
            formats.read(b"\xff\xd8\xff" + repeated * (5 * MIB // len(repeated)))


# The process


def decoder_with(change: str) -> list[str]:
    """The real one, with something else than in production."""
    program = f"from services.profiles.pictures import decoding as d; {change}; d.main()"
    return [photos.DECODE[0], "-c", program]


def test_a_picture_that_takes_more_memory_than_there_is_is_refused_and_the_next_is_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    little = decoder_with("d.MOST_MEMORY = 100 * 1024**2")
    with monkeypatch.context() as changed:
        changed.setattr(photos, "DECODE", little)
        assert squares_of(a_picture())
        for kind in ("PNG", "WEBP"):
            with pytest.raises(BadFile) as refusal:
                squares_of(a_picture(kind, (5000, 5000), method=0))
            assert refusal.value.errors[0].field == "photo"
    assert squares_of(a_picture())


def test_this_process_does_not_grow_with_a_picture() -> None:
    largest = a_picture("PNG", (5000, 5000))
    squares_of(a_picture())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert squares_of(largest)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20 * 1024  # KiB
