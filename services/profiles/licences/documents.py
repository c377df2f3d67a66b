"""Documents of licences: PDF, JPEG or PNG, recognised by their first bytes."""

from __future__ import annotations

from uuid import UUID, uuid4

from chassis.errors import FieldError
from chassis.file_storage import Files
from contracts.files import BadFile, File

FOLDER = "licences/"
SIGNATURES = {
    b"%PDF-": "application/pdf",
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
}


def keep(files: Files, specialist_id: UUID, content: bytes) -> str:
    """Store the document and return its new key. Raises ``BadFile``."""
    if media_type_of(content) is None:
        raise BadFile(errors=[FieldError("document", "It is not a PDF, JPEG or PNG file.")])
    key = f"{specialist_id.hex}-{uuid4().hex[:16]}"
    files.put(f"{FOLDER}{key}", content)
    return key


def find(files: Files, key: str) -> File:
    """The document with this key; raises ``NotFound``."""
    content = files.get(f"{FOLDER}{key}")
    return File.of(content, media_type_of(content) or "application/octet-stream")


def media_type_of(content: bytes) -> str | None:
    return next((kind for first, kind in SIGNATURES.items() if content.startswith(first)), None)
