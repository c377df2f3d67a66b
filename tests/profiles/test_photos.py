"""Photos: squares of what was sent, and nothing of what else was in the file."""

from __future__ import annotations

import os
import struct
import time
import zlib
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from chassis.context import Caller
from chassis.errors import NotFound
from chassis.storage import files_at
from chassis.times import utc_now
from contracts.files import BadFile, File
from contracts.profiles.specialists import SpecialistUpdated
from services.profiles.pictures.formats import MOST_PIXELS
from services.profiles.specialists.photos import squares_of
from services.profiles.sweeping import sweep
from tests.pictures import a_picture, encoded, opened
from tests.profiles.builders import a_profile
from tests.talking import NOBODY, Talking, somebody

ORIENTATION, MAKE, GPS = 0x0112, 0x010F, 0x8825
RED, BLUE = (254, 0, 0), (0, 0, 254)


def is_like(pixel: Any, colour: tuple[int, int, int]) -> bool:
    return all(abs(a - b) < 30 for a, b in zip(pixel[:3], colour, strict=True))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("size", [(800, 600), (300, 2000), (40, 30), (1, 1), (4000, 3000)])
def test_a_photo_becomes_squares_of_three_sizes(kind: str, size: tuple[int, int]) -> None:
    squares = squares_of(a_picture(kind, size))
    assert sorted(squares) == [96, 256, 512]
    for side, content in squares.items():
        square = opened(content)
        assert (square.format, square.size) == ("WEBP", (side, side))


@pytest.mark.parametrize("mode", ["L", "RGBA", "CMYK", "P", "I;16", "1", "LA"])
def test_pictures_of_all_colour_modes_are_taken(mode: str) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"
    assert squares_of(encoded(Image.new(mode, (300, 300)), kind))


def test_a_cameras_large_jpeg_is_taken() -> None:
    assert squares_of(a_picture("JPEG", (8200, 6100)))


def test_the_middle_is_shown() -> None:
    square = opened(squares_of(a_picture("PNG", (900, 300)))[96]).convert("RGB")
    assert is_like(square.getpixel((2, 48)), RED)
    assert is_like(square.getpixel((93, 48)), BLUE)


def test_a_photo_is_turned_as_the_camera_was_held() -> None:
    turned = Image.Exif()
    turned[ORIENTATION] = 6  # the first row is the right side
    square = opened(squares_of(a_picture(size=(600, 600), exif=turned))[96]).convert("RGB")
    assert is_like(square.getpixel((48, 4)), RED)
    assert is_like(square.getpixel((48, 91)), BLUE)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_nothing_that_the_file_told_beside_its_pixels_is_kept(kind: str) -> None:
    told = Image.Exif()
    told[MAKE] = "A camera of Ada's"
    told[GPS] = {1: "N", 2: (52.0, 30.0, 0.0)}
    more: dict[str, Any] = {"exif": told, "icc_profile": b"a profile" * 20}
    if kind == "PNG":
        text = PngInfo()
        text.add_text("Author", "Ada Example")
        more["pnginfo"] = text
    if kind == "WEBP":
        more["xmp"] = b"<x>Ada</x>"
    content = a_picture(kind, **more)
    assert b"Ada" in content
    for square in squares_of(content).values():
        assert b"Ada" not in square
        shown = opened(square)
        assert not shown.getexif()
        assert not {"exif", "icc_profile", "xmp"} & set(shown.info)
        assert b"EXIF" not in square
        assert b"ICCP" not in square


def test_what_is_behind_the_picture_is_left_behind() -> None:
    for square in squares_of(a_picture("PNG") + b"<script>alert(1)</script>").values():
        assert b"script" not in square


def a_bomb() -> bytes:
    """A PNG of a few bytes that would take 40 GB when decoded."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    data = zlib.compress(bytes(1000))
    signature = b"\x89PNG\r\n\x1a\n"
    return signature + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


BAD: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "not a JPEG"),
    "text": (b"a photo", "not a JPEG"),
    "SVG": (b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', "not a JPEG"),
    "GIF": (a_picture("GIF", mode="P"), "not a JPEG"),
    "TIFF": (a_picture("TIFF"), "not a JPEG"),
    "PDF": (a_picture("PDF"), "not a JPEG"),
    "a JPEG cut off": (a_picture("JPEG")[:2000], "damaged"),
    "a JPEG's head": (a_picture("JPEG")[:30], ""),
    "a PNG cut off": (a_picture("PNG", mode="RGB")[:-200], "damaged"),
    "a WebP cut off": (a_picture("WEBP")[:-100], ""),
    "a bomb": (a_bomb(), str(MOST_PIXELS)),
}


@pytest.mark.parametrize(("content", "said"), BAD.values(), ids=list(BAD))
def test_what_is_no_usable_picture_is_refused_and_it_is_said_why(content: bytes, said: str) -> None:
    started = time.process_time()
    with pytest.raises(BadFile) as refusal:
        squares_of(content)
    [error] = refusal.value.errors
    assert error.field == "photo"
    assert said in error.detail
    assert time.process_time() - started < 1


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_bytes_that_are_wrong_anywhere_never_break_anything(kind: str) -> None:
    whole = a_picture(kind, (64, 64))
    for place in range(0, len(whole), max(1, len(whole) // 150)):
        broken = whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :]
        with suppress(BadFile):
            assert len(squares_of(broken)) == 3


# The service


def with_a_profile(profiles: Talking) -> Caller:
    person = somebody("specialist")
    profiles.asked_by(person).write_profile(profile=a_profile())
    return person


def shown(profiles: Talking, address: str) -> bytes:
    found = profiles.asked_by(NOBODY).get_photo(name=address.rpartition("/")[2])
    return File(**found).read()


def test_a_photo_is_shown_changed_and_removed(profiles: Talking) -> None:
    person = with_a_profile(profiles)
    set_photo = profiles.asked_by(person).set_photo
    first = set_photo(photo=File.of(a_picture()))["photo"]
    assert opened(shown(profiles, first["small"])).size == (96, 96)
    second = set_photo(photo=File.of(a_picture()))["photo"]
    assert first["large"] != second["large"]  # an address never changes what it means
    assert profiles.asked_by(person).remove_photo()["photo"] is None
    assert profiles.told(SpecialistUpdated, person.known()) == []  # a draft


def test_who_has_no_profile_has_no_photo(profiles: Talking) -> None:
    with pytest.raises(NotFound):
        profiles.asked_by(somebody("specialist")).set_photo(photo=File.of(a_picture()))


@pytest.mark.parametrize(
    "name", ["", "x", "../../etc/passwd", "..%2f", "0" * 32 + "-" + "0" * 16 + "-512.webp\n"]
)
def test_no_name_leads_to_anything_but_a_photo(profiles: Talking, name: str) -> None:
    with pytest.raises(NotFound):
        profiles.asked_by(NOBODY).get_photo(name=name)


def test_a_licences_document_is_no_photo(profiles: Talking) -> None:
    for name in (f"{'0' * 32}-{'0' * 16}", "licences"):
        with pytest.raises(NotFound):
            profiles.asked_by(NOBODY).get_photo(name=name)


def test_files_that_are_nobodys_any_more_are_swept_an_hour_later(
    profiles: Talking, tmp_path: Path
) -> None:
    folder = Path(str(profiles.house.process.config["FILES"]))
    files, store = files_at(str(folder)), profiles.store
    person = with_a_profile(profiles)
    asked = profiles.asked_by(person)
    old = asked.set_photo(photo=File.of(a_picture()))["photo"]
    new = asked.set_photo(photo=File.of(a_picture()))["photo"]

    assert sweep(store, files, utc_now()) == []
    stray = folder / "photos" / "README"
    stray.write_text("not ours")
    for path in folder.rglob("*"):
        os.utime(path, (0, 0)) if path.is_file() else None
    swept = sweep(store, files, utc_now() + timedelta(seconds=1))
    assert {Path(each).name for each in swept} >= {Path(each).name for each in old.values()}
    assert stray.exists()
    for address in new.values():
        assert shown(profiles, address)
    with pytest.raises(NotFound):
        shown(profiles, old["large"])
