"""RPC methods and schedules of licences."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from chassis.database.database import Database
from chassis.database.transaction import Transaction
from chassis.errors import NotFound
from chassis.idempotency.keys import outside_call
from chassis.pagination import Page, newest_first
from chassis.preconditions import require_current
from chassis.rpc.server import rpc
from chassis.scheduling.every import every
from chassis.scheduling.for_each import for_each
from chassis.times import utc_now
from contracts.files import File
from contracts.profiles import licences as contract
from contracts.profiles.accounts import Role
from contracts.profiles.licences import DecideLicence, LicenceQuery, SubmitLicence
from contracts.profiles.right_to_practise import Standing
from services.profiles import dependencies
from services.profiles.accounts.accounts import Account
from services.profiles.audit import audit
from services.profiles.audit.audit import AuditedAction
from services.profiles.guess_limits import DOCUMENT
from services.profiles.licences import documents, queries
from services.profiles.licences.licences import NO_LICENCE, Licence
from services.profiles.specialists.history import recording_changes
from services.profiles.specialists.specialists import Specialist


class Licences:
    store = dependencies.store
    files = dependencies.files
    caller = dependencies.caller
    guesses = dependencies.guesses

    @rpc
    def submit_licence(self, licence: SubmitLicence) -> contract.Licence:
        account_id = self.caller.with_role(Role.SPECIALIST)
        with self.store.transaction() as tx:
            held = tx.lock_or_create(Licence, account_id)
            require_current(held.to_resource() if held.written else None)
            with recording_changes(tx, held, account_id):
                held.submit(licence, utc_now())
            return tx.reply(held.to_resource())

    @rpc
    def attach_licence_document(self, document: File) -> contract.Licence:
        account_id = self.caller.with_role(Role.SPECIALIST)
        self._licence(account_id)
        self.guesses.of(DOCUMENT, account_id, None).count()
        key = documents.keep(self.files, account_id, document.read())
        with self.store.transaction() as tx:
            held = tx.lock_or_create(Licence, account_id)
            with recording_changes(tx, held, account_id):
                held.attach(key, utc_now())
            return tx.reply(held.to_resource())

    @rpc
    def get_my_licence(self) -> contract.Licence:
        return self._licence(self.caller.with_role(Role.SPECIALIST)).to_resource()

    @rpc
    def list_licences(self, query: LicenceQuery) -> Page[contract.LicenceForReview]:
        self.caller.with_role(Role.ADMIN)
        wanted = select(Licence).where(Licence.status == query.status, Licence.version > 0)
        with self.store.reading() as session:
            return newest_first(
                session, wanted, Licence.submission_id, query, partial(_for_review, session)
            )

    @rpc
    def get_licence(self, specialist_id: UUID) -> contract.LicenceForReview:
        self.caller.with_role(Role.ADMIN)
        licence = self._licence(specialist_id)
        with self.store.reading() as session:
            return _for_review(session, licence)

    @rpc
    def get_licence_document(self, specialist_id: UUID) -> File:
        admin = self.caller.with_role(Role.ADMIN)
        licence = self._licence(specialist_id)
        if not licence.document:
            raise NotFound("No document was handed in with this licence.")
        document = documents.find(self.files, licence.document)
        with outside_call(), self.store.transaction() as tx:
            audit.record(tx, AuditedAction.DOCUMENT_READ, who=admin, about=specialist_id)
        return document

    @rpc
    def decide_licence(
        self, specialist_id: UUID, decision: DecideLicence
    ) -> contract.LicenceForReview:
        admin, now = self.caller.with_role(Role.ADMIN), utc_now()
        with self.store.transaction() as tx:
            tx.find(Licence, specialist_id)
            specialist = tx.lock_or_create(Specialist, specialist_id)
            licence = tx.lock(Licence, specialist_id)
            with recording_changes(tx, specialist, admin), recording_changes(tx, licence, admin):
                tx.emit(*licence.decide(decision, specialist, admin, now))
            return tx.reply(_for_review(tx, licence))

    @every(minutes=1)
    def review_licences(self) -> None:
        """Warn of licences that expire soon, and unlist holders of expired ones."""
        review_licences(self.store, utc_now())

    def _licence(self, specialist_id: UUID) -> Licence:
        with self.store.reading() as session:
            licence = session.get(Licence, specialist_id)
        if licence is None:
            raise NotFound(NO_LICENCE)
        licence.require_written()
        return licence


def _for_review(session: Session, licence: Licence) -> contract.LicenceForReview:
    account = session.get(Account, licence.specialist_id)
    specialist = session.get(Specialist, licence.specialist_id)
    return licence.for_review(account, specialist, utc_now())


def review_licences(store: Database, now: datetime) -> None:
    """Review each due licence in a transaction of its own."""
    with store.reading() as session:
        due = list(session.scalars(queries.licences_due(now)))

    def review(specialist_id: UUID) -> None:
        with store.transaction() as tx:
            _review(tx, specialist_id, now)

    for_each(due, review)


def _review(tx: Transaction, specialist_id: UUID, now: datetime) -> None:
    specialist = tx.lock(Specialist, specialist_id)
    licence = tx.get(Licence, specialist_id, with_for_update=True)
    if licence is None:  # listed when no licence was asked for
        with recording_changes(tx, specialist, None):
            tx.emit(*specialist.apply_licence(None, now, Standing.LICENCE_EXPIRED))
    else:
        with recording_changes(tx, specialist, None), recording_changes(tx, licence, None):
            tx.emit(*licence.review(specialist, now))
            ended = Standing.LICENCE_EXPIRED if specialist.listed else None  # without one in force
            tx.emit(*specialist.apply_licence(licence.in_force_until, now, ended))
    with recording_changes(tx, specialist, None):  # who was suspended before that ended the right
        tx.emit(*specialist.apply_account(specialist.suspended, specialist.role_revoked, now))
