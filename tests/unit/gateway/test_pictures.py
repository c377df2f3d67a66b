"""Pictures that are drawn: link previews and the logo as icons."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from chassis.settings import LONGEST_SITE_NAME
from contracts.profiles.preferences import Language
from contracts.vocabulary import TOPICS
from gateway.site.look import pictures
from gateway.site.look.assets import PREVIEWS
from gateway.site.look.pictures import MOST_LINES, NAME_WIDTH, TEXT_WIDTH, favicon, icon, preview

MOST_BYTES = 60 * 1024
TITLES = [title for titles in PREVIEWS.values() for title in titles.values()]
LONGEST = sorted(TITLES, key=len)[-2:]


def opened(picture: bytes) -> Image.Image:
    return Image.open(BytesIO(picture))


@pytest.mark.parametrize("title", [PREVIEWS[Language.EN]["default"], *LONGEST])
def test_a_preview_is_a_small_png_of_the_size_that_sites_ask_for(title: str) -> None:
    drawn = preview(title, "seed", "Firststep")
    assert len(drawn) <= MOST_BYTES
    assert (opened(drawn).format, opened(drawn).size) == ("PNG", (1200, 630))


@pytest.mark.parametrize(
    "other",
    [
        ("Stress", "sleep", "Firststep"),
        ("Sleep", "stress", "Firststep"),
        ("Sleep", "sleep", "Halbe Stunde"),
    ],
)
def test_a_preview_shows_its_title_and_the_sites_name_and_follows_its_seed(
    other: tuple[str, str, str],
) -> None:
    drawn = preview("Sleep", "sleep", "Firststep")
    assert drawn == preview("Sleep", "sleep", "Firststep")
    assert drawn != preview(*other)


@pytest.mark.parametrize("name", ["Firststep", "W" * LONGEST_SITE_NAME, "i"])
def test_each_name_of_a_site_fits_beside_the_logo(name: str) -> None:
    assert pictures._font_of_name(name).getlength(name) <= NAME_WIDTH


@pytest.mark.parametrize("title", TITLES)
def test_each_title_fits(title: str) -> None:
    font, lines = pictures._fitted(title)
    assert " ".join(lines) == title
    assert len(lines) <= MOST_LINES
    assert max(font.getlength(line) for line in lines) <= TEXT_WIDTH


def test_there_is_a_preview_for_each_topic_in_each_language() -> None:
    assert set(PREVIEWS) == set(Language)
    for titles in PREVIEWS.values():
        assert {"default", *TOPICS} == set(titles)


@pytest.mark.parametrize("size", [180, 512])
def test_an_icon_has_its_size_and_is_opaque(size: int) -> None:
    drawn = opened(icon(size)).convert("RGBA")
    assert drawn.size == (size, size)
    assert drawn.getchannel("A").getextrema() == (255, 255)


def test_the_favicon_has_three_sizes_and_a_clear_ground() -> None:
    drawn = opened(favicon())
    assert drawn.info["sizes"] == {(16, 16), (32, 32), (48, 48)}
    assert drawn.convert("RGBA").getpixel((0, 0))[3] == 0  # type: ignore[index]
