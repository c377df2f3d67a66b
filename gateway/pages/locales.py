"""Languages of the pages: gettext catalogues, and CLDR's formats by Babel.

A catalogue is the union of ``gateway/site/locale/<language>/*.po``, a file a resource. English is
the language of the source.
"""

from __future__ import annotations

from functools import cache
from gettext import NullTranslations
from importlib.resources import files
from io import BytesIO

from babel import Locale, UnknownLocaleError
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

from contracts.profiles.preferences import Language

DEFAULT_LOCALES = {Language.EN: "en_GB", Language.DE: "de_DE"}
"""Where the country is unknown, or has no formats of its own in this language."""


@cache
def translations(language: Language) -> NullTranslations:
    """The texts of the pages in this language."""
    folder = files("gateway.site").joinpath("locale", language.value)
    if not folder.is_dir():
        return NullTranslations()
    merged = Translations()
    for source in sorted(folder.iterdir(), key=lambda each: each.name):
        if source.name.endswith(".po"):
            compiled = BytesIO()
            write_mo(compiled, read_po(BytesIO(source.read_bytes()), locale=language.value))
            compiled.seek(0)
            merged.merge(Translations(compiled))
    return merged


def locale_of(language: Language, country: str | None) -> Locale:
    """The formats of this language in this country."""
    return _locale(f"{language.value}_{country}" if country else "", DEFAULT_LOCALES[language])


@cache
def _locale(wanted: str, default: str) -> Locale:
    try:
        return Locale.parse(wanted or default)
    except (UnknownLocaleError, ValueError):
        return Locale.parse(default)
