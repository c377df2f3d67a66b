"""Deletion of orphaned files: photos and documents that no row mentions.

A file is written before the transaction that mentions it, and deleted after the last one that does.
So a crash leaves an orphan at most, never a row without its file. Names are never reused, so a file
that no row mentions after ten minutes stays an orphan.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from chassis.database.database import Database
from chassis.file_storage import Files
from chassis.scheduling.for_each import for_each
from services.profiles.licences import documents
from services.profiles.licences.licences import Licence
from services.profiles.specialists import photos
from services.profiles.specialists.specialists import Specialist

MIN_AGE = timedelta(minutes=10)
"""Longer than any call that may still mention a new file."""
BATCH = 300
OWNED_FILE = re.compile(
    rf"(?:{photos.FOLDER}|{documents.FOLDER})(?P<key>(?P<owner>[0-9a-f]{{32}})-[0-9a-f]{{16}}).*"
)


def delete_orphans(store: Database, files: Files, now: datetime) -> list[str]:
    """Delete orphans and return their names. A failing deletion does not stop the others."""
    swept: list[str] = []

    def delete(name: str) -> None:
        files.delete(name)
        swept.append(name)

    orphans: list[str] = []
    old = filter(None, map(OWNED_FILE.fullmatch, files.names_before(now - MIN_AGE)))
    while batch := list(islice(old, BATCH)):
        with store.reading() as session:
            mentioned = set(_mentioned(session, {UUID(each["owner"]) for each in batch}))
        orphans += [each[0] for each in batch if each["key"] not in mentioned]
    for_each(orphans, delete, work="orphans")
    return swept


def delete_files_of(owner: UUID, files: Files, now: datetime) -> None:
    """Delete all files of an account, mentioned or not; idempotent."""
    for folder in (photos.FOLDER, documents.FOLDER):
        for name in files.names_before(now + MIN_AGE, prefix=f"{folder}{owner.hex}-"):
            files.delete(name)


def _mentioned(session: Session, owners: set[UUID]) -> Iterator[str]:
    yield from session.scalars(select(Specialist.photo).where(Specialist.id.in_(owners)))
    for column in (Licence.document, Licence.document_in_force):
        yield from session.scalars(select(column).where(Licence.specialist_id.in_(owners)))
