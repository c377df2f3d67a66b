"""Photos: uploads become square WebP pictures without metadata, in three sizes.

Decoding takes tens of milliseconds and megabytes, and far more for a malicious file. So it runs in
a process of its own with limits of memory and time: see ``services.profiles.pictures``.
"""

from __future__ import annotations

import re
from uuid import UUID, uuid4

from chassis import json
from chassis.errors import FieldError, NotFound, Unavailable
from chassis.file_storage import Files
from chassis.sandbox.subprocess_parser import Failed, NotParsed, Turns, command_of, parse
from contracts.files import BadFile, File
from contracts.profiles.specialists import Photo
from services.profiles.pictures.formats import MOST_CPU_S, MOST_MEMORY

SIZES = {"large": 512, "medium": 256, "small": 96}
"""Pixels of a side."""
DECODE = command_of("services.profiles.pictures.decoding")
DEADLINE_S = 9.0
"""Seconds for a photo, including the wait for its turn."""
RUNNING_S = 6.0
"""Seconds for one process. Two that use all of it leave the next one enough time."""
LARGEST_ANSWER = 2 * 1024 * 1024
"""Bytes; more than the pixels of all three squares take."""
_turns = Turns(at_once=2, waiting=8)

TOO_MUCH = (
    f"It takes more than {MOST_MEMORY // 1024**2} MiB of memory, or more than {MOST_CPU_S} s of "
    "processor time, to decode. Please save it as a plain JPEG and send that."
)
BUSY = "Too many photos are being worked on just now. Please send yours again in a minute."
PATH = "/api/v1/photos"
FOLDER = "photos/"
FILE_NAME = re.compile(r"[0-9a-f]{32}-[0-9a-f]{16}-(512|256|96)\.webp")


def urls_of(key: str) -> Photo | None:
    """The URLs of the photo with this key."""
    if not key:
        return None
    return Photo(**{name: f"{PATH}/{_file_name(key, side)}" for name, side in SIZES.items()})


def keep(files: Files, specialist_id: UUID, content: bytes) -> str:
    """Store the photo in all sizes and return its new key. Raises ``BadFile``."""
    squares = squares_of(content)
    key = f"{specialist_id.hex}-{uuid4().hex[:16]}"
    for side, square in squares.items():
        files.put(f"{FOLDER}{_file_name(key, side)}", square)
    return key


def find(files: Files, name: str) -> bytes:
    """A photo in one size, as WebP; raises ``NotFound``."""
    if not FILE_NAME.fullmatch(name):
        raise NotFound("There is no photo at this address.")
    return files.get(f"{FOLDER}{name}")


def find_largest(files: Files, key: str) -> File:
    """The photo with this key in its largest size; raises ``NotFound``."""
    content = files.get(f"{FOLDER}{_file_name(key, max(SIZES.values()))}")
    return File.of(content, "image/webp")


def squares_of(content: bytes) -> dict[int, bytes]:
    """The centre square of an upright picture, as WebP, by side.

    The format is recognised by the file's own bytes, whatever its name. Only the pixels are taken
    over. Raises ``BadFile``, or ``Unavailable`` where decoding took too long.
    """
    asked = json.dumps({"sides": list(SIZES.values())}) + b"\n"
    try:
        head, _, rest = parse(
            DECODE,
            asked + content,
            turns=_turns,
            deadline_s=DEADLINE_S,
            running_s=RUNNING_S,
            largest_answer=LARGEST_ANSWER,
        ).partition(b"\n")
    except Failed:
        raise _bad(TOO_MUCH) from None
    except NotParsed:
        raise Unavailable(BUSY) from None
    answer = json.loads(head)
    if "refused" in answer:
        raise _bad(answer["refused"], answer.get("value"))
    squares = {}
    for side, length in zip(SIZES.values(), answer["lengths"], strict=True):
        squares[side], rest = rest[:length], rest[length:]
    return squares


def _bad(detail: str, value: str | None = None) -> BadFile:
    return BadFile(errors=[FieldError("photo", detail, value)])


def _file_name(key: str, side: int) -> str:
    return f"{key}-{side}.webp"
