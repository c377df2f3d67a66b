"""Drawings made of half discs: covers, avatars, dials, the logo and the pictures of the home page.

All are inline SVG without styles of their own: classes of ``assets/site.css`` colour them, so that
they follow light and dark. A seed (a slug, an id) gives the same drawing each time. Avatars have
the same colours in light and dark, since their initials must stand out from both halves.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from hashlib import blake2b
from math import cos, radians, sin
from typing import TypeVar
from uuid import UUID

from markupsafe import Markup, escape

T = TypeVar("T")

COLOURS = {
    "sun": "#F6B23C",
    "coral": "#EE8667",
    "rose": "#F0B9B7",
    "leaf": "#7FB795",
    "sky": "#B4DAE2",
    "deep": "#0F5257",
    "sun-field": "#FCEBCB",
    "rose-field": "#FAE3E0",
    "leaf-field": "#DDEDE2",
    "sky-field": "#D3E8ED",
}
"""The light colours of ``site.css`` by name, for pictures that no style reaches."""
INKS = ("sun", "coral", "rose", "leaf", "sky", "deep")
FIELDS = ("sky-field", "rose-field", "leaf-field", "sun-field")
BIG, SMALL = 200, 100
"""Sides of a cover's large square and of its two tiles."""


class Side(Enum):
    """Which half of a disc: the way in which its arc is drawn from its first point."""

    RIGHT = "0 0 1 0 {0}"
    LEFT = "0 0 0 0 {0}"
    UPPER = "0 0 1 {0} 0"
    LOWER = "0 0 0 {0} 0"

    @property
    def is_upright(self) -> bool:
        return self in {Side.RIGHT, Side.LEFT}


UPRIGHT, LEVEL = (Side.RIGHT, Side.LEFT), (Side.UPPER, Side.LOWER)


@dataclass(frozen=True)
class Half:
    """Half of the disc around ``x, y``."""

    x: int
    y: int
    radius: int
    side: Side
    colour: str

    def svg(self) -> str:
        left = self.x if self.side.is_upright else self.x - self.radius
        top = self.y - self.radius if self.side.is_upright else self.y
        arc = self.side.value.format(2 * self.radius)
        path = f"M{left} {top}a{self.radius} {self.radius} {arc}z"
        return f'<path class="f-{self.colour}" d="{path}"/>'


@dataclass(frozen=True)
class Box:
    x: int
    y: int
    width: int
    height: int
    colour: str

    def svg(self) -> str:
        place = f'x="{self.x}" y="{self.y}" width="{self.width}" height="{self.height}"'
        return f'<rect class="f-{self.colour}" {place}/>'


Shape = Half | Box


class Choices:
    """Choices that a seed decides: the same in each process and version of Python."""

    def __init__(self, seed: str) -> None:
        self._bytes = _bytes_of(seed)

    def of(self, options: Sequence[T], *without: T) -> T:
        left = [each for each in options if each not in without]
        return left[next(self._bytes) % len(left)]


def _bytes_of(seed: str) -> Iterator[int]:
    block = 0
    while True:
        yield from blake2b(f"{seed}/{block}".encode(), digest_size=32).digest()
        block += 1


@lru_cache(200)
def cover(seed: str) -> Markup:
    """An article's cover, 3 to 2: a large half disc, and two tiles beside it."""
    shapes = "".join(each.svg() for each in cover_shapes(seed))
    return Markup(
        '<svg viewBox="0 0 300 200" preserveAspectRatio="xMidYMid slice" width="300" height="200"'
        f' aria-hidden="true">{shapes}</svg>'
    )


def cover_shapes(seed: str) -> list[Shape]:
    choices = Choices(seed)
    field = choices.of(FIELDS)
    large, second = _two_inks(choices)
    left, tiles = choices.of([(0, BIG), (SMALL, 0)])
    found: list[Shape] = [Box(0, 0, BIG + SMALL, BIG, field)]
    found += _large_square(choices, left, large, second)
    for top in (0, SMALL):
        found += _tile(choices, tiles, top, choices.of(FIELDS, field), (large, second))
    return found


def square_shapes(seed: str) -> list[Shape]:
    """A large square alone, 200 wide and high."""
    choices = Choices(seed)
    field = choices.of(FIELDS)
    return [Box(0, 0, BIG, BIG, field), *_large_square(choices, 0, *_two_inks(choices))]


def _two_inks(choices: Choices) -> tuple[str, str]:
    large = choices.of(INKS)
    return large, choices.of(INKS, large)


def _large_square(choices: Choices, left: int, large: str, second: str) -> list[Shape]:
    """A hill or a bowl with a stone, a whole disc, or a half with a smaller one beside it."""
    x, radius = left + SMALL, SMALL
    kind = choices.of(["hill", "bowl", "disc", "halves"])
    if kind == "hill":
        stone = Half(x, 50, 50, choices.of(LEVEL), second)
        return [Half(x, BIG, radius, Side.UPPER, large), stone]
    if kind == "bowl":
        stone = Half(x, 150, 50, choices.of(LEVEL), second)
        return [Half(x, 0, radius, Side.LOWER, large), stone]
    side = choices.of(UPRIGHT)
    inner = radius if kind == "disc" else radius // 2
    other = choices.of(UPRIGHT, side)
    return [Half(x, SMALL, radius, side, large), Half(x, SMALL, inner, other, second)]


def _tile(
    choices: Choices, left: int, top: int, field: str, used: tuple[str, str]
) -> Iterator[Shape]:
    """A disc of two colours, two hills, or half a disc at an edge."""
    yield Box(left, top, SMALL, SMALL, field)
    first = choices.of(INKS, *used)
    second = choices.of(INKS, first)
    kind = choices.of(["disc", "hills", "edge"])
    x, y = left + 50, top + 50
    if kind == "disc":
        yield Half(x, y, 50, Side.RIGHT, first)
        yield Half(x, y, 50, Side.LEFT, second)
    elif kind == "hills":
        yield Half(x, y, 50, Side.UPPER, first)
        yield Half(x, top + SMALL, 50, Side.UPPER, second)
    else:
        side = choices.of(UPRIGHT)
        yield Half(left if side is Side.RIGHT else left + SMALL, y, 50, side, first)


AVATARS = [
    ("#A9D7E1", "#F09A80"),
    ("#93C5A5", "#F6B23C"),
    ("#F2BDBB", "#F6B23C"),
    ("#F6B23C", "#F2BDBB"),
    ("#A9D7E1", "#93C5A5"),
    ("#93C5A5", "#A9D7E1"),
    ("#F2BDBB", "#A9D7E1"),
    ("#F09A80", "#F2BDBB"),
]
"""Ground and right half. The initials' colour (#10343A) stands out from each."""
STEPS = [(30, 12), (12, 30)]
"""Tops of the left and right half: one is a step higher."""


def initials_avatar(name: str, seed: UUID | str) -> Markup:
    """Initials on the logo's halves; ``seed``, such as the account's id, decides colours."""
    choices = Choices(str(seed))
    ground, right = choices.of(AVATARS)
    left_top, right_top = choices.of(STEPS)
    return Markup(
        '<svg class="arch" viewBox="0 0 80 96" aria-hidden="true">'
        f'<rect width="80" height="96" fill="{ground}"/>'
        f'<path d="M40 {left_top}a30 30 0 0 0 0 60z" fill="#fff" opacity=".62"/>'
        f'<path d="M40 {right_top}a30 30 0 0 1 0 60z" fill="{right}"/>'
        f'<text x="40" y="62" text-anchor="middle">{escape(initials(name))}</text></svg>'
    )


def initials(name: str) -> str:
    """The first letters of the first and last word, or of the only one."""
    words = name.replace("-", " ").split()
    ends = words if len(words) < 2 else [words[0], words[-1]]
    return "".join(word[0].upper()[0] for word in ends)


def dial(minute: int) -> Markup:
    """The half hour that begins at this minute of an hour, on a dial."""
    return Markup(
        f'<svg class="dial" viewBox="0 0 24 24" aria-hidden="true">{_half_hour(minute, 12, 9)}'
        '<circle cx="12" cy="12" r="10"/></svg>'
    )


def big_dial(hour: int, minute: int) -> Markup:
    """The dial of a confirmation, with hands that show when the half hour begins."""
    hands = _hand(minute * 6, 38) + _hand((hour % 12 + minute / 60) * 30, 26)
    return Markup(
        '<svg class="bigdial" viewBox="0 0 120 120" width="168" height="168" aria-hidden="true">'
        f'{_half_hour(minute, 60, 52, "half")}<circle class="ring" cx="60" cy="60" r="52"/>'
        f"{hands}</svg>"
    )


def _half_hour(minute: int, middle: int, radius: int, name: str = "") -> str:
    marked = f' class="{name}"' if name else ""
    turned = f' transform="rotate({minute * 6} {middle} {middle})"' if minute % 30 else ""
    arc = (Side.RIGHT if minute < 30 or minute % 30 else Side.LEFT).value.format(2 * radius)
    path = f"M{middle} {middle - radius}a{radius} {radius} {arc}z"
    return f'<path{marked} d="{path}"{turned}/>'


def _hand(degrees: float, length: int) -> str:
    x = round(60 + length * sin(radians(degrees)))
    y = round(60 - length * cos(radians(degrees)))
    return f'<line x1="60" y1="60" x2="{x}" y2="{y}"/>'


LOGO_PATHS = ("M17 11a11.5 11.5 0 0 0 0 23z", "M19 2a11.5 11.5 0 0 1 0 23z")
"""The logo in a box of 36: a disc cut upright, its right half a step higher."""


def logo() -> Markup:
    """The logo in the colours of the theme."""
    return _logo('class="f-petrol"', 'class="f-sun"')


def logo_on_night() -> Markup:
    """The logo for the dark ground of the foot, which is the same in both themes."""
    return _logo('fill="#7FD0CD"', 'fill="#F6B23C"')


def _logo(*colours: str) -> Markup:
    halves = zip(colours, LOGO_PATHS, strict=True)
    paths = "".join(f'<path {colour} d="{path}"/>' for colour, path in halves)
    return Markup(f'<svg viewBox="0 0 36 36" aria-hidden="true">{paths}</svg>')


def horizon() -> Markup:
    """Home, above the water: the sun, and an open door."""
    return Markup(
        '<svg viewBox="0 0 520 420" width="520" height="420" aria-hidden="true">'
        '<path class="f-sky-field" d="M0 420V260a260 260 0 0 1 520 0v160z"/>'
        '<path class="f-sun" d="M60 420a150 150 0 0 1 300 0z"/>'
        '<path class="s-sun" d="M210 246v-40M123 269l-20-35M59 333l-35-20" stroke-width="8"/>'
        '<path class="f-deep" d="M316 420V214a58 58 0 0 1 116 0v206z"/>'
        '<path fill="#FCEBCB" d="M334 420V216a40 40 0 0 1 80 0v204z"/>'
        '<path fill="#F6B23C" d="M374 176a40 40 0 0 1 40 40v204h-40z"/></svg>'
    )


def stones() -> Markup:
    """Home, in the water: the door's light, and stones that lead to it."""
    return Markup(
        '<svg viewBox="0 0 520 200" width="520" height="200" aria-hidden="true">'
        '<path fill="#FCEBCB" d="M318 -4a56 56 0 0 0 112 0z"/>'
        '<path class="f-leaf" d="M216 40a50 50 0 0 0 100 0z"/>'
        '<path class="f-rose" d="M116 74a54 54 0 0 0 108 0z"/>'
        '<path class="f-coral" d="M14 112a60 60 0 0 0 120 0z"/></svg>'
    )


STEP_DRAWINGS = {
    "choose": '<path class="f-leaf" d="M4 54a32 32 0 0 1 64 0z"/>'
    '<path class="f-petrol" d="M20 22a14 14 0 0 1 28 0z"/>',
    "talk": '<path class="f-sun" d="M36 4a32 32 0 0 1 0 64z"/>'
    '<circle class="s-petrol" cx="36" cy="36" r="32" stroke-width="3"/>'
    '<path class="s-petrol" d="M36 36V14" stroke-width="4"/>',
    "decide": '<path class="f-petrol" d="M33 22a23 23 0 0 0 0 46z"/>'
    '<path class="f-coral" d="M39 4a23 23 0 0 1 0 46z"/>',
}


def step(name: str) -> Markup:
    """The picture of a step: ``choose``, ``talk`` or ``decide``."""
    return Markup(f'<svg viewBox="0 0 72 72" aria-hidden="true">{STEP_DRAWINGS[name]}</svg>')


def mark(*, full: bool) -> Markup:
    """A list's mark: a disc of two colours, or an empty one."""
    drawn = (
        '<path class="f-petrol" d="M12 1a11 11 0 0 1 0 22z"/>'
        '<path class="f-sun" d="M12 1a11 11 0 0 0 0 22z"/>'
        if full
        else '<circle class="s-edge" cx="12" cy="12" r="10"/><path class="s-edge" d="M12 2v20"/>'
    )
    return Markup(f'<svg viewBox="0 0 24 24" aria-hidden="true">{drawn}</svg>')
