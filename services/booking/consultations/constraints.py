"""Database constraints and indexes of consultations: the last line behind the booking rules."""

from __future__ import annotations

from sqlalchemy import Index, column, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint

from chassis.errors import DomainError
from contracts.booking.consultations import AlreadyBooked, OverlappingBooking, SlotTaken

BOOKED = text("status = 'booked'")
UNDECIDED = text("cancels_at IS NOT NULL")
BOOKED_OR_HAD = text(
    "status IN ('booked', 'completed') OR (status = 'missed' AND missed_by = 'client')"
)
WITH_NOTE = text("sealed_note IS NOT NULL")
WITH_CONTENT = text(
    "sealed_note IS NOT NULL OR meeting_link IS NOT NULL OR meeting_address IS NOT NULL "
    "OR note_read_at IS NOT NULL OR note_read_from IS NOT NULL"
)


def _no_overlap(whose: str, refusal: type[DomainError]) -> ExcludeConstraint:
    """An exclusion constraint against overlapping consultations. PostgreSQL only."""
    constraint = ExcludeConstraint(
        (column(whose), "="),
        (text("tstzrange(starts_at, ends_at)"), "&&"),
        where=BOOKED,
        name=f"ex_consultations_{whose}",
        using="gist",
    )
    constraint.info["refusal"] = refusal
    return constraint.ddl_if(dialect="postgresql")


def _in_order(whose: str) -> Index:
    """The index of one side's list, which is read status by status."""
    columns = (f"{whose}_id", "status", "starts_at", "id")
    return Index(f"ix_consultations_of_{whose}", *columns)


CONSTRAINTS = (
    Index(
        "uq_consultations_slot",
        "specialist_id",
        "starts_at",
        unique=True,
        postgresql_where=BOOKED,
        sqlite_where=BOOKED,
        info={"refusal": SlotTaken},
    ),
    Index(
        "uq_consultations_pair",
        "client_id",
        "specialist_id",
        unique=True,
        postgresql_where=BOOKED_OR_HAD,
        sqlite_where=BOOKED_OR_HAD,
        info={"refusal": AlreadyBooked},
    ),
    Index(
        "ix_consultations_to_close",
        "ends_at",
        postgresql_where=BOOKED,
        sqlite_where=BOOKED,
    ),
    _in_order("client"),
    _in_order("specialist"),
    Index(
        "ix_consultations_with_content",
        "ends_at",
        postgresql_where=WITH_CONTENT,
        sqlite_where=WITH_CONTENT,
    ),
    Index(
        "ix_consultations_with_note",
        "id",
        postgresql_where=WITH_NOTE,
        sqlite_where=WITH_NOTE,
    ),
    Index(
        "ix_consultations_undecided",
        "cancels_at",
        postgresql_where=UNDECIDED,
        sqlite_where=UNDECIDED,
    ),
    _no_overlap("specialist_id", SlotTaken),
    _no_overlap("client_id", OverlappingBooking),
)
