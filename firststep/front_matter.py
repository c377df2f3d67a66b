"""Files of demo data: TOML between ``+++``, and a text below it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

FENCE = "+++"


def files_in(folder: str) -> Iterator[tuple[dict[str, Any], str]]:
    """The front matter and the text of each Markdown file in a folder of this package, by name."""
    for file in sorted(files("firststep").joinpath(folder).iterdir(), key=str):
        if file.name.endswith(".md"):
            _, front_matter, text = file.read_text(encoding="utf-8").split(FENCE, 2)
            yield tomllib.loads(front_matter), text.strip()
