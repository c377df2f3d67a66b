"""The INSERT that both databases know under different names."""

from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session


def insert_if_absent(session: Session, table: Table, **values: Any) -> bool:
    """Insert the row unless its key is there already; whether it was inserted.

    psycopg gives no row count for this statement, so it returns the key instead. A concurrent
    insert of the same key waits until the other transaction has ended.
    """
    dialect = session.get_bind().dialect.name
    make = sqlite.insert if dialect == "sqlite" else postgresql.insert
    statement = make(table).values(**values).on_conflict_do_nothing()
    inserted = session.execute(statement.returning(*table.primary_key.columns))
    return inserted.first() is not None
