"""The words by which specialists are found."""

from __future__ import annotations

from typing import Any

from contracts.vocabulary import ACCESSIBILITY, APPROACHES, TOPICS, Term, Vocabulary
from gateway.endpoint import endpoint

AN_HOUR_S = 3600


class VocabularyApi:
    @endpoint("GET", "/api/v1/vocabulary", returns=Vocabulary, kept_s=AN_HOUR_S)
    def get_vocabulary(self) -> Any:
        """Topics, approaches and accessibility: stable keys and their labels."""
        return Vocabulary(
            topics=_terms(TOPICS),
            approaches=_terms(APPROACHES),
            accessibility=_terms(ACCESSIBILITY),
        )


def _terms(words: dict[str, str]) -> list[Term]:
    return [Term(key=key, label=label) for key, label in words.items()]
