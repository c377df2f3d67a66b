"""Retention of booking's data. The reasons for each period are in ``docs/operating.md``."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Table, select

from chassis.maintenance.pruning import Retained, Rule, made_before, prune, since
from chassis.scheduling.every import every
from chassis.scheduling.for_each import for_each
from chassis.times import utc_now
from services.booking import dependencies
from services.booking.consultations.consultations import Consultation
from services.booking.consultations.queries import CONTENT_KEPT, with_old_content
from services.booking.holds.sign_up_holds import COUNTED_FOR, HELD_FOR

A_DAY = timedelta(days=1)
AT_ONCE = 1000
ROUND_S = 50.0


def over(lost: Table, before: datetime) -> ColumnElement[bool]:
    """Rows of lost consultations that would have ended before. They were booked before it too,
    which their ids say."""
    ended = select(Consultation.id).where(
        Consultation.id == lost.c.consultation_id, Consultation.ends_at < before
    )
    return made_before("consultation_id")(lost, before) & ended.exists()


RULES = (
    Rule("outcomes", timedelta(days=365), due=since("said_at")),
    Rule("lost_consultations", CONTENT_KEPT, due=over),
    Rule("holds", A_DAY, due=since("starts_at")),
    Rule("sign_up_holds", COUNTED_FOR, due=since("made_at")),
    Rule("external_busy_times", A_DAY, due=since("ends_at")),
)
SCHEDULE = (
    *RULES,
    *(
        Retained(f"consultations.{column}", CONTENT_KEPT, "forget_content")
        for column in (
            "sealed_note",
            "meeting_link",
            "meeting_address",
            "note_read_at",
            "note_read_from",
        )
    ),
    Retained("holds.sealed_note", HELD_FOR, "end_holds"),
    Retained("sign_up_holds.sealed_note", HELD_FOR, "end_holds"),
    Retained("consultations"),
    Retained("calendars"),
    Retained("waits"),
    Retained("preferences"),
    Retained("specialist_facts"),
    Retained("external_calendars"),
    Retained("external_reading_requests"),
    Retained("calendar_feeds"),
)


class Retention:
    store = dependencies.store

    @every(hours=1)
    def prune(self) -> None:
        prune(self.store, RULES, utc_now())

    @every(minutes=10)
    def forget_content(self) -> None:
        """Delete what only the two sides may know, 30 days after a consultation."""
        with self.store.reading() as session:
            old = list(session.scalars(with_old_content(utc_now()).limit(AT_ONCE)))
        for_each(old, self._forget_content, within_s=ROUND_S)

    def _forget_content(self, consultation_id: UUID) -> None:
        with self.store.transaction() as tx:
            tx.lock(Consultation, consultation_id).forget_content()
