"""RPC methods and subscriptions of privacy: export and erasure."""

from __future__ import annotations

from chassis.database.transaction import Transaction
from chassis.messaging import erasure
from chassis.messaging.subscribe import subscribe
from chassis.rpc.server import rpc
from chassis.scheduling.every import every
from contracts.notifications import NotificationsData, PersonalDataErased
from contracts.profiles.privacy import AccountErased
from services.notifications import dependencies
from services.notifications.accounts.queries import names_of
from services.notifications.accounts.recipients import Recipient
from services.notifications.mails.mails import Mail
from services.notifications.mails.queries import mails_of
from services.notifications.name_placeholders import named_in
from services.notifications.notices.notices import Notice
from services.notifications.notices.queries import notices_of
from services.notifications.preferences.preferences import Preferences
from services.notifications.privacy.erasure import erase, stop_notifying


class Privacy:
    store = dependencies.store
    postbox = dependencies.postbox
    caller = dependencies.caller

    @rpc
    def export_personal_data(self) -> NotificationsData:
        account_id = self.caller.known()
        notices = notices_of(account_id).order_by(Notice.id)
        mails = mails_of(account_id).order_by(Mail.id)
        with self.store.reading() as session:
            recipient = session.get(Recipient, account_id)
            preferences = session.get(Preferences, account_id)
            stored, sent = session.scalars(notices).all(), session.scalars(mails).all()
            names = names_of(
                session, named_in([*(each.text for each in stored), *(each.text for each in sent)])
            )
            return NotificationsData(
                addressee=None if recipient is None else recipient.to_resource(),
                preferences=None if preferences is None else preferences.to_resource(),
                notices=[each.to_resource(names) for each in stored],
                mails=[each.to_resource(names) for each in sent],
            )

    @subscribe(AccountErased)
    def erase_account(self, event: AccountErased, tx: Transaction) -> None:
        tx.mark_erased(event.account_id)
        stop_notifying(tx, event.account_id)

    @every(seconds=5, quiet_s=30)
    def finish_erasures(self) -> None:
        erasure.finish(
            self.store,
            lambda tx, id: erase(tx, id, self.postbox),
            lambda id: PersonalDataErased(account_id=id),
        )
