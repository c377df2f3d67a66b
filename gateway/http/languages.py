"""The language that a client prefers: ``Accept-Language`` (RFC 9110, 12.5.4)."""

from __future__ import annotations

from contextlib import suppress

from werkzeug.datastructures import LanguageAccept
from werkzeug.wrappers import Response

from contracts.profiles.preferences import Language


def preferred_language(accepted: LanguageAccept) -> Language:
    """The first supported language that the client accepts, of any region; else English.

    Werkzeug's ``best_match`` takes ``en`` for ``de-AT, en;q=0.5``: it prefers an exact tag.
    """
    for tag, quality in accepted:
        if quality > 0:
            with suppress(ValueError):
                return Language(tag.split("-")[0].lower())
    return Language.EN


def speak(response: Response, language: Language) -> None:
    """Mark an answer's language, and that it varies with ``Accept-Language``."""
    response.headers["Content-Language"] = language
    response.vary.add("Accept-Language")
