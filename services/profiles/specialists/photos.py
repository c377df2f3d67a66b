"""Photos: what was sent becomes squares without metadata, in three sizes.

Decoding a large picture takes tens of milliseconds and megabytes, so it runs in a real thread,
two at a time.
"""

from __future__ import annotations

import re
import struct
import zlib
from io import BytesIO
from uuid import UUID, uuid4

from eventlet import tpool
from eventlet.semaphore import Semaphore

from chassis.errors import FieldError, NotFound
from chassis.storage import Files
from contracts.files import BadFile, File
from contracts.profiles.specialists import Photo

SIZES = {"large": 512, "medium": 256, "small": 96}
"""Pixels on each side."""
FORMATS = ("JPEG", "PNG", "WEBP")
MOST_PIXELS = 25_000_000
"""To be decoded; a small file may claim to have far more. Cameras that see more write JPEG, of
which a fraction is decoded."""
QUALITY = 82
AT_ONCE = 2
PATH = "/api/v1/photos"
FOLDER = "photos/"
FILE_NAME = re.compile(r"[0-9a-f]{32}-[0-9a-f]{16}-(512|256|96)\.webp")
DAMAGED = (OSError, SyntaxError, ValueError, EOFError, IndexError, struct.error, zlib.error)
"""What Pillow raises at bytes that are not what they claim to be."""

_turns = Semaphore(AT_ONCE)


def addresses(key: str) -> Photo | None:
    """Where the API serves the photo with this key."""
    if not key:
        return None
    return Photo(**{name: f"{PATH}/{_file_name(key, side)}" for name, side in SIZES.items()})


def keep(files: Files, specialist_id: UUID, content: bytes) -> str:
    """Keep the photo in all its sizes; its key, never used before. Raises ``BadFile``."""
    with _turns:
        squares = tpool.execute(squares_of, content)
    key = f"{specialist_id.hex}-{uuid4().hex[:16]}"
    for side, square in squares.items():
        files.put(f"{FOLDER}{_file_name(key, side)}", square)
    return key


def find(files: Files, name: str) -> bytes:
    """A photo in one of its sizes, WebP; raises ``NotFound``."""
    if not FILE_NAME.fullmatch(name):
        raise NotFound(f"there is no photo {name}")
    return files.get(f"{FOLDER}{name}")


def find_largest(files: Files, key: str) -> File:
    """The photo with this key; raises ``NotFound``."""
    content = files.get(f"{FOLDER}{_file_name(key, max(SIZES.values()))}")
    return File.of(content, "image/webp")


def squares_of(content: bytes) -> dict[int, bytes]:
    """The middle of a picture as it is meant to be seen, by side; raises ``BadFile``.

    Its own bytes say what it is, whatever it was called. Nothing but the pixels is taken over.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = None  # a limit of our own, checked before anything is decoded
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as picture:
            largest = max(SIZES.values())
            picture.draft("RGB", (largest, largest))  # a JPEG need not be decoded in full
            pixels = picture.width * picture.height
            if pixels > MOST_PIXELS:
                raise _bad(f"It has {pixels} pixels, the limit is {MOST_PIXELS}.")
            plain = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
            square = ImageOps.fit(plain, (largest, largest))
            upright = ImageOps.exif_transpose(square)  # cheaper now, and the middle is the middle
            return {side: _webp(upright.resize((side, side))) for side in SIZES.values()}
    except UnidentifiedImageError:
        raise _bad("It is not a JPEG, PNG or WebP picture.") from None
    except DAMAGED as error:
        raise _bad(f"It is damaged: {error}.") from None


def _webp(square: object) -> bytes:
    from PIL import Image

    assert isinstance(square, Image.Image)
    square.info.clear()
    file = BytesIO()
    square.save(file, "WEBP", quality=QUALITY)
    return file.getvalue()


def _bad(detail: str) -> BadFile:
    return BadFile(errors=[FieldError("photo", detail)])


def _file_name(key: str, side: int) -> str:
    return f"{key}-{side}.webp"
