"""Texts of the site's operator in Markdown: the paragraph under the title, and the rest as HTML."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from markupsafe import Markup

from chassis.markdown import own_text_to_html

QUESTION = re.compile(r"^### +(.+)$", re.MULTILINE)
SECTION = re.compile(r"^## +.*$", re.MULTILINE)


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


@lru_cache(200)
def prose(title: str, text: str) -> Prose:
    """A text that begins with a paragraph."""
    lead, _, rest = text.strip().partition("\n\n")
    return Prose(title, plain(lead), html_of(rest))


def html_of(text: str) -> Markup:
    return Markup(own_text_to_html(text))  # it is sanitised


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
