"""Retention of profiles: how long each table is kept, and the schedule that prunes it. The reasons:
``docs/operating.md``."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, Table, or_, select

from chassis.database.event_log import logged_types
from chassis.maintenance.pruning import Due, Retained, Rule, prune, since
from chassis.scheduling.every import every
from chassis.times import utc_now
from services.profiles import dependencies
from services.profiles.accounts import sign_ups
from services.profiles.accounts.link_tokens import LIFETIMES, Purpose
from services.profiles.featuring import exposures
from services.profiles.licences.licences import Licence
from services.profiles.orphaned_files import MIN_AGE
from services.profiles.sessions import revocations
from services.profiles.sessions.sessions import GRACE, IDLE

A_YEAR = timedelta(days=365)


def ended(column: str) -> Due:
    """Licence numbers in changes before this time that were on no record since."""

    def due(history: Table, before: datetime) -> ColumnElement[bool]:
        number, later = history.c[column], history.alias("later")
        day = before.astimezone(UTC).date()
        in_force = Licence.in_force["number"].as_string() == number
        in_force &= Licence.in_force["expires_on"].as_string() >= day.isoformat()
        handed_in = (Licence.number == number) & (Licence.expires_on >= day)
        on_record = select(Licence.specialist_id).where(
            Licence.specialist_id == history.c.specialist_id, handed_in | in_force
        )
        mentioned = select(later.c.id).where(
            later.c.specialist_id == history.c.specialist_id,
            later.c.at >= before,
            or_(later.c.number_before == number, later.c.number_after == number),
        )
        return since("at", column)(history, before) & ~on_record.exists() & ~mentioned.exists()

    return due


def superseded(journal: Table, before: datetime) -> ColumnElement[bool]:
    """All entries but the last of each subject. Late readers get the present state, and the changes
    within the year."""
    later = journal.alias("later")
    after_it = select(later.c.seq).where(
        later.c.subject == journal.c.subject, later.c.seq > journal.c.seq
    )
    types = sorted(logged_types(journal.metadata))
    return journal.c.type.in_(types) & (journal.c.time < before) & after_it.exists()


def by_day(table: Table, before: datetime) -> ColumnElement[bool]:
    return table.c.day < before.astimezone(UTC).date()


RULES = (
    Rule("sign_ups", sign_ups.KEPT, due=since("made_at")),
    Rule("audit", 2 * A_YEAR, due=since("at")),
    Rule("audit.network", timedelta(days=90), due=since("at", "network")),
    Rule("specialist_history.number_before", A_YEAR, due=ended("number_before")),
    Rule("specialist_history.number_after", A_YEAR, due=ended("number_after")),
    Rule("journal", A_YEAR, due=superseded),
    Rule("exposures", exposures.KEPT, due=by_day),
)
SCHEDULE = (
    *RULES,
    Retained("accounts"),
    Retained("accounts.pending_email", LIFETIMES[Purpose.CHANGE_OF_EMAIL], "forget_expired"),
    Retained("second_factors"),
    Retained("sessions", IDLE, "forget_sessions"),
    Retained("refresh_tokens", IDLE, "forget_sessions"),
    Retained("refresh_tokens.answer", GRACE, "forget_what_is_over"),
    Retained("revocations", revocations.KEPT, "forget_what_is_over"),
    Retained("signing_keys", None, "rotate_signing_keys"),
    Retained("preferences"),
    Retained("consents"),
    Retained("specialists"),
    Retained("specialist_slugs"),
    Retained("specialist_history"),
    Retained("licences"),
    Retained("directory"),
    Retained("featuring_corrections"),
    Retained("journal_heads"),
    Retained("erasures"),
    Retained("files", MIN_AGE, "sweep_files"),
)


class Retention:
    store = dependencies.store

    @every(hours=1)
    def prune(self) -> None:
        prune(self.store, RULES, utc_now())
