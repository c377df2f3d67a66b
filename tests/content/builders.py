"""Articles, with the usual filled in."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from contracts.content import Reference, WriteArticle

A_PAPER = Reference(
    title="A meta-analysis",
    authors="Example, A.; Beispiel, B.",
    year=2019,
    source="Journal of Examples",
    url="https://doi.org/10.1000/182",
)
A_TITLE_ALONE = Reference(title="A book")


def an_article(**changes: Any) -> WriteArticle:
    article: dict[str, Any] = {
        "slug": f"first-steps-{uuid4().hex}",
        "title": "First steps",
        "summary": "Where to start.",
        "body": "# Where to start\n\nWith *one* step.",
        "topics": ["anxiety", "first-steps"],
        "references": [A_PAPER, A_TITLE_ALONE],
    }
    return WriteArticle(**{**article, **changes})
