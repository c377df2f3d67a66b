"""The schedules that send mails and watch the backlog."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import structlog

from chassis.error_text import LONGEST_ERROR, error_text, storable
from chassis.scheduling.every import every
from chassis.scheduling.for_each import for_each
from chassis.times import utc_now
from services.notifications import dependencies
from services.notifications.accounts.queries import names_of
from services.notifications.mails import queries
from services.notifications.mails.addresses import Undeliverable
from services.notifications.mails.mail_connection import Route
from services.notifications.mails.mails import Mail, MailStatus
from services.notifications.mails.postbox import MailConnection, NotSent, ServerUnavailable
from services.notifications.name_placeholders import named_in

MAILS_A_ROUND = 100
ROUND_S = 60.0
"""Seconds after which a round ends, so that new mails are not delayed by slow ones."""
WAITS_TOO_LONG = timedelta(minutes=10)

log = structlog.get_logger()


class Mails:
    store = dependencies.store
    postbox = dependencies.postbox
    sender = dependencies.sender

    @every(seconds=1, quiet_s=5)
    def send_mail(self) -> None:
        with self.store.reading() as session:
            due = list(session.scalars(queries.mails_due(utc_now(), MAILS_A_ROUND)))
        if not due:
            return
        with closing(Route(self.postbox)) as route:
            send = partial(self._send, route)
            for_each(due, send, on_failure=self._note_failure, within_s=ROUND_S)

    @every(minutes=1)
    def look_for_waiting_mail(self) -> None:
        """Warn the operator of mails that have waited too long."""
        with self.store.reading() as session:
            backlog = queries.mail_backlog(session, utc_now())
        if backlog.oldest_mail is not None and backlog.oldest_mail > WAITS_TOO_LONG.total_seconds():
            log.warning(
                "mail_delayed",
                oldest_s=round(backlog.oldest_mail),
                waiting=backlog.mails_waiting,
                failed_within_a_day=backlog.mails_failed,
            )

    def _send(self, post: MailConnection, mail_id: UUID) -> None:
        """Send to the recipient's present address; nothing where the recipient was erased."""
        with self.store.reading() as session:
            found = queries.mail_to_send(session, mail_id)
            if found is None:
                return
            mail, recipient = found
            names = names_of(session, named_in([mail.text]))
        try:
            post.send(mail.to_message(recipient, names, self.sender))
        except ServerUnavailable as error:
            self._note(mail_id, Mail.server_unavailable, str(error))
        except NotSent as error:
            self._note(mail_id, Mail.refused if error.for_good else Mail.not_sent, str(error))
        except Undeliverable as error:
            self._note(mail_id, Mail.refused, str(error))
        else:
            self._note_sent(mail)

    def _note_sent(self, mail: Mail) -> None:
        mail.sent(utc_now())
        if not self.store.save(mail):  # its recipient was erased while it was sent
            self.postbox.forget([mail.id])

    def _note_failure(self, mail_id: UUID, error: BaseException) -> None:
        self._note(mail_id, Mail.not_sent, error_text(error))

    def _note(
        self, mail_id: UUID, note: Callable[[Mail, str, datetime], None], error: str = ""
    ) -> None:
        with self.store.transaction() as tx:
            mail = tx.get(Mail, mail_id, with_for_update=True)
            if mail is None:  # its recipient was erased meanwhile
                self.postbox.forget([mail_id])
            elif mail.status == MailStatus.WAITING:
                note(mail, storable(error, LONGEST_ERROR), utc_now())
