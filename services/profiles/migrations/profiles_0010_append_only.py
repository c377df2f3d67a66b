"""Audit, history and journal can't be rewritten, not even by replacing a row."""

from alembic import op

from chassis.database import append_only

revision = "profiles_0010"
down_revision = "profiles_0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for action in ("UPDATE", "DELETE"):
            op.execute(f"DROP TRIGGER audit_refuses_{action}")
    else:
        op.execute("DROP TRIGGER audit_is_append_only ON audit")
        op.execute("DROP FUNCTION audit_is_append_only()")
    append_only.guard("audit")
    append_only.guard("specialist_history", erased_with="specialist_id")
    append_only.guard("journal", rewritten="body")
