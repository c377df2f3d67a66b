"""The words on the pages, in English and in German."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

LOCALE = Path(__file__).parents[3] / "gateway" / "site" / "locale" / "de"


@cache
def _german() -> dict[str, str]:
    found: dict[str, str] = {}
    for file in sorted(LOCALE.glob("*.po")):
        with file.open("rb") as stream:
            found |= {
                str(each.id): str(each.string)
                for each in read_po(stream)
                if each.id and each.string
            }
    return found


def in_language(text: str, language: str) -> str:
    """``text`` is as the source has it; German is looked up as the pages do."""
    return text if language == "en" else _german()[text]


def pattern(text: str, language: str) -> re.Pattern[str]:
    """Matches the whole text, with anything in its gaps and white space around it."""
    parts = re.split(r"%\(\w+\)s", in_language(text, language))
    return re.compile(r"^\s*" + ".+".join(map(re.escape, parts)) + r"\s*$")
