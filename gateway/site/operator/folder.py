"""The operator's folder (``FIRSTSTEP_SITE_FOLDER``): texts of their own, and a logo."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from contracts.profiles.preferences import Language

LARGEST_FILE = 200_000
PNG = b"\x89PNG\r\n\x1a\n"
MEDIA_TYPES = {"logo.svg": "image/svg+xml", "logo.png": "image/png"}


@dataclass(frozen=True)
class Logo:
    """For an ``img`` alone: an SVG may have scripts, which run where it is opened by itself."""

    content: bytes
    media_type: str


class OperatorFolder:
    """The files of the folder. What is wrong with them is in ``problems``, a line a file."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)
        self.problems: list[str] = []
        self._files = self._read() if path else {}

    def note(self, file: str, problem: str) -> None:
        self.problems.append(f"FIRSTSTEP_SITE_FOLDER: {self._path / file}: {problem}")

    def texts(self, names: Iterable[str]) -> Iterator[tuple[str, Language, str]]:
        """Name, language and content of each text that is there. One that is there in one language
        alone is noted, and so is a file that is no text of the site."""
        for name in names:
            found = {each: self._files.pop(f"{name}.{each}.md", None) for each in Language}
            for language, content in found.items():
                if content is not None:
                    yield name, language, self._decoded(f"{name}.{language}.md", content)
                elif any(each is not None for each in found.values()):
                    self.note(f"{name}.{language}.md", "is missing: each text is in both languages")
        for file in sorted(self._files.keys() - MEDIA_TYPES):
            self.note(file, "is no text of the site and no logo")

    def logo(self) -> Logo | None:
        given = [file for file in MEDIA_TYPES if file in self._files]
        if not given:
            return None
        if len(given) > 1:
            self.note(given[1], "is there beside logo.svg: one logo is enough")
        content = self._files[given[0]]
        if given[0] == "logo.png" and not content.startswith(PNG):
            self.note(given[0], "is no PNG file")
        if given[0] == "logo.svg" and b"<svg" not in content:
            self.note(given[0], "is no SVG file")
        return Logo(content, MEDIA_TYPES[given[0]])

    def _read(self) -> dict[str, bytes]:
        """The content of each file; hidden ones are left out."""
        try:
            there = sorted(self._path.iterdir())
        except OSError as error:
            self.note("", error.strerror or "can't be read")
            return {}
        return {each.name: self._content(each) for each in there if not each.name.startswith(".")}

    def _content(self, file: Path) -> bytes:
        try:
            with file.open("rb") as opened:
                content = opened.read(LARGEST_FILE + 1)
        except OSError as error:
            self.note(file.name, error.strerror or "can't be read")
            return b""
        if len(content) > LARGEST_FILE:
            self.note(file.name, f"is larger than {LARGEST_FILE // 1000} KB")
        return content

    def _decoded(self, file: str, content: bytes) -> str:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            self.note(file, "is not UTF-8")
            return ""
        title, _, rest = text.strip().partition("\n")
        if not title.startswith("# ") or not rest.strip():
            self.note(file, "does not begin with a title, such as # Imprint, and text below it")
        return text
