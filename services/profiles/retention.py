"""How long profiles keeps what, and the clock that ends it; the reasons: ``docs/operating.md``."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, Table, or_, select

from chassis.database.event_log import keeps
from chassis.maintenance.pruning import Due, Kept, Rule, prune, since
from chassis.scheduling.every import every
from chassis.times import utc_now
from services.profiles import dependencies
from services.profiles.accounts import sign_ups
from services.profiles.accounts.mail_links import LIFETIMES, Purpose
from services.profiles.featuring import exposures
from services.profiles.licences.licences import Licence
from services.profiles.orphaned_files import YOUNGEST
from services.profiles.sessions import revocations
from services.profiles.sessions.sessions import GRACE, IDLE

A_YEAR = timedelta(days=365)


def ended(column: str) -> Due:
    """Licence numbers in changes of a year ago that have not stood on record since."""

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
    """All but the last of each subject: who comes late hears how things stand, and what changed
    within the year."""
    later = journal.alias("later")
    after_it = select(later.c.seq).where(
        later.c.subject == journal.c.subject, later.c.seq > journal.c.seq
    )
    types = sorted(keeps(journal.metadata))
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
    Kept("accounts"),
    Kept("accounts.pending_email", LIFETIMES[Purpose.CHANGE_OF_EMAIL], "forget_expired"),
    Kept("second_factors"),
    Kept("sessions", IDLE, "forget_sessions"),
    Kept("refresh_tokens", IDLE, "forget_sessions"),
    Kept("refresh_tokens.answer", GRACE, "forget_what_is_over"),
    Kept("revocations", revocations.KEPT, "forget_what_is_over"),
    Kept("signing_keys", None, "rotate_signing_keys"),
    Kept("preferences"),
    Kept("specialists"),
    Kept("specialist_slugs"),
    Kept("specialist_history"),
    Kept("licences"),
    Kept("directory"),
    Kept("featuring_corrections"),
    Kept("journal_heads"),
    Kept("erasures"),
    Kept("files", YOUNGEST, "sweep_files"),
)


class Retention:
    store = dependencies.store

    @every(hours=1)
    def prune(self) -> None:
        prune(self.store, RULES, utc_now())
