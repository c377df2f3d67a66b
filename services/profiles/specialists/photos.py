"""Photos: what was sent becomes squares without metadata, in three sizes."""

from __future__ import annotations

from contracts.profiles.specialists import Photo

SIZES = {"large": 512, "medium": 256, "small": 96}
"""Pixels on each side."""
PATH = "/api/v1/photos"


def addresses(key: str) -> Photo | None:
    """Where the API serves the photo with this key."""
    if not key:
        return None
    return Photo(**{name: f"{PATH}/{file_name(key, side)}" for name, side in SIZES.items()})


def file_name(key: str, side: int) -> str:
    return f"{key}-{side}.webp"
