"""Texts of the site in Markdown: the title, the paragraph under it, and the rest as HTML.

They come with the platform or from its operator, so they may link to pages of this site, which
texts of users may not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

TAGS = {"p", "br", "em", "strong", "ul", "ol", "li", "blockquote", "a", "hr", "h2", "h3", "h4"}
TAGS |= {"code", "pre", "table", "thead", "tbody", "tr", "th", "td"}
QUESTION = re.compile(r"^### +(.+)$", re.MULTILINE)
SECTION = re.compile(r"^## +.*$", re.MULTILINE)

_markdown = MarkdownIt("commonmark", {"html": False}).enable("table")


@dataclass(frozen=True)
class Prose:
    """``lead``: the first paragraph, without markup; ``html``: all that follows it."""

    title: str
    lead: str
    html: Markup


@dataclass(frozen=True)
class Question:
    """A question with its answer. ``text``: the answer without markup."""

    question: str
    answer: Markup
    text: str


def prose(text: str) -> Prose:
    """A text that begins with ``# Title`` and a paragraph."""
    first, _, rest = text.strip().partition("\n")
    lead, _, rest = rest.strip().partition("\n\n")
    return Prose(first.removeprefix("#").strip(), plain(lead), html_of(rest))


@lru_cache(1000)
def html_of(text: str) -> Markup:
    rendered = nh3.clean(
        _markdown.render(text),
        tags=TAGS,
        attributes={"a": {"href"}},
        url_schemes={"https", "mailto", "tel"},
        link_rel="noopener",
    )
    return Markup(rendered)  # nh3 has cleaned it


def inline(text: str) -> Markup:
    """One line with its links."""
    return Markup(html_of(text).strip().removeprefix("<p>").removesuffix("</p>"))


def plain(text: str) -> str:
    """The text without markup."""
    return html_of(text).striptags()


def without_questions(text: str) -> tuple[str, str]:
    """The text before its section of questions, and that section."""
    asked = QUESTION.search(text)
    if asked is None:
        return text, ""
    start = max(each.start() for each in SECTION.finditer(text, 0, asked.start()))
    return text[:start], text[start:]


def questions_of(section: str) -> tuple[str, list[Question]]:
    """The heading of a section, and each ``### question`` in it with its answer."""
    heading = section.strip().partition("\n")[0].removeprefix("##").strip()
    _, *parts = QUESTION.split(section)
    pairs = zip(parts[::2], parts[1::2], strict=True)
    found = [Question(asked.strip(), html_of(told), plain(told)) for asked, told in pairs]
    return heading, found
