"""The directory: the read model of specialists for search, written in their own transactions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from hashlib import blake2b
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    Text,
    and_,
    cast,
    false,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from chassis.database.change_tracking import on_change
from chassis.database.tables import Sequence
from chassis.database.transaction import Transaction
from contracts.inputs.words import tokens_in
from contracts.profiles.specialists import SpecialistStatus
from contracts.vocabulary import APPROACHES, TOPICS
from contracts.vocabulary_german import GERMAN
from services.profiles.base import Base
from services.profiles.discovery.fulltext import full_text
from services.profiles.discovery.tokens import FORM, tokens_of
from services.profiles.specialists.specialists import Specialist

ONLINE, IN_PERSON, FEES = "online", "in_person", "fees"
FREE_CONSULTATION, FEATURED = "free_consultation", "featured"
TOPIC, APPROACH, LANGUAGE, COUNTRY = "topic", "approach", "language", "country"
PRACTICE_IN, PLACE = "practice_in", "place"
"""The country of a practice, and the tokens of its place."""


class DirectoryEntry(Base):
    """The entry of a specialist. One who is no longer listed keeps only the number.

    ``number`` is small and given once, in the order of first listings. ``revision``: the
    transaction that wrote the row last; see ``changes``.
    """

    __tablename__ = "directory"

    number: Mapped[int] = mapped_column(Sequence, primary_key=True, autoincrement=True)
    specialist_id: Mapped[UUID] = mapped_column(unique=True)
    listed: Mapped[bool]
    terms: Mapped[list[str]]
    next_slot_at: Mapped[datetime | None]
    form: Mapped[int]
    text_digest: Mapped[str]
    revision: Mapped[int] = mapped_column(BigInteger, index=True)

    def show(self, specialist: Specialist) -> None:
        """Copy the specialist's present state."""
        self.listed = specialist.listed
        self.terms = list(terms_of(specialist)) if self.listed else []
        self.next_slot_at = specialist.next_slot_at if self.listed else None
        self.text_digest = _digest(text_of(specialist)) if self.listed else ""
        self.form = FORM


@on_change(Specialist)
def update_entry(tx: Transaction, specialist: Specialist) -> None:
    """Bring a specialist's entry up to date.

    The transaction has locked the specialist's row, so no other transaction writes the entry.
    """
    entry = tx.scalar(select(DirectoryEntry).where(DirectoryEntry.specialist_id == specialist.id))
    if entry is None:
        if not specialist.listed:
            return
        entry = DirectoryEntry(specialist_id=specialist.id, text_digest="")
        tx.add(entry)
    before = entry.text_digest, entry.form
    entry.show(specialist)
    if not tx.is_modified(entry):
        return
    entry.revision = this_revision(tx)
    tx.flush()
    if (entry.text_digest, entry.form) != before:
        tokens = tokens_of(*text_of(specialist)) if entry.listed else ""
        full_text(tx).write(tx, entry.number, tokens)


def purge_text(tx: Transaction, specialist_id: UUID) -> None:
    """Purge the text of an erased specialist from the index files."""
    if (
        tx.scalar(
            select(DirectoryEntry.number).where(DirectoryEntry.specialist_id == specialist_id)
        )
        is not None
    ):
        full_text(tx).compact(tx)


def listed(session: Session, numbers: list[int]) -> list[Specialist]:
    """The specialists with these numbers, in this order, without those unlisted just now."""
    query = select(DirectoryEntry.number, Specialist).join(
        Specialist, Specialist.id == DirectoryEntry.specialist_id
    )
    rows = session.execute(query.where(DirectoryEntry.number.in_(numbers)))
    by_number = {number: specialist for number, specialist in rows if specialist.listed}
    return [by_number[number] for number in numbers if number in by_number]


def terms_of(specialist: Specialist) -> Iterator[str]:
    """The terms of filters and facets."""
    for topic in specialist.topics:
        yield term(TOPIC, topic)
    for approach in specialist.approaches:
        yield term(APPROACH, approach)
    for language in specialist.languages:
        yield term(LANGUAGE, language)
    for country in specialist.countries:
        yield term(COUNTRY, country)
    if specialist.online:
        yield ONLINE
    if specialist.in_person:
        yield IN_PERSON
        yield from _terms_of_practice(specialist.practice)
    if specialist.fees:
        yield FEES
    if specialist.offers_free_consultations:
        yield FREE_CONSULTATION
    if specialist.featured:
        yield FEATURED


def _terms_of_practice(practice: dict[str, Any]) -> Iterator[str]:
    if practice.get("country"):
        yield term(PRACTICE_IN, practice["country"])
    for token in sorted(tokens_in(practice.get("place", ""))):
        yield term(PLACE, token)


def term(kind: str, value: str) -> str:
    return f"{kind}:{value}"


def text_of(specialist: Specialist) -> tuple[str, str, str]:
    """The searched text, the tier with the highest weight first."""
    return (
        f"{specialist.display_name}\n{specialist.headline}",
        "\n".join(_named(specialist)),
        specialist.biography,
    )


def _named(specialist: Specialist) -> Iterator[str]:
    """Topics and approaches: their keys, and their labels in each language."""
    for keys, labels in ((specialist.topics, TOPICS), (specialist.approaches, APPROACHES)):
        for key in keys:
            yield f"{key} {labels.get(key, '')} {GERMAN.get(key, '')}"


def _digest(parts: tuple[str, ...]) -> str:
    """The digest of the text, which also changes with ``FORM``, so that caches drop the old
    form."""
    return blake2b("\0".join((str(FORM), *parts)).encode(), digest_size=8).hexdigest()


# Changes: PostgreSQL numbers transactions when they begin to write, and they end in any order.
# Changes still to be committed have no lower number than the oldest open transaction, so the next
# read starts there. Reading a change twice does no harm. SQLite has one writer.


def this_revision(session: Session) -> ColumnElement[int]:
    """The revision of rows that this transaction writes."""
    if _on_sqlite(session):
        return _newest_of_sqlite() + 1
    return _number(func.pg_current_xact_id())


def next_revision(session: Session) -> ColumnElement[int]:
    """The lowest revision that rows not visible yet may have."""
    if _on_sqlite(session):
        return _newest_of_sqlite() + 1
    return _number(func.pg_snapshot_xmin(func.pg_current_snapshot()))


def changes(session: Session, since: int, *columns: Any) -> Select[Any]:
    """Columns of entries with this revision or a higher one, and ``next_revision`` as ``to_come``.

    A database restored from a dump has revisions above any that it gave out itself. They are no
    changes.
    """
    found = select(*columns, next_revision(session).label("to_come")).where(
        DirectoryEntry.revision >= since
    )
    if _on_sqlite(session):
        return found
    return found.where(
        DirectoryEntry.revision < _number(func.pg_snapshot_xmax(func.pg_current_snapshot()))
    )


def _newest_of_sqlite() -> ColumnElement[int]:
    newest = select(func.coalesce(func.max(DirectoryEntry.revision), 0)).correlate(None)
    return newest.scalar_subquery()


def _number(transaction: ColumnElement[Any]) -> ColumnElement[int]:
    return cast(cast(transaction, Text), BigInteger)


def _on_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def outdated() -> Select[UUID]:
    """Ids of specialists whose directory entry is missing, outdated or in another ``FORM``."""
    is_listed = Specialist.status == SpecialistStatus.LISTED
    return (
        select(Specialist.id)
        .join(DirectoryEntry, DirectoryEntry.specialist_id == Specialist.id, isouter=True)
        .where(
            or_(
                and_(is_listed, DirectoryEntry.number.is_(None)),
                and_(is_listed, DirectoryEntry.listed.is_(false())),
                and_(is_listed, DirectoryEntry.form != FORM),
                and_(~is_listed, DirectoryEntry.listed.is_(true())),
            )
        )
    )
