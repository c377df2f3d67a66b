"""The language that a client prefers: ``Accept-Language`` (RFC 9110, 12.5.4)."""

from __future__ import annotations

from contextlib import suppress

from werkzeug.datastructures import LanguageAccept
from werkzeug.wrappers import Response

from contracts.profiles.preferences import Language


def preferred_language(accepted: LanguageAccept) -> Language:
    """The first of ours that the client accepts, of whatever region; English where none is.

    Werkzeug's ``best_match`` takes ``en`` for ``de-AT, en;q=0.5``: it wants the very tag first.
    """
    for tag, quality in accepted:
        if quality > 0:
            with suppress(ValueError):
                return Language(tag.split("-")[0].lower())
    return Language.EN


def speak(response: Response, language: Language) -> None:
    """Say in which language an answer is, and that another client may get another one."""
    response.headers["Content-Language"] = language
    response.vary.add("Accept-Language")
