"""Vocabulary: the keys and labels by which specialists are found."""

from __future__ import annotations

from contracts.profiles.preferences import Language
from contracts.vocabulary import ACCESSIBILITY, APPROACHES, TOPICS, Term, Vocabulary
from contracts.vocabulary_german import GERMAN
from gateway.http.endpoint import endpoint

AN_HOUR_S = 3600


class VocabularyApi:
    @endpoint("GET", "/api/v1/vocabulary", returns=Vocabulary, kept_s=AN_HOUR_S, by_language=True)
    def get_vocabulary(self, language: Language) -> Vocabulary:
        """Topics, approaches and accessibility: stable keys, and labels in your language."""
        return Vocabulary(
            topics=_terms(TOPICS, language),
            approaches=_terms(APPROACHES, language),
            accessibility=_terms(ACCESSIBILITY, language),
        )


def _terms(english: dict[str, str], language: Language) -> list[Term]:
    labels = GERMAN if language == Language.DE else english
    return [Term(key=key, label=labels[key]) for key in english]
