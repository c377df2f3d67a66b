"""The personal data of an account in profiles: its tables, export and erasure."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.orm import Session as DatabaseSession

from chassis.database.transaction import Transaction
from chassis.errors import NotFound
from chassis.file_storage import Files
from chassis.times import utc_now
from contracts.files import File
from contracts.profiles.privacy import ProfilesData, SecurityEntry
from services.profiles.accounts.accounts import Account
from services.profiles.accounts.queries import delete_sign_ups
from services.profiles.audit import audit
from services.profiles.consents.consents import Consent
from services.profiles.discovery import directory
from services.profiles.featuring import feed
from services.profiles.featuring.exposures import ExposureCount, of_specialist
from services.profiles.licences import documents
from services.profiles.licences.licences import Licence
from services.profiles.preferences.preferences import Preferences
from services.profiles.second_factors.second_factors import SecondFactor, has_second_factor
from services.profiles.sessions.queries import delete_sessions_of
from services.profiles.sessions.sessions import Session
from services.profiles.specialists import photos
from services.profiles.specialists.history import Change
from services.profiles.specialists.slugs import Slug
from services.profiles.specialists.specialists import Specialist

PERSONAL_DATA: tuple[InstrumentedAttribute[UUID], ...] = (
    ExposureCount.specialist_id,
    Change.specialist_id,
    Licence.specialist_id,
    Slug.specialist_id,
    Specialist.id,
    Session.account_id,
    SecondFactor.account_id,
    Preferences.account_id,
    Consent.account_id,
    Account.id,
)
"""The column with the account's id, for each table with personal data; the account itself comes
last. A test finds a table that is missing here."""


def erase(tx: Transaction, account_id: UUID) -> None:
    """Delete everything; idempotent."""
    account = tx.get(Account, account_id)
    if account is not None:
        delete_sign_ups(tx, account.email)
    delete_sessions_of(tx, account_id)
    for owner in PERSONAL_DATA:
        tx.execute(delete(owner.class_).where(owner == account_id))
    feed.redact(tx, account_id)


def erase_completely(tx: Transaction, account_id: UUID) -> None:
    """Delete everything, including text in the search index; idempotent."""
    erase(tx, account_id)
    directory.purge_text(tx, account_id)


def export(session: DatabaseSession, account: Account, files: Files) -> ProfilesData:
    """Everything, for the account's owner; raises ``StorageAway``."""
    specialist = session.get(Specialist, account.id)
    licence = session.get(Licence, account.id)
    preferences = session.get(Preferences, account.id)
    sessions = select(Session).where(Session.account_id == account.id).order_by(Session.id)
    slugs = select(Slug.slug).where(Slug.specialist_id == account.id)
    consents = select(Consent).where(Consent.account_id == account.id)
    changes = select(Change).where(Change.specialist_id == account.id).order_by(Change.id)
    return ProfilesData(
        account=account.to_resource(has_second_factor(session, account.id)),
        preferences=preferences.to_resource() if preferences else None,
        consents=[
            each.to_resource()
            for each in session.scalars(consents.order_by(Consent.agreed_at, Consent.kind))
        ],
        sessions=[each.to_resource(current=None) for each in session.scalars(sessions)],
        security=[
            SecurityEntry(
                at=entry.at,
                what=entry.what,
                detail=entry.detail,
                # the network of other people is theirs
                network=entry.network if entry.who in (None, account.id) else None,
            )
            for entry in session.scalars(audit.entries_about(account.id))
        ],
        specialist=specialist.to_resource() if specialist and specialist.written else None,
        slugs=list(session.scalars(slugs.order_by(Slug.slug))),
        licence=licence.to_resource() if licence and licence.written else None,
        history=[each.to_resource() for each in session.scalars(changes)],
        exposures=[
            each
            for each in of_specialist(session, account.id, utc_now().date())
            if each.shown is not None
        ],
        documents=list(_documents(specialist, licence, files)),
    )


def _documents(
    specialist: Specialist | None, licence: Licence | None, files: Files
) -> Iterator[File]:
    with suppress(NotFound):  # replaced meanwhile
        if specialist is not None and specialist.photo:
            yield photos.find_largest(files, specialist.photo)
    for key in {licence.document, licence.document_in_force} - {""} if licence else ():
        with suppress(NotFound):
            yield documents.find(files, key)
