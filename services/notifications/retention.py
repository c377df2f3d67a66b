"""Retention of notifications: how long each table is kept, and the schedules that prune it. The
reasons: ``docs/operating.md``."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete

from chassis.maintenance.pruning import Retained, Rule, made_before, prune
from chassis.scheduling.every import every
from chassis.scheduling.for_each import for_each
from chassis.times import utc_now
from services.notifications import dependencies
from services.notifications.mails.mails import Mail
from services.notifications.mails.queries import GOOD_ONCE_KEPT, MAILS_KEPT, old_mails

AT_ONCE = 1000
ROUND_S = 50.0


RULES = (
    Rule("notices", timedelta(days=180), due=made_before("id")),
    Rule("told_consultations", timedelta(days=365), due=made_before("consultation_id")),
)
SCHEDULE = (
    *RULES,
    Retained("mails", MAILS_KEPT, "forget_mails"),
    Retained("mails.good_once", GOOD_ONCE_KEPT, "forget_mails"),
    Retained("mails.text", timedelta(0), "send_mail"),
    Retained("recipients"),
    Retained("preferences"),
    Retained("notice_counters"),
)


class Retention:
    store = dependencies.store
    postbox = dependencies.postbox

    @every(hours=1)
    def prune(self) -> None:
        prune(self.store, RULES, utc_now())

    @every(minutes=10)
    def forget_mails(self) -> None:
        """Delete mails past their retention, with their files."""
        with self.store.reading() as session:
            old = list(session.scalars(old_mails(utc_now(), AT_ONCE)))
        for_each(old, self._forget_mail, within_s=ROUND_S)

    def _forget_mail(self, mail_id: UUID) -> None:
        """Delete the file first: the row that leads to it stays until that succeeds."""
        self.postbox.forget([mail_id])
        with self.store.transaction() as tx:
            tx.execute(delete(Mail).where(Mail.id == mail_id))
