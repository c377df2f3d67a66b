"""Photos: squares of what was sent, and nothing of what else was in the file."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import eventlet
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from chassis.context import CallContext, Caller, entered
from chassis.errors import EmailNotVerified, NotFound, Unavailable
from chassis.file_storage import files_at
from chassis.sandbox.subprocess_parser import Turns
from chassis.times import utc_now
from contracts.files import BadFile, File
from contracts.profiles.accounts import TooManyTries
from contracts.profiles.specialists import SpecialistUpdated
from services.profiles.orphaned_files import delete_orphans
from services.profiles.pictures import decoding
from services.profiles.pictures.formats import Refused
from services.profiles.specialists import photos
from services.profiles.specialists.photos import squares_of
from tests.profiles.builders import a_profile, a_submission
from tests.support.eventually import eventually
from tests.support.pictures import a_picture, encoded, opened
from tests.support.service_client import NOBODY, Talking, somebody

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


@pytest.mark.parametrize("size", [(5712, 4284), (4284, 5712), (6000, 4000)])
def test_a_cameras_large_jpeg_is_taken(size: tuple[int, int]) -> None:
    """Of 24 megapixels, as telephones and cameras send them."""
    assert squares_of(a_picture("JPEG", size))


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
}


@pytest.mark.parametrize(("content", "said"), BAD.values(), ids=list(BAD))
def test_what_is_no_usable_picture_is_refused_and_it_is_said_why(content: bytes, said: str) -> None:
    with pytest.raises(BadFile) as refusal:
        squares_of(content)
    [error] = refusal.value.errors
    assert error.field == "photo"
    assert said in error.detail


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_bytes_that_are_wrong_anywhere_never_break_anything(kind: str) -> None:
    whole = a_picture(kind, (64, 64))
    for place in range(0, len(whole), max(1, len(whole) // 150)):
        broken = whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :]
        with suppress(Refused):
            assert decoding.squares(broken, [96])


# The process


PICTURE, HANGS = a_picture(), b"hangs"
HANGING = """
import sys, time
from services.profiles.pictures import decoding
squares = decoding.squares
decoding.squares = lambda content, sides: (
    time.sleep(999) if content == b"hangs" else squares(content, sides)
)
decoding.main()
"""


@pytest.fixture
def decoder_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    """At one file; any other it decodes."""
    monkeypatch.setattr(photos, "DECODE", [photos.DECODE[0], "-c", HANGING])
    monkeypatch.setattr(photos, "RUNNING_S", 4.0)


@pytest.mark.usefixtures("decoder_that_hangs")
def test_an_ordinary_photo_is_taken_while_others_hang() -> None:
    hanging = [eventlet.spawn(outcome_of, HANGS) for _ in range(2)]
    eventually(lambda: photos._turns.balance == 0)
    with eventlet.Timeout(30):
        assert len(squares_of(PICTURE)) == 3
        assert [type(each.wait()) for each in hanging] == [Unavailable, Unavailable]
    assert photos._turns.balance == 2


@pytest.mark.usefixtures("decoder_that_hangs")
def test_who_finds_too_many_waiting_is_asked_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photos, "_turns", Turns(at_once=1, waiting=2))
    for _ in range(3):
        eventlet.spawn(outcome_of, HANGS)
    eventually(lambda: photos._turns.balance == -2)
    refusal = outcome_of(PICTURE)
    assert isinstance(refusal, Unavailable)
    assert "again in a minute" in refusal.detail
    with eventlet.Timeout(30):
        eventually(lambda: photos._turns.balance == 1)


@pytest.mark.usefixtures("decoder_that_hangs")
def test_a_decoder_is_killed_when_its_request_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photos, "RUNNING_S", 999.0)
    with eventlet.Timeout(30), entered(CallContext(deadline=time.time() + 1.5)):
        assert isinstance(outcome_of(HANGS), Unavailable)
    assert photos._turns.balance == 2
    assert len(squares_of(PICTURE)) == 3


def outcome_of(content: bytes) -> object:
    try:
        return squares_of(content)
    except (BadFile, Unavailable) as refusal:
        return refusal


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


def files_of(profiles: Talking) -> list[str]:
    folder = Path(str(profiles.house.process.config["FILES"]))
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def no_decoder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever would be decoded fails the test."""
    monkeypatch.setattr(photos, "DECODE", ["/nowhere"])


@pytest.mark.usefixtures("no_decoder")
def test_who_has_no_profile_is_refused_before_the_photo_is_decoded(profiles: Talking) -> None:
    newcomer, files = somebody("specialist"), files_of(profiles)
    with pytest.raises(NotFound):
        profiles.asked_by(newcomer).set_photo(photo=File.of(PICTURE))
    profiles.asked_by(newcomer).submit_licence(licence=a_submission())  # there is a row, not more
    with pytest.raises(NotFound):
        profiles.asked_by(newcomer).set_photo(photo=File.of(PICTURE))
    assert files_of(profiles) == files


@pytest.mark.usefixtures("no_decoder")
def test_whose_address_is_not_proven_is_refused_before_the_photo_is_decoded(
    profiles: Talking,
) -> None:
    person, files = with_a_profile(profiles), files_of(profiles)
    unproven = replace(person, verified=False)
    with pytest.raises(EmailNotVerified):
        profiles.asked_by(unproven).set_photo(photo=File.of(PICTURE))
    assert files_of(profiles) == files


def test_a_photo_that_is_refused_leaves_nothing_behind(profiles: Talking) -> None:
    person, files = with_a_profile(profiles), files_of(profiles)
    with pytest.raises(BadFile):
        profiles.asked_by(person).set_photo(photo=File.of(PICTURE[:2000]))
    assert files_of(profiles) == files
    assert profiles.asked_by(person).get_my_profile()["photo"] is None


def test_twenty_photos_an_hour_are_taken_the_bad_ones_counted(
    profiles: Talking, monkeypatch: pytest.MonkeyPatch
) -> None:
    person, other = with_a_profile(profiles), with_a_profile(profiles)
    asked = profiles.asked_by(person)
    with monkeypatch.context() as changed:
        changed.setattr(photos, "DECODE", ["false"])  # a process that fails at once
        for _ in range(19):
            with pytest.raises(BadFile):
                asked.set_photo(photo=File.of(PICTURE))
    assert asked.set_photo(photo=File.of(PICTURE))["photo"]
    with monkeypatch.context() as changed:
        changed.setattr(photos, "DECODE", ["/nowhere"])
        with pytest.raises(TooManyTries) as refusal:
            asked.set_photo(photo=File.of(PICTURE))
    assert 0 < refusal.value.retry_after_s <= 3600
    assert profiles.asked_by(other).set_photo(photo=File.of(PICTURE))["photo"]
    assert asked.remove_photo()["photo"] is None


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

    assert delete_orphans(store, files, utc_now()) == []
    stray = folder / "photos" / "README"
    stray.write_text("not ours")
    for path in folder.rglob("*"):
        os.utime(path, (0, 0)) if path.is_file() else None
    swept = delete_orphans(store, files, utc_now() + timedelta(seconds=1))
    assert {Path(each).name for each in swept} >= {Path(each).name for each in old.values()}
    assert stray.exists()
    for address in new.values():
        assert shown(profiles, address)
    with pytest.raises(NotFound):
        shown(profiles, old["large"])
