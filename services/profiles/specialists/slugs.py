"""Slugs: readable names of specialists in addresses, made from display names.

A new display name gives a new slug. Former slugs keep leading to the same specialist, and no other
one gets them while the account exists. They are made from a person's name, so they are deleted with
the account, and free again.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import cast
from uuid import UUID

from sqlalchemy import Index, Table, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from chassis.database.transaction import Transaction
from chassis.database.upserts import insert_if_absent
from chassis.text_folding import folded
from services.profiles.base import Base

LONGEST_STEM = 60
NAMELESS = "specialist"
"""The stem for names without a letter or digit that folds to ASCII, such as 心理."""
TAKEN = frozenset({"me"})
"""Slugs that are paths of the API."""


class Slug(Base):
    """A present or former slug: a stem, and a number from the second one on."""

    __tablename__ = "specialist_slugs"
    __table_args__ = (Index(None, "stem", "number"), Index(None, "specialist_id", "stem"))

    slug: Mapped[str] = mapped_column(primary_key=True)
    stem: Mapped[str]
    number: Mapped[int]
    specialist_id: Mapped[UUID]


def stem_of(display_name: str) -> str:
    """The name in lower-case ASCII, its words joined by hyphens; at most 60 characters."""
    stem = ""
    for word in re.findall("[a-z0-9]+", folded(display_name)):
        longer = f"{stem}-{word}" if stem else word[:LONGEST_STEM]
        if len(longer) > LONGEST_STEM:
            break
        stem = longer
    return NAMELESS if not stem or _reads_as_id(stem) else stem


def _reads_as_id(stem: str) -> bool:
    with suppress(ValueError):
        UUID(stem)
        return True
    return False


def slug_for(tx: Transaction, specialist_id: UUID, display_name: str) -> str:
    """The slug for a specialist with this name: a former one of theirs, or a new one.

    Safe under concurrency: of two specialists with one name the second waits for the first.
    """
    stem = stem_of(display_name)
    had = select(Slug.slug).where(Slug.specialist_id == specialist_id, Slug.stem == stem)
    own = tx.scalar(had.order_by(Slug.number).limit(1))
    if own is not None:
        return own
    number = tx.scalar(select(func.max(Slug.number)).where(Slug.stem == stem)) or 0
    while True:
        number += 1
        slug = stem if number == 1 else f"{stem}-{number}"
        if slug not in TAKEN and insert_if_absent(
            tx,
            cast(Table, Slug.__table__),
            slug=slug,
            stem=stem,
            number=number,
            specialist_id=specialist_id,
        ):
            return slug


def specialist_named(session: Session, slug: str) -> UUID | None:
    """The specialist who has or had this slug."""
    return session.scalar(select(Slug.specialist_id).where(Slug.slug == slug))
