"""Texts of the editors' pages: labels of fields, and what another window saved meanwhile."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from contracts.content import ArticleStatus
from gateway.pages.forms import Form
from gateway.pages.translations import N_
from gateway.pages.visitor import Visitor
from gateway.site.desk.texts import Line, choices_of
from gateway.site.words.choices import Options
from gateway.site.words.vocabulary import label_of, language_name

LABELS = {
    "title": N_("Title"),
    "summary": N_("Summary"),
    "body": N_("Text"),
    "slug": N_("Short name in the address"),
    "language": N_("Language"),
    "topics": N_("Topics"),
    "references": N_("References"),
    "day": N_("Day"),
    "at": N_("Time"),
    "reason": N_("Reason"),
}
REFERENCE_LABELS = {
    "title": N_("Title"),
    "authors": N_("Authors"),
    "year": N_("Year"),
    "source": N_("Journal or publisher"),
    "url": N_("Address on the web"),
}
STATUSES = {
    ArticleStatus.DRAFT: N_("draft"),
    ArticleStatus.SCHEDULED: N_("scheduled"),
    ArticleStatus.PUBLISHED: N_("published"),
    ArticleStatus.WITHDRAWN: N_("withdrawn"),
}


def article_statuses() -> dict[ArticleStatus, str]:
    return STATUSES


def editing_label(name: str, visitor: Visitor) -> str:
    """The label of a field, by its dotted name; of a reference with its number."""
    first, _, rest = name.partition(".")
    number, _, field = rest.partition(".")
    if field in REFERENCE_LABELS:
        label = visitor.gettext(REFERENCE_LABELS[field])
        return visitor.gettext(
            "Reference %(number)s, %(label)s", number=int(number) + 1, label=label
        )
    return visitor.gettext(LABELS[first]) if first in LABELS else ""


def editing_labels(forms: Mapping[str, Form], visitor: Visitor) -> dict[str, str]:
    """The labels of all fields that something is wrong with."""
    names = [name for each in forms.values() for name in each.errors]
    return {name: label for name in names if (label := editing_label(name, visitor))}


def topics_to_choose(chosen: Sequence[str], visitor: Visitor) -> Options:
    """Those that are chosen in their order, of which the first counts most; then the others."""
    first = [(key, label_of(key, visitor)) for key in chosen if key]
    return [*first, *(each for each in choices_of("topics", visitor) if each not in first)]


def article_saved_meanwhile(
    saved: Mapping[str, Any], written: Mapping[str, Any], visitor: Visitor
) -> list[Line]:
    """The stored fields that differ from what a form brought back."""
    mine = dict(_texts(written, visitor))
    return [
        Line(editing_label(name, visitor), text)
        for name, text in _texts(saved, visitor)
        if text.split() != mine.get(name, "").split()
    ]


def _texts(article: Mapping[str, Any], visitor: Visitor) -> Iterator[tuple[str, str]]:
    for name in ("title", "summary", "body", "slug"):
        yield name, article.get(name) or ""
    if article.get("language"):
        yield "language", language_name(article["language"], visitor)
    yield "topics", ", ".join(label_of(each, visitor) for each in article.get("topics", ()))
    yield "references", "\n".join(_reference(each) for each in article.get("references") or ())


def _reference(reference: Mapping[str, Any]) -> str:
    values = [reference.get(name) for name in ("authors", "year", "title", "source", "url")]
    return ", ".join(str(each) for each in values if each)
