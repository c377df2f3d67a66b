"""RPC methods of profiles: write, change, photo, history."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from chassis.errors import NotFound
from chassis.pagination import Page, PageQuery, newest_first
from chassis.preconditions import require_current
from chassis.rpc.server import rpc
from chassis.scheduling.every import every
from chassis.times import utc_now
from contracts.files import File
from contracts.profiles import history
from contracts.profiles import specialists as contract
from contracts.profiles.accounts import Role
from contracts.profiles.specialists import ChangeProfile, Listing, WriteProfile
from services.profiles import dependencies
from services.profiles.guess_limits import PHOTO
from services.profiles.orphaned_files import delete_orphans
from services.profiles.specialists import photos
from services.profiles.specialists.history import Change, recording_changes
from services.profiles.specialists.profile import NO_PROFILE
from services.profiles.specialists.slugs import slug_for, specialist_named
from services.profiles.specialists.specialists import Specialist

NO_SPECIALIST = "There is no specialist at this address."


class Specialists:
    store = dependencies.store
    files = dependencies.files
    caller = dependencies.caller
    guesses = dependencies.guesses

    @rpc
    def write_profile(self, profile: WriteProfile) -> contract.Specialist:
        account_id = self.caller.with_role(Role.SPECIALIST)
        with self.store.transaction() as tx:
            specialist = tx.lock_or_create(Specialist, account_id)
            with recording_changes(tx, specialist, account_id):
                specialist.write(profile)
                specialist.slug = slug_for(tx, account_id, profile.display_name)
            return tx.reply(specialist.to_resource())

    @rpc
    def change_profile(self, change: ChangeProfile) -> contract.Specialist:
        account_id = self.caller.with_role(Role.SPECIALIST)
        if change.status is Listing.LISTED:
            self.caller.require_verified()
        with self.store.transaction() as tx:
            specialist = tx.lock_or_create(Specialist, account_id)
            specialist.require_written()
            require_current(specialist.to_resource())
            with recording_changes(tx, specialist, account_id):
                name = change.display_name
                slug = None if name is None else slug_for(tx, account_id, name)
                tx.emit(*specialist.change(change, utc_now(), slug))
            return tx.reply(specialist.to_resource())

    @rpc
    def set_photo(self, photo: File) -> contract.Specialist:
        account_id = self.caller.with_role(Role.SPECIALIST)
        self.caller.require_verified()
        self._require_profile(account_id)
        self.guesses.of(PHOTO, account_id, None).count()
        return self._show_photo(photos.keep(self.files, account_id, photo.read()))

    @rpc
    def remove_photo(self) -> contract.Specialist:
        return self._show_photo("")

    @rpc
    def get_photo(self, name: str) -> File:
        return File.of(photos.find(self.files, name), "image/webp")

    @rpc
    def get_my_profile(self) -> contract.Specialist:
        specialist = self._specialist(self.caller.with_role(Role.SPECIALIST))
        specialist.require_written()
        return specialist.to_resource()

    @rpc
    def get_specialist(self, specialist_id: UUID) -> contract.Specialist:
        specialist = self._specialist(specialist_id)
        if not specialist.listed:
            raise NotFound(NO_SPECIALIST)
        return specialist.to_resource()

    @rpc
    def get_specialist_id(self, slug: str) -> UUID:
        """The id of the specialist, listed or not, who has or had this slug."""
        with self.store.reading() as session:
            specialist_id = specialist_named(session, slug)
        if specialist_id is None:
            raise NotFound(NO_SPECIALIST)
        return specialist_id

    @rpc
    def get_history(self, specialist_id: UUID, page: PageQuery) -> Page[history.Change]:
        """The changes of a profile, its photo and its licence."""
        self.caller.with_role(Role.ADMIN)
        changes = select(Change).where(Change.specialist_id == specialist_id)
        with self.store.reading() as session:
            return newest_first(session, changes, Change.id, page, Change.to_resource)

    @every(minutes=10)
    def sweep_files(self) -> None:
        """Delete photos and documents that no row mentions any more."""
        delete_orphans(self.store, self.files, utc_now())

    def _show_photo(self, key: str) -> contract.Specialist:
        account_id = self.caller.with_role(Role.SPECIALIST)
        with self.store.transaction() as tx:
            specialist = tx.lock_or_create(Specialist, account_id)
            with recording_changes(tx, specialist, account_id):
                tx.emit(*specialist.show_photo(key))
            return tx.reply(specialist.to_resource())

    def _require_profile(self, account_id: UUID) -> None:
        """Raises ``NotFound`` before the profile is written."""
        with self.store.reading() as session:
            specialist = session.get(Specialist, account_id)
        if specialist is None:
            raise NotFound(NO_PROFILE)
        specialist.require_written()

    def _specialist(self, specialist_id: UUID) -> Specialist:
        with self.store.reading() as session:
            specialist = session.get(Specialist, specialist_id)
        if specialist is None:
            raise NotFound(NO_SPECIALIST)
        return specialist
