"""Featuring: what stood against it, its journal, exposures and corrections."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from chassis import json
from chassis.database.tables import Sequence, UtcDateTime
from chassis.ids import new_id

revision = "profiles_0005"
down_revision = "profiles_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("specialists", sa.Column("obstacle", sa.Text()))
    op.add_column("specialists", sa.Column("featuring_seen_at", UtcDateTime()))
    op.add_column("specialists", sa.Column("featuring_since", UtcDateTime()))
    op.create_table(
        "journal",
        sa.Column("seq", Sequence, nullable=False, autoincrement=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.String(100), nullable=False),
        sa.Column("subject", sa.String(100), nullable=False),
        sa.Column("time", UtcDateTime(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_journal"),
        sa.UniqueConstraint("event_id", name="uq_journal_event_id"),
    )
    op.create_index("ix_journal_subject", "journal", ["subject", "seq"])
    op.create_index("ix_journal_time", "journal", ["type", "time"])
    op.create_table(
        "journal_heads",
        sa.Column("name", sa.String(20), nullable=False),
        sa.Column("seq", Sequence, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_journal_heads"),
    )
    op.create_table(
        "exposures",
        sa.Column("specialist_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("shown", sa.Integer(), nullable=False),
        sa.Column("opened", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("specialist_id", "day", name="pk_exposures"),
    )
    op.create_table(
        "featuring_corrections",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("specialists", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "cause", name="pk_featuring_corrections"),
    )
    _name_obstacles()
    _begin_journal()


def _name_obstacles() -> None:
    """What stands against each specialist who is not featured, as far as the row tells."""
    op.execute(
        "UPDATE specialists SET obstacle = CASE WHEN status <> 'listed' THEN 'not_listed' "
        "WHEN offers_free_consultations THEN 'no_slot_soon' ELSE 'no_free_consultations' END "
        "WHERE NOT featured"
    )


def _begin_journal() -> None:
    """Who is featured already stands at the beginning, so that a snapshot has them."""
    specialists = sa.table(
        "specialists",
        sa.column("id", sa.Uuid()),
        sa.column("version", sa.Integer()),
        sa.column("display_name", sa.Text()),
        sa.column("headline", sa.Text()),
        sa.column("featured", sa.Boolean()),
        sa.column("next_slot_at", UtcDateTime()),
    )
    featured = op.get_bind().execute(
        sa.select(specialists).where(specialists.c.featured.is_(True)).order_by(specialists.c.id)
    )
    now = datetime.now(UTC)
    entries = [_entry(seq, row, now) for seq, row in enumerate(featured, start=1)]
    if entries:
        journal = sa.table(
            "journal",
            sa.column("seq", Sequence),
            sa.column("event_id", sa.Uuid()),
            sa.column("type", sa.String()),
            sa.column("subject", sa.String()),
            sa.column("time", UtcDateTime()),
            sa.column("body", sa.LargeBinary()),
        )
        heads = sa.table(
            "journal_heads", sa.column("name", sa.String()), sa.column("seq", Sequence)
        )
        op.bulk_insert(journal, entries)
        op.bulk_insert(heads, [{"name": "journal", "seq": len(entries)}])


def _entry(seq: int, row: Any, now: datetime) -> dict[str, Any]:
    event_id, event_type = new_id(), "SpecialistFeatured"
    event = {
        "specversion": "1.0",
        "id": event_id,
        "source": "/firststep/profiles",
        "type": event_type,
        "time": now,
        "subject": str(row.id),
        "datacontenttype": json.JSON,
        "dataschema": f"/asyncapi.json#/components/schemas/{event_type}",
        "correlationid": str(event_id),
        "data": {
            "specialist_id": row.id,
            "version": row.version,
            "display_name": row.display_name,
            "headline": row.headline,
            "next_slot_at": row.next_slot_at,
            "reason": None,
        },
    }
    return {
        "seq": seq,
        "event_id": event_id,
        "type": event_type,
        "subject": str(row.id),
        "time": now,
        "body": json.dumps(event),
    }
