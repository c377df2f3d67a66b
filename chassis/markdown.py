"""Markdown from people as HTML that is safe to show: no script, no style, no image, no frame.

HTML inside the Markdown is text. What remains is cut down to a few elements by nh3, so that a
mistake of the renderer does no harm; links lead to https alone, and say that they are not ours. An
address with a user name is dropped: `https://bank.example@other.example` leads to the other one.
"""

from __future__ import annotations

import nh3
from markdown_it import MarkdownIt

from chassis.addresses import CREDENTIALS

TAGS = {"p", "br", "em", "strong", "ul", "ol", "li", "blockquote", "h2", "h3", "h4", "a", "hr"}
OURS_NO_MORE = "nofollow noopener ugc"

_renderer = MarkdownIt("commonmark", {"html": False, "breaks": True})


def to_html(text: str) -> str:
    """The text, at most some thousand characters of it, as a fragment of HTML."""
    return nh3.clean(
        _renderer.render(text),
        tags=TAGS,
        attributes={"a": {"href"}},
        attribute_filter=_https_alone,
        url_schemes={"https"},
        link_rel=OURS_NO_MORE,
    )


def _https_alone(tag: str, name: str, value: str) -> str | None:
    """A link without a scheme would lead somewhere on the page's own site."""
    leads_away = value.lower().startswith("https://") and not CREDENTIALS.search(value)
    return value if leads_away or name != "href" else None
