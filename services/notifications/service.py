"""What notifications can be asked, what it listens to, what it does on a clock."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from chassis.clock import every
from chassis.container import caller_of_this
from chassis.pages import Page, PageQuery, newest_first
from chassis.rpc import rpc
from chassis.store import Store
from chassis.subscribe import subscribe
from chassis.times import utc_now
from chassis.transaction import Transaction
from contracts import notifications as contract
from contracts.booking import ConsultationBooked
from contracts.profiles.accounts import AccountRegistered
from contracts.profiles.featuring import SpecialistFeatured, SpecialistUnfeatured
from services.notifications import queries, wording
from services.notifications.base import Base
from services.notifications.mails import Mail
from services.notifications.notices import Notice
from services.notifications.postbox import NotSent, Post, Postbox
from services.notifications.recipients import Recipient
from services.notifications.wording import Wording

MAILS_A_ROUND = 100


class NotificationsService:
    name = "notifications"
    store = Store(Base)
    postbox = Postbox()
    caller = caller_of_this()

    # Notices

    @rpc
    def list_notices(self, page: PageQuery) -> Page[contract.Notice]:
        mine = select(Notice).where(Notice.account_id == self.caller.known())
        with self.store.reading() as session:
            return newest_first(session, mine, Notice.id, page, Notice.to_resource)

    # What happens elsewhere

    @subscribe(AccountRegistered)
    def remember_address(self, event: AccountRegistered, tx: Transaction) -> None:
        tx.add(Recipient.of(event))

    @subscribe(ConsultationBooked)
    def tell_both(self, event: ConsultationBooked, tx: Transaction) -> None:
        now, about = utc_now(), event.consultation_id
        tell(tx, event.client_id, wording.booked_by_you(event), about, now, by_mail=True)
        tell(tx, event.specialist_id, wording.booked_with_you(event), about, now, by_mail=True)

    @subscribe(SpecialistFeatured)
    def tell_featured(self, event: SpecialistFeatured, tx: Transaction) -> None:
        tell(tx, event.specialist_id, wording.featured(), event.specialist_id, utc_now())

    @subscribe(SpecialistUnfeatured)
    def tell_unfeatured(self, event: SpecialistUnfeatured, tx: Transaction) -> None:
        words = wording.unfeatured(event.reason)
        tell(tx, event.specialist_id, words, event.specialist_id, utc_now())

    # Mail

    @every(seconds=1)
    def send_mail(self) -> None:
        with self.store.reading() as session:
            due = session.execute(queries.mails_due(utc_now(), MAILS_A_ROUND)).all()
        if not due:
            return
        try:
            with self.postbox.opened() as post:
                for mail, recipient in due:
                    self._send(post, mail, recipient)
        except NotSent as error:
            for mail, _ in due:
                self._note(mail.id, str(error))

    def _send(self, post: Post, mail: Mail, recipient: Recipient) -> None:
        try:
            post.send(mail.to_message(recipient))
        except NotSent as error:
            self._note(mail.id, str(error))
        else:
            self._note(mail.id, None)

    def _note(self, mail_id: UUID, error: str | None) -> None:
        with self.store.transaction() as tx:
            mail = tx.lock(Mail, mail_id)
            if error is None:
                mail.sent(utc_now())
            else:
                mail.not_sent(error, utc_now())


def tell(
    tx: Transaction,
    account_id: UUID,
    words: Wording,
    about: UUID,
    now: datetime,
    by_mail: bool = False,
) -> None:
    """A notice, and the same by mail where asked."""
    tx.add(Notice.to(account_id, words.kind, words.text, about, now))
    if by_mail:
        tx.add(Mail.to(account_id, words.subject, words.text, now))
