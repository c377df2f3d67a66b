"""The picture of the site in README: ``SITE_PICTURE=1`` makes it anew."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import BrowserContext

PICTURE = Path(__file__).parents[3] / "docs" / "pictures" / "site.png"
SIZE = {"width": 1280, "height": 760}
MOST_BYTES, COLOURS = 120_000, 128


def test_the_picture_of_the_site_is_as_it_must_be(visit: Callable[..., BrowserContext]) -> None:
    if os.environ.get("SITE_PICTURE"):
        page = visit(viewport=SIZE, color_scheme="light").new_page()
        page.goto("/")
        page.screenshot(path=PICTURE)
        with Image.open(PICTURE) as seen:
            fewer = seen.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
        fewer.save(PICTURE, optimize=True)
    with Image.open(PICTURE) as kept:
        assert kept.size == (SIZE["width"], SIZE["height"])
    assert PICTURE.stat().st_size <= MOST_BYTES
