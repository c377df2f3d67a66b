"""PNG and ICO pictures, drawn at their first request: the logo as icons, and link previews.

A preview (Open Graph) has a title in Young Serif beside a drawing of half discs. It depends on its
title, seed and the site's name alone, so it is drawn once in a process.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont
from PIL.ImageFont import FreeTypeFont

from gateway.site.look.shapes import BIG, COLOURS, Box, Shape, Side, square_shapes

PAPER, INK, PETROL, SUN = "#EFF5F4", "#10343A", "#0F5257", "#F6B23C"
LOGO_BOX = 36
LOGO_HALVES = (
    ((5.5, 11, 28.5, 34), 90, PETROL),
    ((7.5, 2, 30.5, 25), -90, SUN),
)
"""Disc, the angle at which its half begins (clockwise from three o'clock), colour."""
ANGLES = {Side.RIGHT: -90, Side.LEFT: 90, Side.UPPER: 180, Side.LOWER: 0}
SMOOTH = 4
"""Pictures are drawn so many times larger, then scaled down: Pillow's own edges are ragged."""
FAVICON_SIZES = (16, 32, 48)
WIDTH, HEIGHT = 1200, 630
MARGIN = 64
TEXT_WIDTH = WIDTH - HEIGHT - 2 * MARGIN
TITLE_SIZES = (76, 68, 60, 52, 44, 36)
MOST_LINES = 5
LINE = 1.12
BRAND_SIZE = 40
NAME_WIDTH = TEXT_WIDTH - BRAND_SIZE - 32
PALETTE = 64


@cache
def icon(size: int) -> bytes:
    """The logo on paper, as a square PNG. It fits into the circle that systems cut out."""
    return _png(_logo(size, inset=0.15, ground=PAPER))


@cache
def favicon() -> bytes:
    """The logo as ICO in the three sizes that browsers use."""
    out = BytesIO()
    sizes = [(size, size) for size in FAVICON_SIZES]
    _logo(FAVICON_SIZES[-1], inset=0).save(out, "ICO", sizes=sizes)
    return out.getvalue()


def _logo(size: int, inset: float, ground: str = "#FFFFFF00") -> Image.Image:
    side = size * SMOOTH
    picture = Image.new("RGBA", (side, side), ground)
    draw = ImageDraw.Draw(picture)
    scale = side * (1 - 2 * inset) / LOGO_BOX
    for disc, start, colour in LOGO_HALVES:
        box = tuple(side * inset + scale * each for each in disc)
        draw.pieslice(box, start, start + 180, fill=colour)
    return picture.resize((size, size), Image.Resampling.LANCZOS)


@cache
def preview(title: str, seed: str, site_name: str) -> bytes:
    """A link's preview, 1200 by 630: the title, the logo with the site's name, and a drawing that
    the seed decides."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    picture.paste(_drawing(square_shapes(seed)), (WIDTH - HEIGHT, 0))
    draw = ImageDraw.Draw(picture)
    _write_title(draw, title)
    _write_brand(picture, draw, site_name)
    return _png(picture.quantize(PALETTE, dither=Image.Dither.NONE))


def _drawing(shapes: list[Shape]) -> Image.Image:
    side = HEIGHT * SMOOTH
    picture = Image.new("RGB", (side, side))
    draw = ImageDraw.Draw(picture)
    for shape in shapes:
        _draw(draw, shape, side / BIG)
    return picture.resize((HEIGHT, HEIGHT), Image.Resampling.LANCZOS)


def _draw(draw: ImageDraw.ImageDraw, shape: Shape, scale: float) -> None:
    colour = COLOURS[shape.colour]
    if isinstance(shape, Box):
        corners = (shape.x, shape.y, shape.x + shape.width, shape.y + shape.height)
        draw.rectangle([scale * each for each in corners], fill=colour)
        return
    x, y, radius = shape.x, shape.y, shape.radius
    disc = [scale * each for each in (x - radius, y - radius, x + radius, y + radius)]
    start = ANGLES[shape.side]
    draw.pieslice(disc, start, start + 180, fill=colour)


def _write_title(draw: ImageDraw.ImageDraw, title: str) -> None:
    font, lines = _fitted(title)
    height = font.size * LINE
    for number, line in enumerate(lines):
        draw.text((MARGIN, MARGIN + number * height), line, fill=INK, font=font)


def _fitted(title: str) -> tuple[FreeTypeFont, list[str]]:
    """The largest size at which the title fits, and its lines."""
    for size in TITLE_SIZES:
        font = _serif(size)
        lines = list(_lines(title, font))
        fits = all(font.getlength(line) <= TEXT_WIDTH for line in lines)
        if fits and len(lines) <= MOST_LINES:
            break
    return font, lines[:MOST_LINES]


def _lines(title: str, font: FreeTypeFont) -> Iterator[str]:
    line = ""
    for word in title.split():
        longer = f"{line} {word}".strip()
        if line and font.getlength(longer) > TEXT_WIDTH:
            yield line
            line = word
        else:
            line = longer
    yield line


def _write_brand(picture: Image.Image, draw: ImageDraw.ImageDraw, site_name: str) -> None:
    top = HEIGHT - MARGIN - BRAND_SIZE
    logo = _logo(BRAND_SIZE + 16, inset=0)
    picture.paste(logo, (MARGIN, top - 8), logo)
    middle = (MARGIN + BRAND_SIZE + 32, top + BRAND_SIZE // 2)
    draw.text(middle, site_name, fill=INK, font=_font_of_name(site_name), anchor="lm")


def _font_of_name(site_name: str) -> FreeTypeFont:
    """As large as the logo, or smaller where the site's name would not fit beside it."""
    width = _serif(BRAND_SIZE).getlength(site_name)
    return _serif(int(BRAND_SIZE * min(1, NAME_WIDTH / width)))


def _serif(size: int) -> FreeTypeFont:
    font = files("gateway.site").joinpath("assets", "young-serif.woff2").read_bytes()
    return ImageFont.truetype(BytesIO(font), size)


def _png(picture: Image.Image) -> bytes:
    out = BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()
