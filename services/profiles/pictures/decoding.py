"""The program that makes squares of a picture, run in a process of its own.

    python -m services.profiles.pictures.decoding < input of ``photos``

The first line of the input is JSON with the ``sides`` (pixels); the rest is the file. The first
line of the output is JSON with the length of each square, or the reason for a refusal; the squares
follow.
"""

from __future__ import annotations

import json
import sys
from functools import reduce
from io import BytesIO
from typing import Any

from PIL import Image, ImageChops, ImageFile, ImageOps
from PIL.Image import Transpose
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from chassis.sandbox.resource_limits import limit_resources
from services.profiles.pictures import formats
from services.profiles.pictures.colours import to_srgb
from services.profiles.pictures.formats import MOST_CPU_S, MOST_MEMORY, Refused, Still, damaged

QUALITY = 82
OPENERS: dict[str, type[ImageFile.ImageFile]] = {
    formats.JPEG: JpegImageFile,  # its own class: it does not look for a second picture
    formats.PNG: PngImageFile,
    formats.WEBP: WebPImageFile,
}
TURNS = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}
"""The operation for each EXIF orientation."""
GREY_ALPHA_16 = "LA;16B"
"""Pillow's raw mode of grey with alpha in 16 bits, which it takes for RGB with alpha."""
LOW_BYTES = "RGB;16L"
"""Raw mode that reads the low byte of 16-bit samples: Pillow takes the high byte, so the other byte
order gives the low one."""


def squares(content: bytes, sides: list[int]) -> dict[int, bytes]:
    """The centre square of an upright picture, as WebP, by side; raises ``Refused``.

    Only its pixels are taken over. Transparent pixels become white.
    """
    still = formats.read(content)
    try:
        square = _square(still, max(sides))
    except (MemoryError, Refused):
        raise
    except Exception as error:  # Pillow's decoders raise many kinds of errors on broken files
        raise damaged() from error
    return {side: _webp(square.resize((side, side))) for side in sides}


def _square(still: Still, side: int) -> Image.Image:
    with OPENERS[still.format](BytesIO(still.content)) as picture:
        if picture.size != (still.width, still.height):
            raise damaged()
        picture.draft(None, (side, side))  # a JPEG need not be decoded in full
        square = ImageOps.fit(_plain(picture, still), (side, side))
    if still.orientation in TURNS:  # cheaper on the small square, with the same centre
        square = square.transpose(TURNS[still.orientation])
    if "A" not in square.getbands():
        return to_srgb(square, still)
    opaque = to_srgb(square.convert(square.mode.rstrip("A")), still)
    white = Image.new("RGB", square.size, "white")
    white.paste(opaque, mask=square.getchannel("A"))
    return white


def _plain(picture: ImageFile.ImageFile, still: Still) -> Image.Image:
    """The picture in eight bits: grey or RGB, perhaps with alpha, or CMYK."""
    if any(each.args == GREY_ALPHA_16 for each in picture.tile):
        return picture.convert("LA")
    if picture.mode == "P":
        return picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    if picture.mode == "1":
        plain: Image.Image = picture.convert("L")
    elif picture.mode.startswith("I"):
        plain = _by_table(picture, [round(sample / 257) for sample in range(65536)])
    else:
        plain = picture
    if still.key:
        opacity = _opacity(picture, plain, still)
        plain.putalpha(opacity)
    return plain


def _opacity(picture: Image.Image, plain: Image.Image, still: Still) -> Image.Image:
    """A mask: black where a pixel has the transparent colour, white elsewhere."""
    if picture.mode.startswith("I"):
        return _by_table(picture, [255 * (sample not in still.key) for sample in range(65536)])
    if still.depth < 16:
        most = 2**still.depth - 1
        return _differing(plain, [(key & most) * 255 // most for key in still.key])
    high = _differing(plain, [key >> 8 for key in still.key])
    low = PngImageFile(BytesIO(still.content))
    low.tile = [each._replace(args=LOW_BYTES) for each in low.tile]
    return ImageChops.lighter(high, _differing(low, [key & 0xFF for key in still.key]))


def _differing(picture: Image.Image, colour: list[int]) -> Image.Image:
    """A mask: white where a pixel differs from the colour, black where it has it."""
    bands = (
        picture.getchannel(band).point([255 * (sample != key) for sample in range(256)])
        for band, key in enumerate(colour)
    )
    return reduce(ImageChops.lighter, bands)


def _by_table(picture: Image.Image, table: list[int]) -> Image.Image:
    """Eight-bit samples by a table over 16-bit samples."""
    return picture.convert("I").point(table, "L")


def _webp(square: Image.Image) -> bytes:
    square.info.clear()
    file = BytesIO()
    square.save(file, "WEBP", quality=QUALITY)
    return file.getvalue()


def main() -> None:
    limit_resources(MOST_MEMORY, MOST_CPU_S)
    sides: list[int] = json.loads(sys.stdin.buffer.readline())["sides"]
    answer: dict[str, Any]
    made: dict[int, bytes] = {}
    try:
        made = squares(sys.stdin.buffer.read(), sides)
        answer = {"lengths": [len(made[side]) for side in sides]}
    except Refused as refusal:
        answer = {"refused": refusal.detail, "value": refusal.value}
    except MemoryError:
        limit = MOST_MEMORY // 1024**2
        answer = {"refused": f"It takes more memory than the limit of {limit} MiB to decode."}
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n")
    sys.stdout.buffer.writelines(made.values())


if __name__ == "__main__":
    main()
