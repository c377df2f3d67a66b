"""The site's style: contrasts of its tokens (WCAG 2.2), and what it promises of itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import gateway.site
from gateway.site.look.assets import ICONS
from gateway.site.look.shapes import AVATARS, COLOURS

SITE = Path(gateway.site.__file__).parent
STYLE = (SITE / "assets" / "site.css").read_text()
TEMPLATES = sorted((SITE / "templates").rglob("*.html"))
SCRIPT = SITE / "assets" / "site.js"
HEAD = STYLE[: STYLE.index("*/")]
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
ROOT = re.compile(r":root \{(.*?)\}", re.DOTALL)
TOKEN = re.compile(r"--([\w-]+): (#[0-9A-F]{6})")
USED = re.compile(r'\bclass(?:Name)? ?= ?"([^"]*)"')
JINJA = re.compile(r"\{[{%].*?[}%]\}")
ICON = re.compile(r'\bicon\("([^"]+)"\)')
CLASS = re.compile(r"\.([a-z][\w-]*)")
FIELDS = ("sunk", "sun-field", "rose-field", "leaf-field", "sky-field", "bad-field", "good-field")
INITIALS = "#10343A"
TEXT, CONTROLS = 4.5, 3.0
"""Least contrasts by WCAG 2.2: of text (1.4.3), of controls' edges (1.4.11)."""


def tokens(style: str) -> dict[str, dict[str, str]]:
    light, dark, *_ = (dict(TOKEN.findall(root)) for root in ROOT.findall(style))
    return {"light": light, "dark": {**light, **dark}}


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


# Each pair of the brief's table, with its least contrast in light and dark.
TABLE = [
    ("ink", "paper", 12.1, 15.5),
    ("muted", "paper", 5.9, 9.0),
    *(("muted", field, 5.2, 6.6) for field in FIELDS),
    ("link", "paper", 6.1, 10.4),
    ("on-petrol", "petrol", 8.9, 10.3),
    ("on-sun", "sun", 7.2, 8.4),
    ("edge", "paper", 3.2, 4.2),
    ("edge", "surface", 3.2, 4.2),
    ("bad", "surface", 7.0, 9.1),
    ("good", "surface", 7.0, 9.1),
    ("ink", "water", 9.5, 9.5),
]
# Other pairs that stand on pages: text on grounds, hovered buttons, the focus on all of them.
PAIRS = [
    *(("ink", ground, TEXT) for ground in ("surface", *FIELDS)),
    *(("link", ground, TEXT) for ground in ("surface", "water", *FIELDS)),
    *(("bad", ground, TEXT) for ground in ("paper", "bad-field")),
    *(("good", ground, TEXT) for ground in ("paper", "good-field")),
    ("muted", "surface", TEXT),
    ("surface", "bad", TEXT),
    ("on-petrol", "petrol-deep", TEXT),
    ("on-sun", "sun-deep", TEXT),
    ("on-night", "night", TEXT),
    *(("focus", ground, CONTROLS) for ground in ("paper", "surface", "water", *FIELDS)),
]


def misses(style: str) -> Iterator[str]:
    """Pairs of tokens whose contrast is too low, as seen to one decimal."""
    wanted = [(one, other, (light, dark)) for one, other, light, dark in TABLE]
    wanted += [(one, other, (least, least)) for one, other, least in PAIRS]
    for one, other, least in wanted:
        for (theme, colours), wanted_here in zip(tokens(style).items(), least, strict=True):
            found = contrast(colours[one], colours[other])
            if round(found, 1) < wanted_here:
                yield f"{one} on {other}, {theme}: {found:.2f}, not {wanted_here}"


def test_all_contrasts_hold_in_light_and_dark() -> None:
    assert list(misses(STYLE)) == []


@pytest.mark.parametrize(
    ("token", "paler"),
    [
        ("--muted: #466267", "--muted: #5A767B"),
        ("--muted: #A7BCBE", "--muted: #8A9FA1"),
        ("--bad: #A8201A", "--bad: #C8403A"),
        ("--edge: #748C90", "--edge: #8AA2A6"),
        ("--sun-deep: #E79C17", "--sun-deep: #7A4C00"),
    ],
)
def test_a_paler_token_would_be_noticed(token: str, paler: str) -> None:
    assert token in STYLE
    assert list(misses(STYLE.replace(token, paler)))


def test_initials_stand_out_from_both_halves_of_an_avatar() -> None:
    for ground, right in AVATARS:
        assert contrast(INITIALS, ground) >= TEXT
        assert contrast(INITIALS, right) >= TEXT


def test_pictures_have_the_colours_of_the_light_style() -> None:
    light = tokens(STYLE)["light"]
    assert {name: light[name] for name in COLOURS} == COLOURS


def classes(style: str) -> set[str]:
    """Names of classes in its selectors."""
    rules = re.sub(r"\{[^{}]*\}", "{}", COMMENT.sub("", style))
    return set(CLASS.findall(rules))


def test_the_head_of_the_style_lists_its_classes() -> None:
    assert classes(STYLE) - {"no-print"} == set(CLASS.findall(HEAD)) - {"no-print"}


def test_a_class_that_the_head_leaves_out_would_be_noticed() -> None:
    assert "unheard-of" in classes(STYLE + ".unheard-of { color: red }")


def unknown_classes(source: str) -> set[str]:
    """Classes that a template or script uses and the head of the style does not list."""
    used = " ".join(JINJA.sub(" ", each) for each in USED.findall(source))
    return set(used.split()) - set(CLASS.findall(HEAD))


def unknown_icons(source: str) -> set[str]:
    return set(ICON.findall(source)) - ICONS


@pytest.mark.parametrize("file", [*TEMPLATES, SCRIPT], ids=lambda file: str(file.relative_to(SITE)))
def test_pages_use_classes_and_icons_that_there_are_and_no_styles(file: Path) -> None:
    source = file.read_text()
    assert unknown_classes(source) == set()
    assert unknown_icons(source) == set()
    assert " style=" not in source
    assert "<style" not in source


def test_an_unknown_class_or_icon_would_be_noticed() -> None:
    source = (
        """<p class="field{% if bad %} bad{% endif %} unheard-of">{{ icon("unheard-of") }}</p>"""
    )
    assert unknown_classes(source) == {"unheard-of"}
    assert unknown_icons(source) == {"unheard-of"}


@pytest.mark.parametrize(
    ("pattern", "times"),
    [
        (r"url\((?!(young-serif|figtree)(-ext|-central)?\.woff2\))", 0),
        (r"data:", 0),
        (r"@import", 0),
        (r"https?:", 0),
        (r"box-shadow: (?!0 0 0 7px var\(--focus-glow\)|none)", 0),
        (r"gradient\((?!-?45deg, transparent 50%, currentColor 50%\))", 0),
        (r"prefers-color-scheme: dark", 1),
        (r"forced-colors: active", 1),
        (r"prefers-reduced-motion: no-preference", 1),
    ],
)
def test_the_style_keeps_to_its_rules(pattern: str, times: int) -> None:
    assert len(re.findall(pattern, STYLE)) == times


def test_nothing_moves_but_where_motion_is_welcome() -> None:
    still, moving = STYLE.split("@media (prefers-reduced-motion: no-preference) {")
    assert not re.search(r"transition|animation", still)
    assert re.search(r"transition", moving)
    assert re.search(r"animation", moving)
