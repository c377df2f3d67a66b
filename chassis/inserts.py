"""The INSERT that both databases know under different names."""

from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session


def insert_or_ignore(session: Session, table: Table) -> Any:
    """An INSERT that does nothing where the row is there already."""
    dialect = session.get_bind().dialect.name
    make = sqlite.insert if dialect == "sqlite" else postgresql.insert
    return make(table).on_conflict_do_nothing()
