"""Every text of the pages is in German, too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po

import gateway.site

SITE = Path(gateway.site.__file__).parent
CATALOGUES = sorted((SITE / "locale" / "de").glob("*.po"))
KEYWORDS = {"_": None, "gettext": None, "N_": None, "ngettext": (1, 2)}
TRANS = {"silent": "false", "trimmed": "true", "extensions": "jinja2.ext.do"}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|{(\w+)}")
SAME_IN_GERMAN = {
    "%(day)s, %(time)s",
    "Code",
    "Name",
    "Online",
    "Firststep",
    "Status",
    "WhatsApp",
    "Bluesky",
    "LinkedIn",
}

Texts = tuple[str, ...]


def the_texts() -> Iterator[tuple[str, Texts]]:
    """Each text with the file that it stands in; one with a plural has two forms."""
    for source in sorted(SITE.parent.rglob("*.py")):
        yield from extracted("python", source, {})
    for source in sorted((SITE / "templates").rglob("*.*")):
        yield from extracted("jinja2.ext:babel_extract", source, TRANS)


def extracted(method: str, source: Path, options: dict[str, str]) -> Iterator[tuple[str, Texts]]:
    with source.open("rb") as file:
        for _, found, *_ in extract(method, file, KEYWORDS, options=options):
            texts = (found,) if isinstance(found, str) else tuple(each for each in found if each)
            yield source.name, texts


def the_german() -> dict[str, Texts]:
    """German by the English text."""
    found: dict[str, Texts] = {}
    for catalogue in CATALOGUES:
        for message in read_po(BytesIO(catalogue.read_bytes()), locale="de"):
            if message.id:
                ids = (message.id,) if isinstance(message.id, str) else tuple(message.id)
                german = message.string
                found[ids[0]] = (german,) if isinstance(german, str) else tuple(german or ())
    return found


GERMAN = the_german()
TEXTS = sorted({texts: where for where, texts in the_texts()}.items())


@pytest.mark.parametrize(("texts", "where"), TEXTS, ids=[texts[0][:50] for texts, _ in TEXTS])
def test_every_text_of_the_pages_is_in_german(texts: Texts, where: str) -> None:
    english = texts[0]
    german = GERMAN.get(english, ("",))
    assert all(german), f"{where}: no German for {english!r}"
    assert len(german) == len(texts), f"{where}: {english!r} needs a plural"
    assert german[0] != english or english in SAME_IN_GERMAN


@pytest.mark.parametrize("english", sorted(GERMAN), ids=lambda each: str(each)[:50])
def test_german_keeps_the_placeholders(english: str) -> None:
    wanted = sorted(PLACEHOLDER.findall(english))
    for each in GERMAN[english]:
        assert sorted(PLACEHOLDER.findall(each)) == wanted or "%(num)" in english


def test_no_german_is_left_over() -> None:
    used = {texts[0] for texts, _ in TEXTS}
    assert sorted(set(GERMAN) - used) == []


@pytest.mark.parametrize("german", sorted({each for texts in GERMAN.values() for each in texts}))
def test_german_speaks_politely_and_calmly(german: str) -> None:
    assert "!" not in german
    assert not re.search(r"\b(du|dein\w*|dir|dich|Patient\w*)\b", german)
