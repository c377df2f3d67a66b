"""The audit log: who did what, when, and from which network.

Rows are only added, and deleted after two years; their network is deleted after 90 days. The
database refuses anything else. Of an IP address only its network is stored, of an e-mail address
without an account a keyed hash.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index, Select, or_, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from chassis import context
from chassis.database.transaction import Transaction
from chassis.ids import new_id
from chassis.networks import network_of
from chassis.times import utc_now
from services.profiles.base import Base


class AuditedAction(StrEnum):
    """Actions of accounts that are logged; other parts add their own."""

    SIGNED_UP = "signed_up"
    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGNED_OUT_BY_OPERATOR = "signed_out_by_operator"
    EMAIL_VERIFIED = "email_verified"
    EMAIL_CHANGE_REQUESTED = "email_change_requested"
    EMAIL_CHANGE_STOPPED = "email_change_stopped"
    EMAIL_CHANGED = "email_changed"
    PASSWORD_CHANGED = "password_changed"
    PASSWORD_RESET_REQUESTED = "password_reset_requested"
    PASSWORD_RESET = "password_reset"
    REFRESH_TOKEN_REUSED = "refresh_token_reused"
    SECOND_FACTOR_ADDED = "second_factor_added"
    SECOND_FACTOR_REMOVED = "second_factor_removed"
    RECOVERY_CODES_RENEWED = "recovery_codes_renewed"
    ACCOUNT_ERASED = "account_erased"
    ACCOUNT_SUSPENDED = "account_suspended"
    ACCOUNT_RESTORED = "account_restored"
    REFUSED = "refused"
    NOTE_READ = "note_read"
    DOCUMENT_READ = "document_read"
    DATA_EXPORTED = "data_exported"
    ROLE_GRANTED = "role_granted"
    ROLE_REVOKED = "role_revoked"


class AuditEntry(Base):
    """``who``: the account that acted, or ``operator``, who has none. ``about``: the account it
    concerns; ``stranger``: the hash of an address without an account. ``detail``: a role, a reason
    or an id, nothing personal."""

    __tablename__ = "audit"
    __table_args__ = (
        Index("ix_audit_about", "about"),
        Index("ix_audit_who", "who"),
        Index("ix_audit_at", "at"),
        Index(
            "ix_audit_with_network",
            "at",
            postgresql_where=text("network IS NOT NULL"),
            sqlite_where=text("network IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    what: Mapped[str]
    who: Mapped[UUID | None]
    operator: Mapped[str | None]
    about: Mapped[UUID | None]
    stranger: Mapped[str | None]
    detail: Mapped[str | None]
    network: Mapped[str | None]


def record(
    tx: Transaction,
    what: str,
    who: UUID | None = None,
    about: UUID | None = None,
    detail: str | None = None,
    operator: str | None = None,
    stranger: str | None = None,
    network: str | None = None,
) -> None:
    """Add an entry. ``network``: where it came from, if not from the caller's network."""
    tx.add(
        AuditEntry(
            id=new_id(),
            at=utc_now(),
            what=what,
            who=who,
            operator=operator,
            about=about,
            stranger=stranger,
            detail=detail,
            network=network or network_of(context.current().address),
        )
    )


def entries_about(account_id: UUID) -> Select[AuditEntry]:
    """All entries about an account, the oldest first."""
    return select(AuditEntry).where(AuditEntry.about == account_id).order_by(AuditEntry.id)


def entries(session: Session, of: UUID | None, limit: int) -> Sequence[AuditEntry]:
    """The newest entries in order of time: all, or those about or by one account."""
    query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit)
    if of is not None:
        query = query.where(or_(AuditEntry.about == of, AuditEntry.who == of))
    return list(reversed(session.scalars(query).all()))
