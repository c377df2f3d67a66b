"""Drawings of half discs: the same for the same seed, and free of styles."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib.resources import files
from uuid import UUID
from xml.etree import ElementTree

import pytest

from contracts.vocabulary import TOPICS
from gateway.site.look import shapes
from gateway.site.look.shapes import (
    BIG,
    COLOURS,
    SMALL,
    Box,
    Half,
    Side,
    big_dial,
    cover,
    cover_shapes,
    dial,
    initials,
    initials_avatar,
    square_shapes,
)

STYLE = files("gateway.site").joinpath("assets", "site.css").read_text()
SLUGS = [*TOPICS, "what-happens-in-a-free-first-consultation"]
AN_ID = UUID("0190a0a0-0000-7000-8000-000000000001")
DRAWINGS: dict[str, Callable[[], str]] = {
    **{f"cover of {slug}": (lambda slug=slug: cover(slug)) for slug in SLUGS},  # type: ignore[misc]
    "avatar": lambda: initials_avatar("Amira Haddad", AN_ID),
    "dial": lambda: dial(15),
    "big dial": lambda: big_dial(10, 0),
    "logo": shapes.logo,
    "logo on night": shapes.logo_on_night,
    "horizon": shapes.horizon,
    "stones": shapes.stones,
    **{step: (lambda step=step: shapes.step(step)) for step in shapes.STEP_DRAWINGS},  # type: ignore[misc]
    "full mark": lambda: shapes.mark(full=True),
    "empty mark": lambda: shapes.mark(full=False),
}
EACH_DRAWING = pytest.mark.parametrize("draw", DRAWINGS.values(), ids=DRAWINGS)


@EACH_DRAWING
def test_a_drawing_is_well_formed_and_hidden_from_screen_readers(draw: Callable[[], str]) -> None:
    root = ElementTree.fromstring(draw())
    assert root.tag == "svg"
    assert root.get("aria-hidden") == "true"
    assert root.get("viewBox")


@EACH_DRAWING
def test_a_drawing_has_no_style_and_only_classes_of_the_style(draw: Callable[[], str]) -> None:
    drawn = draw()
    assert not re.search(r"style|<script|\bon[a-z]+=|\bid=|url\(", drawn)
    for name in " ".join(re.findall(r'class="([^"]*)"', drawn)).split():
        assert re.search(rf"\.{name}\b", STYLE), name


@EACH_DRAWING
def test_a_drawing_is_the_same_each_time(draw: Callable[[], str]) -> None:
    assert draw() == draw()


def test_a_seed_gives_the_same_cover_in_every_version() -> None:
    assert cover_shapes("sleep")[:3] == [
        Box(0, 0, 300, 200, "sun-field"),
        Half(100, 0, 100, Side.LOWER, "sky"),
        Half(100, 150, 50, Side.UPPER, "coral"),
    ]


def test_seeds_give_different_covers() -> None:
    assert len({cover(slug) for slug in SLUGS}) > 0.9 * len(SLUGS)


@pytest.mark.parametrize("slug", SLUGS)
def test_a_cover_is_filled_and_each_half_disc_stands_out_from_its_ground(slug: str) -> None:
    ground, *rest = cover_shapes(slug)
    assert ground == Box(0, 0, BIG + SMALL, BIG, ground.colour)
    for shape in rest:
        assert shape.colour in COLOURS
        assert shape.colour != ground.colour
    tiles = [each for each in rest if isinstance(each, Box)]
    assert [(each.width, each.height) for each in tiles] == [(SMALL, SMALL)] * 2


@pytest.mark.parametrize("slug", SLUGS)
def test_a_square_lies_within_its_bounds(slug: str) -> None:
    _, *halves = square_shapes(slug)
    for half in halves:
        assert isinstance(half, Half)
        assert half.x - half.radius >= 0
        assert half.x + half.radius <= BIG


@pytest.mark.parametrize(
    ("side", "path"),
    [
        (Side.RIGHT, "M50 40a10 10 0 0 1 0 20z"),
        (Side.LEFT, "M50 40a10 10 0 0 0 0 20z"),
        (Side.UPPER, "M40 50a10 10 0 0 1 20 0z"),
        (Side.LOWER, "M40 50a10 10 0 0 0 20 0z"),
    ],
)
def test_a_half_disc_is_one_arc(side: Side, path: str) -> None:
    assert Half(50, 50, 10, side, "sun").svg() == f'<path class="f-sun" d="{path}"/>'


@pytest.mark.parametrize(
    ("minute", "drawn"),
    [
        (0, '<path d="M12 3a9 9 0 0 1 0 18z"/>'),
        (30, '<path d="M12 3a9 9 0 0 0 0 18z"/>'),
        (15, '<path d="M12 3a9 9 0 0 1 0 18z" transform="rotate(90 12 12)"/>'),
        (45, '<path d="M12 3a9 9 0 0 1 0 18z" transform="rotate(270 12 12)"/>'),
    ],
)
def test_a_dial_fills_the_half_hour_that_begins(minute: int, drawn: str) -> None:
    assert drawn in dial(minute)


@pytest.mark.parametrize(
    ("hour", "minute", "hands"),
    [
        (10, 0, ['x2="60" y2="22"', 'x2="37" y2="47"']),
        (22, 0, ['x2="60" y2="22"', 'x2="37" y2="47"']),
        (0, 30, ['x2="60" y2="98"', 'x2="67" y2="35"']),
    ],
)
def test_the_hands_show_when_the_half_hour_begins(hour: int, minute: int, hands: list[str]) -> None:
    assert re.findall(r'x2="\d+" y2="\d+"', big_dial(hour, minute)) == hands


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Amira Haddad", "AH"),
        ("Lucía Romero Ortiz", "LO"),
        ("Anna-Lena", "AL"),
        ("tom", "T"),
        ("ßaba", "S"),
        ("Łucja Żak", "ŁŻ"),
        ("  ", ""),
        ("", ""),
    ],
)
def test_initials_are_of_the_first_and_last_word(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_a_name_is_escaped() -> None:
    assert "&lt;&amp;</text>" in initials_avatar("<b> &c", AN_ID)


def test_an_avatars_colours_follow_the_account_not_the_name() -> None:
    ground = re.compile(r'<rect[^>]+fill="([^"]+)"')
    one, other = initials_avatar("Amira Haddad", AN_ID), initials_avatar("Sam", AN_ID)
    assert ground.findall(one) == ground.findall(other)
    grounds = {ground.findall(initials_avatar("Sam", UUID(int=n)))[0] for n in range(50)}
    assert len(grounds) > 3
