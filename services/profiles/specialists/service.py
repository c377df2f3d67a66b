"""What profiles can be asked about a specialist's own profile."""

from __future__ import annotations

from uuid import UUID

from chassis.errors import NotFound
from chassis.rpc import rpc
from chassis.times import utc_now
from contracts.profiles import specialists as contract
from contracts.profiles.accounts import Role
from contracts.profiles.specialists import ChangeProfile, WriteProfile
from services.profiles.discovery.directory import enter
from services.profiles.part import Part
from services.profiles.specialists.specialists import Specialist


class Specialists(Part):
    @rpc
    def write_profile(self, profile: WriteProfile) -> contract.Specialist:
        account_id = self.caller.with_role(Role.SPECIALIST)
        with self.store.transaction() as tx:
            specialist = tx.lock_or_create(Specialist, account_id)
            specialist.write(profile)
            enter(tx, specialist)
            return tx.reply(specialist.to_resource())

    @rpc
    def change_profile(self, change: ChangeProfile) -> contract.Specialist:
        account_id = self.caller.with_role(Role.SPECIALIST)
        with self.store.transaction() as tx:
            specialist = tx.lock_or_create(Specialist, account_id)
            tx.emit(*specialist.change(change, utc_now()))
            enter(tx, specialist)
            return tx.reply(specialist.to_resource())

    @rpc
    def get_my_profile(self) -> contract.Specialist:
        specialist = self._specialist(self.caller.with_role(Role.SPECIALIST))
        specialist.require_written()
        return specialist.to_resource()

    @rpc
    def get_specialist(self, specialist_id: UUID) -> contract.Specialist:
        specialist = self._specialist(specialist_id)
        if not specialist.listed:
            raise NotFound(f"there is no specialist {specialist_id}")
        return specialist.to_resource()

    def _specialist(self, specialist_id: UUID) -> Specialist:
        with self.store.reading() as session:
            specialist = session.get(Specialist, specialist_id)
        if specialist is None:
            raise NotFound(f"there is no specialist {specialist_id}")
        return specialist
