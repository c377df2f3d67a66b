"""The text of an article as its page shows it: sections, citations of references, reading time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from markupsafe import Markup, escape

HEADING = re.compile(r"<h2>(.*?)</h2>", re.DOTALL)
CITED = re.compile(r"\s*\[(\d{1,2}(?:, ?\d{1,2})*)\]")
WORDS_A_MINUTE = 200
TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True)
class Section:
    """A heading with its anchor."""

    id: str
    title: Markup


@dataclass(frozen=True)
class ArticleText:
    """``cited``: the anchors of the citations of each reference, by its number."""

    html: Markup
    sections: list[Section]
    minutes: int
    cited: dict[int, list[str]] = field(default_factory=dict)


def text_of(body_html: str, references: int, label: str) -> ArticleText:
    """The sanitised HTML of an article with anchors.

    ``[2]`` or ``[1, 3]`` cites references by their numbers and becomes links to them. ``label``:
    what such a link is called, with ``%(number)s``.
    """
    sections: list[Section] = []
    cited: dict[int, list[str]] = {}

    def heading(found: re.Match[str]) -> str:
        section = Section(f"s{len(sections) + 1}", Markup(found[1]))  # sanitised
        sections.append(section)
        return f'<h2 id="{section.id}">{found[1]}</h2>'

    def citation(found: re.Match[str]) -> str:
        numbers = [int(each) for each in found[1].split(",")]
        if not all(1 <= each <= references for each in numbers):
            return found[0]
        return "".join(f"<sup>{_link(each)}</sup>" for each in numbers)

    def _link(number: int) -> str:
        anchors = cited.setdefault(number, [])
        anchors.append(f"c{number}-{len(anchors) + 1}")
        name = escape(label % {"number": number})
        return f'<a href="#r{number}" id="{anchors[-1]}" aria-label="{name}">{number}</a>'

    html = CITED.sub(citation, HEADING.sub(heading, body_html))
    return ArticleText(Markup(html), sections, _minutes(body_html), cited)


def _minutes(html: str) -> int:
    return max(1, round(len(TAG.sub(" ", html).split()) / WORDS_A_MINUTE))


def backlinks(anchors: list[str]) -> Iterator[tuple[str, str]]:
    """Each citation's anchor with a letter to call it by."""
    for place, anchor in enumerate(anchors):
        yield anchor, chr(ord("a") + place % 26)
