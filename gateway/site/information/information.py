"""Pages of text: the free half hour, privacy, terms, accessibility, safety, imprint."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from gateway.cache import Cached
from gateway.pages.page import page
from gateway.pages.translations import N_
from gateway.pages.visitor import Visitor
from gateway.site.operator.texts import LEGAL, operator_text
from gateway.site.words.prose import Prose, Question, prose, questions_of, without_questions
from gateway.site.words.refusals import Step

F = TypeVar("F", bound=Callable[..., Any])
SAME_FOR_ALL = Cached(lambda arguments: ())
OFFER = Step("/sign-up?role=specialist", N_("Offer a free half hour"))


@dataclass(frozen=True)
class TextShown:
    """``is_sample``: the operator has not replaced a legal text. ``action``: the next step."""

    text: Prose
    is_sample: bool
    action: Step | None = None


@dataclass(frozen=True)
class FreeConsultationShown:
    """``structured``: schema.org's FAQPage."""

    text: Prose
    heading: str
    questions: list[Question]
    structured: dict[str, Any]


def information(path: str) -> Callable[[F], F]:
    """Declare a page of text."""
    return page(path, template="information/page.html", cached=SAME_FOR_ALL, indexed=True)


class InformationPages:
    @page(
        "/free-consultation",
        template="information/free_consultation.html",
        cached=SAME_FOR_ALL,
        indexed=True,
    )
    def free_consultation_page(self, visitor: Visitor) -> FreeConsultationShown:
        text = operator_text("free-consultation", visitor.language).text
        before, section = without_questions(text)
        heading, questions = questions_of(section)
        return FreeConsultationShown(prose(before), heading, questions, _faq_page(questions))

    @information("/privacy")
    def privacy_page(self, visitor: Visitor) -> TextShown:
        return _shown("privacy", visitor)

    @information("/terms")
    def terms_page(self, visitor: Visitor) -> TextShown:
        return _shown("terms", visitor)

    @information("/health-data-consent")
    def health_data_consent_page(self, visitor: Visitor) -> TextShown:
        return _shown("health-data-consent", visitor)

    @information("/imprint")
    def imprint_page(self, visitor: Visitor) -> TextShown:
        return _shown("imprint", visitor)

    @information("/accessibility")
    def accessibility_page(self, visitor: Visitor) -> TextShown:
        return _shown("accessibility", visitor)

    @information("/staying-safe")
    def staying_safe_page(self, visitor: Visitor) -> TextShown:
        return _shown("staying-safe", visitor)

    @information("/how-featuring-works")
    def how_featuring_works_page(self, visitor: Visitor) -> TextShown:
        return _shown("how-featuring-works", visitor, OFFER)

    @information("/for-specialists")
    def for_specialists_page(self, visitor: Visitor) -> TextShown:
        return _shown("for-specialists", visitor, OFFER)


def _shown(name: str, visitor: Visitor, action: Step | None = None) -> TextShown:
    found = operator_text(name, visitor.language)
    is_sample = found.is_sample and name in LEGAL
    return TextShown(prose(found.text), is_sample, action)


def _faq_page(questions: list[Question]) -> dict[str, Any]:
    return {
        "@context": "https://schema.org",
        "@type": "FAQPage",
        "mainEntity": [
            {
                "@type": "Question",
                "name": each.question,
                "acceptedAnswer": {"@type": "Answer", "text": each.text},
            }
            for each in questions
        ],
    }
