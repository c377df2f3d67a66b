"""Violated constraints become refusals: the class in the constraint's ``info``.

UniqueConstraint("email", info={"refusal": EmailTaken})
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Index, MetaData, Table, UniqueConstraint
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.exc import IntegrityError

from chassis.errors import DomainError


def refusal_of(error: IntegrityError, metadata: MetaData) -> type[DomainError] | None:
    """The refusal of the constraint that was violated, by its name or its columns.

    PostgreSQL names the constraint in the error, SQLite its columns.
    """
    name = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
    columns = set(str(error.orig).removeprefix("UNIQUE constraint failed: ").split(", "))
    for constraint, table in _guards(metadata):
        own = {f"{table.name}.{column.name}" for column in constraint.columns}
        if constraint.name == name or own == columns:
            refusal: type[DomainError] | None = constraint.info.get("refusal")
            return refusal
    return None


def _guards(
    metadata: MetaData,
) -> Iterator[tuple[Index | UniqueConstraint | ExcludeConstraint, Table]]:
    for table in metadata.tables.values():
        for index in table.indexes:
            if index.unique:
                yield index, table
        for constraint in table.constraints:
            if isinstance(constraint, UniqueConstraint | ExcludeConstraint):
                yield constraint, table
