"""Markdown from people as HTML that is safe to show: no script, no style, no image, no frame.

HTML inside the Markdown is text. What remains is cut down to a few elements by nh3, so that a
mistake of the renderer does no harm; links lead to https alone, and say that they are not ours. An
address with a user name is dropped: `https://bank.example@other.example` leads to the other one.

A page has one `h1`, its own, so that headings begin at `h2`; `h4` is the smallest. Of a picture its
description stays, as text.
"""

from __future__ import annotations

from collections.abc import Sequence

import nh3
from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from chassis.fetch.url_policy import CREDENTIALS

TAGS = {"p", "br", "em", "strong", "ul", "ol", "li", "blockquote", "a", "hr"}
TAGS |= {"h2", "h3", "h4", "code", "pre"}
HEADINGS = {"h1": "h2", "h5": "h4", "h6": "h4"}
OURS_NO_MORE = "nofollow noopener ugc"


class _Renderer(RendererHTML):
    def image(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return escapeHtml(self.renderInlineAsText(tokens[idx].children, options, env))


_markdown = MarkdownIt("commonmark", {"html": False, "breaks": True}, renderer_cls=_Renderer)


def to_html(text: str) -> str:
    """The text, at most some thousand characters of it, as a fragment of HTML."""
    return nh3.clean(
        _rendered(text),
        tags=TAGS,
        attributes={"a": {"href"}},
        attribute_filter=_https_alone,
        url_schemes={"https"},
        link_rel=OURS_NO_MORE,
    )


def _rendered(text: str) -> str:
    tokens = _markdown.parse(text)
    for token in tokens:
        token.tag = HEADINGS.get(token.tag, token.tag)
    return str(_markdown.renderer.render(tokens, _markdown.options, {}))


def _https_alone(tag: str, name: str, value: str) -> str | None:
    """A link without a scheme would lead somewhere on the page's own site."""
    leads_away = value.lower().startswith("https://") and not CREDENTIALS.search(value)
    return value if leads_away or name != "href" else None
