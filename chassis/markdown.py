"""Markdown from users, rendered as safe HTML: no scripts, styles, images or frames.

HTML in the Markdown is shown as text. nh3 then removes all but a few elements, in case the renderer
has a bug. Links must be https and get ``rel="nofollow noopener ugc"``. A URL with a user name is
dropped: `https://bank.example@other.example` leads to other.example.

A page has an `h1` of its own, so headings begin at `h2`; `h4` is the smallest. An image is replaced
by its description.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from chassis.fetch.url_policy import CREDENTIALS

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

TAGS = {"p", "br", "em", "strong", "ul", "ol", "li", "blockquote", "a", "hr"}
TAGS |= {"h2", "h3", "h4", "code", "pre"}
HEADINGS = {"h1": "h2", "h5": "h4", "h6": "h4"}
LINK_REL = "nofollow noopener ugc"


@cache
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt
    from markdown_it.common.utils import escapeHtml
    from markdown_it.renderer import RendererHTML

    class Renderer(RendererHTML):
        def image(self, tokens: Any, idx: int, options: Any, env: Any) -> str:
            return escapeHtml(self.renderInlineAsText(tokens[idx].children, options, env))

    return MarkdownIt("commonmark", {"html": False, "breaks": True}, renderer_cls=Renderer)


def to_html(text: str) -> str:
    """The text (some thousand characters at most) as an HTML fragment."""
    import nh3

    return nh3.clean(
        _rendered(text),
        tags=TAGS,
        attributes={"a": {"href"}},
        attribute_filter=_https_alone,
        url_schemes={"https"},
        link_rel=LINK_REL,
    )


def _rendered(text: str) -> str:
    markdown = _markdown()
    tokens = markdown.parse(text)
    for token in tokens:
        token.tag = HEADINGS.get(token.tag, token.tag)
    return str(markdown.renderer.render(tokens, markdown.options, {}))


def _https_alone(tag: str, name: str, value: str) -> str | None:
    """Keeps https links only: one without a scheme would lead to a page of this site."""
    leads_away = value.lower().startswith("https://") and not CREDENTIALS.search(value)
    return value if leads_away or name != "href" else None
