"""How mail is sent, on a clock."""

from __future__ import annotations

from uuid import UUID

from chassis.clock import every
from chassis.times import utc_now
from services.notifications.mails import queries
from services.notifications.mails.mails import Mail
from services.notifications.mails.postbox import NotSent, Post
from services.notifications.part import Part

MAILS_A_ROUND = 100


class Mails(Part):
    @every(seconds=1)
    def send_mail(self) -> None:
        with self.store.reading() as session:
            due = list(session.scalars(queries.mails_due(utc_now(), MAILS_A_ROUND)))
        if not due:
            return
        try:
            with self.postbox.opened() as post:
                for mail_id in due:
                    self._send(post, mail_id)
        except NotSent as error:
            for mail_id in due:
                self._note(mail_id, str(error))

    def _send(self, post: Post, mail_id: UUID) -> None:
        """To where its recipient is written to now; not where they were erased meanwhile."""
        with self.store.reading() as session:
            found = session.execute(queries.mail_to_send(mail_id)).first()
        if found is None:
            return
        mail, recipient = found
        try:
            post.send(mail.to_message(recipient))
        except NotSent as error:
            self._note(mail_id, str(error))
        else:
            self._note(mail_id, None)

    def _note(self, mail_id: UUID, error: str | None) -> None:
        with self.store.transaction() as tx:
            mail = tx.get(Mail, mail_id, with_for_update=True)
            if mail is None:  # its recipient was erased while it left
                self.postbox.forget([mail_id])
            elif error is None:
                mail.sent(utc_now())
            else:
                mail.not_sent(error, utc_now())
