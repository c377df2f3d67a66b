"""RPC methods, subscriptions and schedules of privacy: export and the erasure saga."""

from __future__ import annotations

from uuid import UUID

import structlog
from sqlalchemy import select

from chassis.database.refusals import Erased
from chassis.database.transaction import Transaction
from chassis.errors import NotFound
from chassis.events import Event
from chassis.messaging import erasure
from chassis.messaging.subscribe import subscribe
from chassis.rpc.server import rpc
from chassis.scheduling.every import every
from chassis.scheduling.for_each import for_each
from chassis.times import utc_now
from contracts import content, notifications
from contracts.booking import privacy as booking
from contracts.profiles import privacy as contract
from contracts.profiles.privacy import EraseAccount, PersonalDataErased, ProfilesData
from services.profiles import dependencies
from services.profiles.accounts.accounts import Account
from services.profiles.accounts.reauthentication import Reauthentication
from services.profiles.audit import audit
from services.profiles.audit.audit import AuditedAction
from services.profiles.audit.service import Audit
from services.profiles.discovery import directory
from services.profiles.orphaned_files import delete_files_of
from services.profiles.privacy import personal_data, queries
from services.profiles.privacy.erasures import Erasure
from services.profiles.sessions.revocations import end_sessions
from services.profiles.specialists.specialists import Specialist

log = structlog.get_logger()


class Privacy(Audit, Reauthentication):
    files = dependencies.files

    @rpc
    def export_personal_data(self) -> ProfilesData:
        account_id = self.caller.known()
        with self.store.reading() as session:
            account = session.get(Account, account_id)
            if account is None:
                raise Erased
            exported = personal_data.export(session, account, self.files)
        self.record_rate_limited(AuditedAction.DATA_EXPORTED, about=account_id)
        return exported

    # Erasure

    @rpc
    def erase_account(self, erasure: EraseAccount) -> contract.Erasure:
        account_id, now = self.caller.known(), utc_now()
        try:
            shown = self.reauthenticate(erasure.password, erasure.code)
        except Erased:  # perhaps by this very call: the transaction finds out
            shown = None
        with self.store.transaction() as tx:
            if shown is None:
                raise Erased
            self.reauthenticated_account(tx, shown)
            specialist = tx.get(Specialist, account_id, with_for_update=True)
            if specialist is not None:  # emitted here: at the end of the call the row is gone
                seen = specialist.snapshot()
                tx.emit(*specialist.withdraw(now), *specialist.changes_since(seen))
                directory.update_entry(tx, specialist)
                tx.flush()
            receipt, event = Erasure.request(account_id, now)
            tx.add(receipt)
            tx.emit(event)
            tx.mark_erased(account_id)
            end_sessions(tx, account_id, now)
            personal_data.erase(tx, account_id)
            audit.record(tx, AuditedAction.ACCOUNT_ERASED, who=account_id, about=account_id)
            return tx.reply(receipt.to_resource())

    @rpc
    def get_erasure(self, erasure_id: UUID) -> contract.Erasure:
        with self.store.reading() as session:
            erasure = session.get(Erasure, erasure_id)
        if erasure is None:
            raise NotFound("There is no erasure with this id.")
        return erasure.to_resource()

    @every(seconds=5, quiet_s=30)
    def finish_erasures(self) -> None:
        """Erase the rest of erased accounts. Files go first, since they are outside the
        database."""
        erasure.finish(
            self.store,
            personal_data.erase_completely,
            lambda id: PersonalDataErased(account_id=id),
            outside=lambda id: delete_files_of(id, self.files, utc_now()),
        )

    @subscribe(contract.PersonalDataErased)
    def note_profiles(self, event: contract.PersonalDataErased, tx: Transaction) -> None:
        _note(tx, event, event.account_id)

    @subscribe(booking.PersonalDataErased)
    def note_booking(self, event: booking.PersonalDataErased, tx: Transaction) -> None:
        _note(tx, event, event.account_id)

    @subscribe(notifications.PersonalDataErased)
    def note_notifications(self, event: notifications.PersonalDataErased, tx: Transaction) -> None:
        _note(tx, event, event.account_id)

    @subscribe(content.PersonalDataErased)
    def note_content(self, event: content.PersonalDataErased, tx: Transaction) -> None:
        _note(tx, event, event.account_id)

    @every(minutes=10)
    def look_for_hanging_erasures(self) -> None:
        """Warn the operator of erasures that a service has not answered in time."""
        with self.store.reading() as session:
            pending = list(session.scalars(queries.pending_erasures()))
        for_each(pending, _warn_of_hanging)


def _warn_of_hanging(erasure: Erasure) -> None:
    if erasure.is_overdue(utc_now()):
        log.warning(
            "erasure_overdue",
            erasure=str(erasure.id),
            requested_at=erasure.requested_at.isoformat(),
            waits_for=erasure.unanswered(),
        )


def _note(tx: Transaction, event: Event, account_id: UUID) -> None:
    erasure = tx.scalar(select(Erasure).where(Erasure.account_id == account_id).with_for_update())
    if erasure is not None:
        erasure.record_answer(event.producer, utc_now())
