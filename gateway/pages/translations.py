"""Texts of the pages in each language: gettext catalogues.

A catalogue is the union of ``gateway/site/locale/<language>/*.po``, a file a resource. English is
the language of the source.
"""

from __future__ import annotations

from functools import cache
from gettext import NullTranslations
from importlib.resources import files
from io import BytesIO

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

from contracts.profiles.preferences import Language


def N_(text: str) -> str:  # noqa: N802  # gettext's name for it
    """Marks a text for the catalogues; it is translated where it is shown."""
    return text


@cache
def catalogue_of(language: Language) -> NullTranslations:
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
