"""What notifications can be asked, what it listens to, what it does on a clock."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from chassis import forgetting
from chassis.clock import every
from chassis.container import caller_of_this
from chassis.pages import Page, PageQuery, newest_first
from chassis.rpc import rpc
from chassis.store import Store
from chassis.subscribe import subscribe
from chassis.times import utc_now
from chassis.transaction import Transaction
from contracts import notifications as contract
from contracts.booking.attendance import ConsultationCompleted, ConsultationMissed
from contracts.booking.availability import FreeConsultationsPaused, FreeConsultationsResumed
from contracts.booking.consultations import (
    ConsultationBooked,
    ConsultationCancelled,
    ConsultationRescheduled,
    ConsultationsAtRisk,
    Party,
)
from contracts.booking.holds import RescueOffered
from contracts.booking.outcomes import BothWishToContinue
from contracts.booking.outside import OutsideCalendarBroken, OutsideCalendarWorks
from contracts.booking.waitlist import SlotOffered
from contracts.notifications import NotificationsData, PersonalDataErased
from contracts.profiles.accounts import (
    AccountRegistered,
    EmailChanged,
    EmailVerificationRequested,
    PasswordChanged,
    PasswordResetRequested,
    Role,
    RolesChanged,
)
from contracts.profiles.featuring import SpecialistFeatured, SpecialistUnfeatured
from contracts.profiles.licences import (
    LicenceDeclined,
    LicenceExpired,
    LicenceExpiring,
    SpecialistVerified,
)
from contracts.profiles.privacy import AccountErased
from services.notifications import queries, wording
from services.notifications.base import Base
from services.notifications.erasure import erase, fall_silent
from services.notifications.links import Links
from services.notifications.mails import Mail
from services.notifications.notices import Notice
from services.notifications.postbox import NotSent, Post, Postbox
from services.notifications.recipients import Recipient
from services.notifications.told import Told
from services.notifications.wording import Wording

MAILS_A_ROUND = 100


class NotificationsService:
    name = "notifications"
    store = Store(Base)
    postbox = Postbox()
    links = Links()
    caller = caller_of_this()

    # Notices

    @rpc
    def list_notices(self, page: PageQuery) -> Page[contract.Notice]:
        mine = select(Notice).where(Notice.account_id == self.caller.known())
        with self.store.reading() as session:
            return newest_first(session, mine, Notice.id, page, Notice.to_resource)

    # Accounts

    @subscribe(AccountRegistered)
    def remember_address(self, event: AccountRegistered, tx: Transaction) -> None:
        tx.lock_or_create(Recipient, event.account_id).learn_registration(event)

    @subscribe(RolesChanged)
    def remember_roles(self, event: RolesChanged, tx: Transaction) -> None:
        tx.lock_or_create(Recipient, event.account_id).learn_roles(event)

    @subscribe(EmailVerificationRequested)
    def mail_verification(self, event: EmailVerificationRequested, tx: Transaction) -> None:
        words = wording.verify_email(self.links.verify_email(event.token))
        send_once(tx, event.account_id, event.email, words, utc_now())

    @subscribe(PasswordResetRequested)
    def mail_reset(self, event: PasswordResetRequested, tx: Transaction) -> None:
        words = wording.reset_password(self.links.reset_password(event.token))
        send_once(tx, event.account_id, event.email, words, utc_now())

    @subscribe(PasswordChanged)
    def tell_of_password(self, event: PasswordChanged, tx: Transaction) -> None:
        tell(tx, event.account_id, wording.password_changed(), event.account_id, by_mail=True)

    @subscribe(EmailChanged)
    def tell_of_address(self, event: EmailChanged, tx: Transaction) -> None:
        """At the address that it was: whoever reads there should know."""
        tx.lock_or_create(Recipient, event.account_id).learn_email(event)
        words, before = wording.email_changed(), event.previous_email
        tell(tx, event.account_id, words, event.account_id, by_mail=True, address=before)

    # Consultations

    @subscribe(ConsultationBooked)
    def tell_both(self, event: ConsultationBooked, tx: Transaction) -> None:
        about = event.consultation_id
        if not is_news(tx, event):
            return
        tell(tx, event.client_id, wording.booked_by_you(event), about, by_mail=True)
        tell(tx, event.specialist_id, wording.booked_with_you(event), about, by_mail=True)

    @subscribe(ConsultationCancelled)
    def tell_the_other(self, event: ConsultationCancelled, tx: Transaction) -> None:
        about = event.consultation_id
        if not is_news(tx, event):
            return
        if event.cancelled_by == Party.CLIENT:
            words = wording.cancelled_for_specialist(event)
            tell(tx, event.specialist_id, words, about, by_mail=True)
        else:
            tell(tx, event.client_id, wording.cancelled_for_client(event), about, by_mail=True)

    @subscribe(ConsultationRescheduled)
    def tell_both_when(self, event: ConsultationRescheduled, tx: Transaction) -> None:
        if is_news(tx, event):
            tell_each(tx, event, wording.rescheduled(event))

    @subscribe(ConsultationCompleted)
    def ask_what_next(self, event: ConsultationCompleted, tx: Transaction) -> None:
        """Once, and nobody where a side has said no before."""
        told = tx.lock_or_create(Told, event.consultation_id)
        if not told.is_news(event.version):
            return
        sides = {Party.CLIENT: event.client_id, Party.SPECIALIST: event.specialist_id}
        for party in told.ask_once(event.ask):
            tell(tx, sides[party], wording.completed(), event.consultation_id, by_mail=True)

    @subscribe(ConsultationMissed)
    def tell_who_missed(self, event: ConsultationMissed, tx: Transaction) -> None:
        """Both, so that either can say that it was otherwise."""
        if not is_news(tx, event):
            return
        sides = {Party.CLIENT: event.client_id, Party.SPECIALIST: event.specialist_id}
        for party, account_id in sides.items():
            theirs = party == event.missed_by
            words = (wording.missed_by_you if theirs else wording.missed_by_the_other)(event)
            tell(tx, account_id, words, event.consultation_id, by_mail=True)

    @subscribe(BothWishToContinue)
    def tell_both_wish(self, event: BothWishToContinue, tx: Transaction) -> None:
        tell_each(tx, event, wording.both_wish_to_continue())

    @subscribe(RescueOffered)
    def tell_of_rescue(self, event: RescueOffered, tx: Transaction) -> None:
        words = wording.rescue_offered(event)
        tell(tx, event.client_id, words, event.consultation_id, by_mail=True)

    @subscribe(SlotOffered)
    def tell_who_waits(self, event: SlotOffered, tx: Transaction) -> None:
        words = wording.slot_offered(event)
        tell(tx, event.client_id, words, event.specialist_id, by_mail=True)

    @subscribe(ConsultationsAtRisk)
    def tell_admins(self, event: ConsultationsAtRisk, tx: Transaction) -> None:
        words = wording.consultations_at_risk(event)
        for admin in tx.scalars(queries.with_role(Role.ADMIN)).all():
            tell(tx, admin, words, event.specialist_id, by_mail=True)

    # Specialists

    @subscribe(OutsideCalendarBroken)
    def tell_calendar_broken(self, event: OutsideCalendarBroken, tx: Transaction) -> None:
        words = wording.outside_calendar_broken(event.problem)
        tell(tx, event.specialist_id, words, event.specialist_id, by_mail=True)

    @subscribe(OutsideCalendarWorks)
    def tell_calendar_works(self, event: OutsideCalendarWorks, tx: Transaction) -> None:
        words = wording.outside_calendar_works()
        tell(tx, event.specialist_id, words, event.specialist_id)

    @subscribe(SpecialistFeatured)
    def tell_featured(self, event: SpecialistFeatured, tx: Transaction) -> None:
        tell(tx, event.specialist_id, wording.featured(), event.specialist_id)

    @subscribe(SpecialistUnfeatured)
    def tell_unfeatured(self, event: SpecialistUnfeatured, tx: Transaction) -> None:
        tell(tx, event.specialist_id, wording.unfeatured(event.reason), event.specialist_id)

    @subscribe(FreeConsultationsPaused)
    def tell_paused(self, event: FreeConsultationsPaused, tx: Transaction) -> None:
        tell(tx, event.specialist_id, wording.paused(), event.specialist_id, by_mail=True)

    @subscribe(FreeConsultationsResumed)
    def tell_resumed(self, event: FreeConsultationsResumed, tx: Transaction) -> None:
        tell(tx, event.specialist_id, wording.resumed(), event.specialist_id, by_mail=True)

    @subscribe(SpecialistVerified)
    def tell_verified(self, event: SpecialistVerified, tx: Transaction) -> None:
        tell(tx, event.specialist_id, wording.verified(), event.specialist_id, by_mail=True)

    @subscribe(LicenceDeclined)
    def tell_declined(self, event: LicenceDeclined, tx: Transaction) -> None:
        words = wording.declined(event.reason)
        tell(tx, event.specialist_id, words, event.specialist_id, by_mail=True)

    @subscribe(LicenceExpiring)
    def tell_expiring(self, event: LicenceExpiring, tx: Transaction) -> None:
        words = wording.expiring(event.expires_on, event.days_left)
        tell(tx, event.specialist_id, words, event.specialist_id, by_mail=True)

    @subscribe(LicenceExpired)
    def tell_expired(self, event: LicenceExpired, tx: Transaction) -> None:
        words = wording.expired(event.expires_on)
        tell(tx, event.specialist_id, words, event.specialist_id, by_mail=True)

    # Privacy

    @rpc
    def export_personal_data(self) -> NotificationsData:
        account_id = self.caller.known()
        notices = select(Notice).where(Notice.account_id == account_id).order_by(Notice.id)
        mails = select(Mail).where(Mail.account_id == account_id).order_by(Mail.id)
        with self.store.reading() as session:
            recipient = session.get(Recipient, account_id)
            return NotificationsData(
                addressee=None if recipient is None else recipient.to_resource(),
                notices=[each.to_resource() for each in session.scalars(notices)],
                mails=[each.to_resource() for each in session.scalars(mails)],
            )

    @subscribe(AccountErased)
    def erase_account(self, event: AccountErased, tx: Transaction) -> None:
        tx.forget(event.account_id)
        fall_silent(tx, event.account_id)

    @every(seconds=5)
    def finish_erasures(self) -> None:
        forgetting.finish(
            self.store,
            lambda tx, id: erase(tx, id, self.postbox),
            lambda id: PersonalDataErased(account_id=id),
        )

    # Mail

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


def tell(
    tx: Transaction,
    account_id: UUID,
    words: Wording,
    about: UUID,
    by_mail: bool = False,
    address: str | None = None,
) -> None:
    """A notice, and the same by mail where asked; nothing to whoever was erased."""
    now = utc_now()
    if tx.is_forgotten(account_id):
        return
    tx.add(Notice.to(account_id, words.kind, words.text, about, now))
    if by_mail:
        tx.add(Mail.to(account_id, words.subject, words.text, now, address))


def is_news(
    tx: Transaction,
    event: ConsultationBooked
    | ConsultationCancelled
    | ConsultationRescheduled
    | ConsultationMissed,
) -> bool:
    """Whether nothing newer was told of the consultation: what comes late is not told any more."""
    return tx.lock_or_create(Told, event.consultation_id).is_news(event.version)


def tell_each(
    tx: Transaction, event: ConsultationRescheduled | BothWishToContinue, words: Wording
) -> None:
    """The same to both sides of a consultation, as a notice and by mail."""
    for account_id in (event.client_id, event.specialist_id):
        tell(tx, account_id, words, event.consultation_id, by_mail=True)


def send_once(
    tx: Transaction, account_id: UUID, address: str, words: Wording, now: datetime
) -> None:
    """A mail with a link that is good once: no notice, and kept no longer than needed."""
    if not tx.is_forgotten(account_id):
        tx.add(Mail.to(account_id, words.subject, words.text, now, address=address, good_once=True))
