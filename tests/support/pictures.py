"""Pictures, as people send them."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from PIL import Image


def a_picture(
    kind: str = "JPEG", size: tuple[int, int] = (800, 600), mode: str = "RGB", **saved: Any
) -> bytes:
    """Its left half is red, its right half blue."""
    width, height = size
    picture = Image.new(mode, size, "blue")
    picture.paste(Image.new(mode, (width // 2, height), "red"), (0, 0))
    return encoded(picture, kind, **saved)


def encoded(picture: Image.Image, kind: str, **saved: Any) -> bytes:
    file = BytesIO()
    picture.save(file, kind, **saved)
    return file.getvalue()


def opened(content: bytes) -> Image.Image:
    picture = Image.open(BytesIO(content))
    picture.load()
    return picture
