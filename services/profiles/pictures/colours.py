"""Conversion of colours to sRGB, which all screens and browsers assume."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageCms

from services.profiles.pictures.formats import Still

SPACES = {"L": "GRAY", "RGB": "RGB ", "CMYK": "CMYK"}
"""The ICC colour space of each mode."""
SRGB = ImageCms.createProfile("sRGB")
BROKEN = (ImageCms.PyCMSError, OSError, ValueError, TypeError, ArithmeticError)
"""The errors that a broken profile raises."""


def to_srgb(picture: Image.Image, still: Still) -> Image.Image:
    """A picture in grey, RGB or CMYK, converted to sRGB. A profile that is broken or for another
    colour space is ignored."""
    for profile in _profiles(still):
        try:
            return _converted(picture, profile)
        except BROKEN:
            continue
    return picture.convert("RGB")


def _profiles(still: Still) -> list[bytes]:
    if still.profile:
        return [still.profile]
    try:
        return [still.encoding.profile()] if still.encoding else []
    except BROKEN:
        return []


def _converted(picture: Image.Image, content: bytes) -> Image.Image:
    profile = ImageCms.ImageCmsProfile(BytesIO(content))
    space = profile.profile.xcolor_space
    if picture.mode == "L" and space == SPACES["RGB"]:
        picture = picture.convert("RGB")
    if SPACES[picture.mode] != space:
        raise ValueError(f"a profile for {space} in a picture in {picture.mode}")
    converted = ImageCms.profileToProfile(picture, profile, SRGB, outputMode="RGB")
    assert converted is not None
    return converted
