"""Markdown from people is shown, and does nothing else."""

from __future__ import annotations

import time
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.markdown import TAGS, to_html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("I *listen* **first**.", "<p>I <em>listen</em> <strong>first</strong>.</p>"),
        ("- one\n- two", "<ul>\n<li>one</li>\n<li>two</li>\n</ul>"),
        ("## How\n> I work", "<h2>How</h2>\n<blockquote>\n<p>I work</p>\n</blockquote>"),
        ("# How", "<h2>How</h2>"),
        ("How\n===", "<h2>How</h2>"),
        ("##### How\n\n###### so", "<h4>How</h4>\n<h4>so</h4>"),
        ("`a<b` is", "<p><code>a&lt;b</code> is</p>"),
        ("```py\nx = 1\n```", "<pre><code>x = 1\n</code></pre>"),
        ("    x < 1", "<pre><code>x &lt; 1\n</code></pre>"),
        ('![My *room* & "you"](https://e.org/a.png "t")', '<p>My room &amp; "you"</p>'),
        ("![<script>](x)", "<p>&lt;script&gt;</p>"),
        ("![](x)", "<p></p>"),
        ("a\nb", "<p>a<br>\nb</p>"),
        ("1 < 2 & 3", "<p>1 &lt; 2 &amp; 3</p>"),
        ("", ""),
        (
            "[more](https://example.org/a?b=c)",
            '<p><a href="https://example.org/a?b=c" rel="nofollow noopener ugc">more</a></p>',
        ),
    ],
)
def test_text_is_rendered(text: str, html: str) -> None:
    assert to_html(text).strip() == html


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "![x](https://example.org/pixel.png)",
        "[x](javascript:alert(1))",
        "[x](java\tscript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x](vbscript:x)",
        "[x](http://example.org)",
        "[x](//example.org)",
        "[x](/api/v1/sessions)",
        "[x](mailto:a@example.org)",
        '<https://example.org/" onclick="alert(1)>',
        '[x](https://example.org "title" onclick=alert(1))',
        "[x]: javascript:alert(1)\n\n[x]",
        "<a href='javascript:alert(1)'>x</a>",
        "<style>*{display:none}</style>",
        "<iframe src=https://example.org></iframe>",
        "<svg/onload=alert(1)>",
        "`<script>`",
    ],
)
def test_what_could_do_something_is_text_or_gone(text: str) -> None:
    require_harmless(to_html(text))


@pytest.mark.parametrize(
    "text",
    [
        "[x](https://user:pass@example.org)",
        "[x](https://user@example.org/)",
        "[x](https://bank.example\\@example.org)",
        "[x](https://bank.example:443@example.org)",
        "[x](https:///bank@example.org)",
        "[x](<https://bank .example@example.org>)",
        "[x](https://&#117;&#64;example.org)",
        "[x](HTTPS://a@b.c)",
        "[x]\n\n[x]: https://user@example.org",
        "<https://user:pass@example.org>",
    ],
)
def test_a_link_that_seems_to_lead_elsewhere_leads_nowhere(text: str) -> None:
    assert "href" not in to_html(text)


@pytest.mark.parametrize("address", ["https://example.org/@sam", "https://example.org/?to=a@b.c"])
def test_an_at_sign_in_a_path_is_no_user_name(address: str) -> None:
    assert f'href="{address}"' in to_html(f"[x]({address})")


class Harm(HTMLParser):
    """What a browser would take for elements and attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self.found.append(tag)
        for name, value in attrs:
            if (tag, name) == ("a", "href"):
                if not (value or "").lower().startswith("https://"):
                    self.found.append(f"href={value}")
            elif (tag, name, value) != ("a", "rel", "nofollow noopener ugc"):
                self.found.append(f"{tag} {name}={value}")
        if tag == "a" and ("rel", "nofollow noopener ugc") not in attrs:
            self.found.append("a link without rel")


def require_harmless(html: str) -> None:
    parser = Harm()
    parser.feed(html)
    parser.close()
    assert parser.found == [], html


PIECES = st.sampled_from(
    [
        *("<script>", "</script>", "<img src=x onerror=", "<a href=", "javascript:", "onclick="),
        *("[x](", ")", "![", "]", "`", "*", "_", "> ", "- ", "# ", "\n", "\n\n", '"', "'", "<"),
        *(">", "&#106;", "&lt;", "\\", "https://example.org", "data:text/html,", "<!--", "<svg"),
        *("/>", "<![CDATA[", "<style>", "<math>", "\t", "[x]: ", "//", "\u2028", "\x0b"),
    ]
)


@given(st.lists(PIECES | st.text(max_size=5), max_size=40).map("".join))
def test_nothing_that_anybody_writes_does_anything(text: str) -> None:
    require_harmless(to_html(text))


@pytest.mark.parametrize("text", ["[" * 5000, "*a_ " * 1250, "> " * 2500, "<" * 5000, "`" * 4999])
def test_no_biography_takes_long(text: str) -> None:
    started = time.process_time()
    to_html(text)
    assert time.process_time() - started < 1
