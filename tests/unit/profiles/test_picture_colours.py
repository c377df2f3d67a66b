"""Colours of photos come out as they were meant, whatever form a file has them in.

Right values are worked out from the raw colours: by the matrices between the published primaries
and sRGB's curve (IEC 61966-2-1), not by the code that is tested. WebP rounds, hence ``NEAR``.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

import pytest
from PIL import Image, ImageCms

from services.profiles.pictures.decoding import squares
from tests.support.picture_files import (
    ADOBE_RGB,
    DISPLAY_P3,
    GREY,
    GREY_ALPHA,
    SRGB_CURVE,
    TRUE_COLOUR,
    TRUE_COLOUR_ALPHA,
    a_grey_profile,
    a_jpeg_with,
    a_plain_png,
    a_png,
    a_png_of_two,
    a_webp,
    an_exif,
    an_ink_profile,
    an_rgb_profile,
    canvas,
    chunk,
    riff_chunk,
    segment,
    webp_chunks_of,
)
from tests.support.pictures import a_picture, encoded, opened

Colour = tuple[int, int, int]
NEAR = 3
"""Of 255."""
SIDE = 128
"""Pixels: enough to see colours by."""
WHITE: Colour = (255, 255, 255)
P3, ADOBE = an_rgb_profile(DISPLAY_P3, *SRGB_CURVE), an_rgb_profile(ADOBE_RGB, 563 / 256)
SKIN = (200, 150, 120)
SKIN_OF_P3 = (209, 147, 115)
SKIN_OF_ADOBE = (217, 151, 119)
A_QUARTER = 0x4000
"""Of 16 bits."""


def shown(content: bytes, at: tuple[int, int] = (128, 256)) -> Colour:
    """A pixel, counted as in the largest square; by default in the middle of its left half."""
    square = opened(squares(content, [SIDE])[SIDE])
    assert square.mode == "RGB"
    pixel = square.getpixel((at[0] * SIDE // 512, at[1] * SIDE // 512))
    assert isinstance(pixel, tuple)
    red, green, blue = (int(each) for each in pixel)
    return red, green, blue


def expect(found: Colour, right: Colour) -> None:
    assert all(abs(a - b) <= NEAR for a, b in zip(found, right, strict=True)), (found, right)


def plain(mode: str, colour: object, kind: str = "PNG", **saved: object) -> bytes:
    return encoded(Image.new(mode, (64, 64), colour), kind, **saved)  # type: ignore[arg-type]


# Profiles


@pytest.mark.parametrize(
    ("profile", "colour", "right"),
    [
        (P3, SKIN, SKIN_OF_P3),
        (P3, (220, 80, 60), (238, 65, 48)),
        (P3, (100, 160, 90), (78, 162, 81)),
        (P3, (128, 128, 128), (128, 128, 128)),
        (ADOBE, SKIN, SKIN_OF_ADOBE),
        (ADOBE, (220, 80, 60), (253, 79, 56)),
        (ADOBE, (100, 160, 90), (53, 162, 85)),
        (ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(), SKIN, SKIN),
    ],
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_colour_with_a_profile_is_the_same_colour_in_srgb(
    kind: str, profile: bytes, colour: Colour, right: Colour
) -> None:
    expect(shown(plain("RGB", colour, kind, quality=95, icc_profile=profile)), right)


@pytest.mark.parametrize("mode", ["P", "RGBA"])
def test_the_profile_of_a_palette_and_of_colours_with_alpha_counts_too(mode: str) -> None:
    picture = Image.new("RGB", (64, 64), SKIN)
    picture = picture.quantize(4) if mode == "P" else picture.convert(mode)
    expect(shown(encoded(picture, "PNG", icc_profile=P3)), SKIN_OF_P3)


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_grey_is_shown_by_its_own_profile(kind: str) -> None:
    linear, dark = a_grey_profile(1.0), a_grey_profile(1.8)
    expect(shown(plain("L", 55, kind, icc_profile=linear)), (128, 128, 128))
    expect(shown(plain("L", 128, kind, icc_profile=dark)), (146, 146, 146))


@pytest.mark.parametrize(("depth", "sample"), [(8, (55, 255)), (16, (55 * 257, 65535))])
def test_grey_with_alpha_is_shown_by_its_profile(depth: int, sample: tuple[int, int]) -> None:
    profile = chunk(b"iCCP", b"p\0\0" + _deflated(a_grey_profile(1.0)))
    expect(shown(a_plain_png(depth, GREY_ALPHA, sample, profile)), (128, 128, 128))


def test_grey_with_a_profile_for_colours_is_one_of_these_colours() -> None:
    linear = an_rgb_profile(DISPLAY_P3, 1.0)
    expect(shown(plain("L", 55, "JPEG", icc_profile=linear)), (128, 128, 128))


def test_ink_is_shown_by_its_profile_and_not_by_a_rule_of_thumb() -> None:
    """L* of 50 is 119 in sRGB, of 40 it is 94."""
    profile = an_ink_profile({(1, 0, 0, 0): (50, 0, 0), (0, 1, 0, 0): (40, 0, 0)})
    cyan = plain("CMYK", (255, 0, 0, 0), "JPEG", quality=95, icc_profile=profile)
    expect(shown(cyan), (119, 119, 119))
    magenta = plain("CMYK", (0, 255, 0, 0), "JPEG", quality=95, icc_profile=profile)
    expect(shown(magenta), (94, 94, 94))


def test_ink_without_a_profile_stays_what_it_looks_like() -> None:
    expect(shown(plain("CMYK", (0, 255, 255, 0), "JPEG", quality=95)), (255, 0, 0))


BROKEN = {
    "text": b"a profile" * 20,
    "empty": b"",
    "cut off": P3[:200],
    "for grey": a_grey_profile(1.0),
    "for ink": an_ink_profile({}),
    "larger than the limit": P3 + bytes(4 * 1024 * 1024),
    "offsets beyond it": P3[:132] + b"\xff" * (len(P3) - 132),
    "many tags": P3[:128] + b"\xff" * 4 + P3[132:],
}


@pytest.mark.parametrize("profile", BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_profile_that_makes_no_sense_is_as_if_it_were_not_there(
    kind: str, profile: bytes
) -> None:
    expect(shown(plain("RGB", SKIN, kind, quality=95, icc_profile=profile)), SKIN)


def test_a_profile_in_several_segments_is_put_together_by_their_numbers() -> None:
    halves = (2, P3[300:]), (1, P3[:300])
    segments = [segment(0xE2, b"ICC_PROFILE\0" + bytes([n, 2]) + half) for n, half in halves]
    red = a_jpeg_with(*segments)
    expect(shown(red), shown(a_picture(icc_profile=P3)))


# What a file says of its colours without a profile


def in_adobe_rgb(order: str, space: int, index: bytes) -> bytes:
    return an_exif(
        order,
        [(0x0112, 3, 1, 1), (0x8769, 4, 1, -1)],
        [(0xA001, 3, 1, space), (0xA005, 4, 1, -2)],
        [(1, 2, 4, index)],
    )


@pytest.mark.parametrize(
    ("space", "index", "right"),
    [
        (0xFFFF, b"R03\0", SKIN_OF_ADOBE),
        (2, b"R98\0", SKIN_OF_ADOBE),
        (1, b"R98\0", SKIN),
        (0xFFFF, b"R98\0", SKIN),
        (0xFFFF, b"", SKIN),
    ],
)
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
def test_a_camera_may_say_that_its_colours_are_adobes(
    kind: str, order: str, space: int, index: bytes, right: Colour
) -> None:
    exif = b"Exif\0\0" + in_adobe_rgb(order, space, index)
    expect(shown(plain("RGB", SKIN, kind, quality=95, exif=exif)), right)


def test_a_profile_counts_for_more_than_what_the_camera_says() -> None:
    exif = b"Exif\0\0" + in_adobe_rgb("<", 0xFFFF, b"R03\0")
    both = plain("RGB", SKIN, "JPEG", quality=95, exif=exif, icc_profile=P3)
    expect(shown(both), SKIN_OF_P3)


def gamma(of_file: int) -> bytes:
    return chunk(b"gAMA", struct.pack(">I", of_file))


def chromaticities(*numbers: int) -> bytes:
    return chunk(b"cHRM", struct.pack(">8I", *numbers))


XY_OF_ADOBE = chromaticities(31270, 32900, 64000, 33000, 21000, 71000, 15000, 6000)
XY_OF_SRGB = chromaticities(31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)
PNG_SAYS: dict[str, tuple[tuple[bytes, ...], Colour, Colour]] = {
    "nothing": ((), (55, 128, 128), (55, 128, 128)),
    "linear": ((gamma(100_000),), (55, 55, 55), (128, 128, 128)),
    "linear, with sRGB's colours": ((gamma(100_000), XY_OF_SRGB), (55, 55, 55), (128, 128, 128)),
    "sRGB's gamma": ((gamma(45_455), XY_OF_SRGB), (20, 55, 128), (20, 55, 128)),
    "Adobe's": ((gamma(45_470), XY_OF_ADOBE), SKIN, SKIN_OF_ADOBE),
    "sRGB, whatever else": ((chunk(b"sRGB", b"\0"), gamma(100_000)), SKIN, SKIN),
    "colours alone": ((XY_OF_ADOBE,), SKIN, SKIN),
    "gamma 0": ((gamma(0),), SKIN, SKIN),
    "gamma beyond sense": ((gamma(2**32 - 1),), SKIN, SKIN),
    "colours that span nothing": ((gamma(100_000), chromaticities(*[30000] * 8)), SKIN, SKIN),
    "colours of 0": ((gamma(100_000), chromaticities(*[0] * 8)), SKIN, SKIN),
    "colours beyond sense": ((gamma(100_000), chromaticities(*[2**32 - 1, 1] * 4)), SKIN, SKIN),
    "cut off": ((chunk(b"gAMA", b"\0"), chunk(b"cHRM", b"\0")), SKIN, SKIN),
}


@pytest.mark.parametrize(("chunks", "colour", "right"), PNG_SAYS.values(), ids=PNG_SAYS)
def test_a_png_is_shown_by_the_gamma_and_colours_that_it_names(
    chunks: tuple[bytes, ...], colour: Colour, right: Colour
) -> None:
    expect(shown(a_plain_png(8, TRUE_COLOUR, colour, *chunks)), right)


def test_grey_with_a_gamma_is_shown_by_it() -> None:
    expect(shown(a_plain_png(8, GREY, (55,), gamma(100_000))), (128, 128, 128))


# Sixteen bits


@pytest.mark.parametrize(
    ("sample", "right"),
    [(0, 0), (A_QUARTER, 64), (2 * A_QUARTER, 128), (3 * A_QUARTER, 191), (65535, 255), (255, 1)],
)
def test_grey_of_16_bits_is_as_bright_as_it_was(sample: int, right: int) -> None:
    expect(shown(a_plain_png(16, GREY, (sample,))), (right, right, right))
    expect(shown(a_plain_png(16, GREY_ALPHA, (sample, 65535))), (right, right, right))
    expect(shown(encoded(Image.new("I;16", (64, 64), sample), "PNG")), (right, right, right))


def test_colours_of_16_bits_are_as_bright_as_they_were() -> None:
    quarters = (A_QUARTER, 2 * A_QUARTER, 3 * A_QUARTER)
    expect(shown(a_plain_png(16, TRUE_COLOUR, quarters)), (64, 128, 191))
    expect(shown(a_plain_png(16, TRUE_COLOUR_ALPHA, (*quarters, 65535))), (64, 128, 191))
    profile = chunk(b"iCCP", b"p\0\0" + _deflated(P3))
    skin = tuple(each * 257 for each in SKIN)
    expect(shown(a_plain_png(16, TRUE_COLOUR, skin, profile)), SKIN_OF_P3)


def test_grey_of_16_bits_has_a_slope_without_steps() -> None:
    row = b"\0" + b"".join(struct.pack(">H", n * 257) for n in range(256))
    slope = a_png(256, 256, 16, GREY, row * 256)
    for n in range(8, 250, 16):
        assert abs(shown(slope, (2 * n, 256))[0] - n) <= 2 * NEAR


# Few bits, and palettes


@pytest.mark.parametrize(
    ("depth", "row", "right"), [(1, 0xFF, 255), (1, 0, 0), (2, 0x55, 85), (4, 0x88, 136)]
)
def test_grey_of_few_bits_is_as_bright_as_it_was(depth: int, row: int, right: int) -> None:
    line = b"\0" + bytes([row]) * (64 * depth // 8)
    expect(shown(a_png(64, 64, depth, GREY, line * 64)), (right, right, right))


@pytest.mark.parametrize(
    ("mode", "colour", "right"),
    [("1", 1, WHITE), ("L", 64, (64, 64, 64)), ("P", 0, (0, 0, 0)), ("RGB", SKIN, SKIN)],
)
def test_plain_pictures_keep_their_colours(mode: str, colour: object, right: Colour) -> None:
    expect(shown(plain(mode, colour)), right)


# What is transparent


def test_what_is_transparent_becomes_white_and_half_of_it_half() -> None:
    clear, half = (10, 20, 30, 0), (0, 0, 0, 128)
    picture = a_png_of_two(8, TRUE_COLOUR_ALPHA, clear, half)
    expect(shown(picture, (128, 256)), WHITE)
    expect(shown(picture, (384, 256)), (127, 127, 127))
    expect(shown(plain("RGBA", half, "WEBP", lossless=True)), (127, 127, 127))
    expect(shown(a_plain_png(8, GREY_ALPHA, (0, 128))), (127, 127, 127))
    expect(shown(a_plain_png(16, GREY_ALPHA, (0, 0x8000))), (127, 127, 127))


def test_colours_under_what_is_transparent_never_bleed_into_its_edge() -> None:
    picture = a_png_of_two(8, TRUE_COLOUR_ALPHA, (255, 0, 0, 0), (255, 255, 255, 255))
    for x in range(0, 512, 8):
        expect(shown(picture, (x, 256)), WHITE)


def _palettes() -> Iterator[tuple[bytes, Colour, Colour]]:
    line, colours = b"\0" + b"\0" * 32 + b"\1" * 32, bytes([*SKIN, 0, 0, 255])
    for alpha, left in ((b"\0", WHITE), (b"\x80", (227, 202, 187)), (b"", SKIN), (b"\xff\0", SKIN)):
        more = [chunk(b"PLTE", colours)] + ([chunk(b"tRNS", alpha)] if alpha else [])
        right = WHITE if alpha == b"\xff\0" else (0, 0, 255)
        yield a_png(64, 64, 8, 3, line * 64, *more), left, right


@pytest.mark.parametrize(("content", "left", "right"), list(_palettes()))
def test_colours_of_a_palette_may_be_transparent(
    content: bytes, left: Colour, right: Colour
) -> None:
    expect(shown(content, (128, 256)), left)
    expect(shown(content, (384, 256)), right)


KEYED: dict[str, tuple[int, int, tuple[int, ...], tuple[int, ...], Colour]] = {
    "grey": (8, GREY, (64,), (65,), (65, 65, 65)),
    "grey of 16 bits": (16, GREY, (A_QUARTER,), (A_QUARTER + 1,), (64, 64, 64)),
    "colours": (8, TRUE_COLOUR, (1, 2, 3), (1, 2, 4), (1, 2, 4)),
    "colours of 16 bits": (
        *(16, TRUE_COLOUR),
        *((A_QUARTER, 2 * A_QUARTER, 9), (A_QUARTER, 2 * A_QUARTER, 8)),
        (64, 128, 0),
    ),
}


@pytest.mark.parametrize(("depth", "colour", "clear", "other", "right"), KEYED.values(), ids=KEYED)
def test_one_colour_may_be_transparent_and_none_that_is_nearly_the_same(
    depth: int, colour: int, clear: tuple[int, ...], other: tuple[int, ...], right: Colour
) -> None:
    key = chunk(b"tRNS", struct.pack(f">{len(clear)}H", *clear))
    picture = a_png_of_two(depth, colour, clear, other, key)
    expect(shown(picture, (128, 256)), WHITE)
    expect(shown(picture, (384, 256)), right)


@pytest.mark.parametrize(
    ("depth", "row", "key", "right"), [(1, 0x0F, 0, 255), (2, 0x5F, 1, 255), (4, 0x8A, 10, 136)]
)
def test_a_grey_of_few_bits_may_be_transparent(depth: int, row: int, key: int, right: int) -> None:
    line = b"\0" + bytes([row]) * (64 * depth // 8)
    content = a_png(64, 64, depth, GREY, line * 64, chunk(b"tRNS", struct.pack(">H", key)))
    sampled = [shown(content, (x, 256))[0] for x in range(256, 320, 4)]
    assert min(sampled) >= right - 3 * NEAR


# Which way is up


def marked() -> Image.Image:
    """Its first quarter is red: the upper left one."""
    picture = Image.new("RGB", (64, 64), "blue")
    picture.paste("red", (0, 0, 32, 32))
    return picture


UPRIGHT = {
    1: (128, 128),
    2: (384, 128),
    3: (384, 384),
    4: (128, 384),
    5: (128, 128),
    6: (384, 128),
    7: (384, 384),
    8: (128, 384),
}
"""Where that quarter belongs, by EXIF's orientation."""


@pytest.mark.parametrize("orientation", UPRIGHT)
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_is_turned_by_what_the_camera_says(kind: str, order: str, orientation: int) -> None:
    exif = an_exif(order, [(0x010F, 2, 3, b"Ada"), (0x0112, 3, 1, orientation)])
    content = encoded(marked(), kind, quality=95, exif=b"Exif\0\0" + exif)
    for quarter in {(128, 128), (384, 128), (128, 384), (384, 384)}:
        red, _, blue = shown(content, quarter)
        assert (red > blue) == (quarter == UPRIGHT[orientation])


def test_a_photo_is_turned_by_xmp_where_there_is_no_exif() -> None:
    xmp = b'<x:xmpmeta><rdf:Description tiff:Orientation="6"/></x:xmpmeta>'
    jpeg = encoded(marked(), "JPEG", quality=95)
    about = segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + xmp)
    jpeg = jpeg[:2] + about + jpeg[2:]
    webp = webp_chunks_of(encoded(marked(), "WEBP", quality=95))
    for content in (jpeg, a_webp(canvas(64, 64, 0x04), webp, riff_chunk(b"XMP ", xmp))):
        red, _, blue = shown(content, UPRIGHT[6])
        assert red > blue


@pytest.mark.parametrize(
    "exif",
    [
        b"",
        b"II",
        b"xx*\0\x08\0\0\0",
        an_exif("<", [(0x0112, 3, 1, 0)]),
        an_exif("<", [(0x0112, 3, 1, 9)]),
        an_exif("<", [(0x0112, 3, 1, 6)])[:-10],
        an_exif("<", [(0x0112, 7, 1, 6)]),
        b"II*\0" + b"\xff" * 60,
        b"II*\0\x08\0\0\0\xff\xff",
    ],
)
def test_exif_that_makes_no_sense_turns_nothing(exif: bytes) -> None:
    content = encoded(marked(), "JPEG", quality=95, exif=b"Exif\0\0" + exif)
    red, _, blue = shown(content, UPRIGHT[1])
    assert red > blue


def _deflated(content: bytes) -> bytes:
    return zlib.compress(content)
