"""Labels of the vocabulary, of languages and countries, in the visitor's language."""

from __future__ import annotations

from collections.abc import Iterable

from babel import Locale

from contracts.profiles.preferences import Language
from contracts.vocabulary import ACCESSIBILITY, APPROACHES, TOPICS
from contracts.vocabulary_german import GERMAN
from gateway.pages.visitor import Visitor

ENGLISH = {**TOPICS, **APPROACHES, **ACCESSIBILITY}


def label_of(key: str, visitor: Visitor) -> str:
    """The label of a topic, an approach or a kind of access."""
    labels = GERMAN if visitor.language is Language.DE else ENGLISH
    return labels.get(key, key)


def language_name(code: str, visitor: Visitor) -> str:
    """The name of a language (ISO 639), as it begins a list."""
    locale: Locale = visitor.locale
    name = str(locale.languages.get(code, code))
    return name[:1].upper() + name[1:]


def language_names(codes: Iterable[str], visitor: Visitor) -> list[str]:
    return [language_name(each, visitor) for each in codes]
