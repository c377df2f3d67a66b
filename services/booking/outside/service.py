"""What can be asked about calendars elsewhere, and their reading on a clock."""

from __future__ import annotations

from functools import partial
from time import monotonic
from uuid import UUID

from chassis.clock import every
from chassis.fetching import Schemes
from chassis.resealing import reseal
from chassis.rounds import for_each
from chassis.rpc import rpc
from chassis.times import utc_now
from contracts.booking import outside as contract
from contracts.booking.outside import PointAtCalendar
from contracts.profiles.accounts import Role
from services.booking.availability.calendars import Calendar
from services.booking.outside import queries
from services.booking.outside.outside_calendars import OutsideCalendar
from services.booking.outside.reader import address_of, read
from services.booking.outside.removal import forget
from services.booking.outside.sealed_addresses import SealedAddresses
from services.booking.part import Part
from services.booking.waitlist.offering import calendar_changed

AT_ONCE = 8
ROUND_S = 5.0
"""No calendar is begun later in a round: a stop, which waits for all that are, has 25 seconds."""


class OutsideCalendars(Part):
    addresses = SealedAddresses()
    schemes = Schemes()

    @rpc
    def get_outside_calendar(self) -> contract.OutsideCalendar:
        specialist_id = self.caller.with_role(Role.SPECIALIST)
        with self.store.reading() as session:
            return queries.resource_of(session, specialist_id, utc_now())

    @rpc
    def set_outside_calendar(self, wanted: PointAtCalendar) -> contract.OutsideCalendar:
        specialist_id, now = self.caller.with_role(Role.SPECIALIST), utc_now()
        self.caller.require_verified()
        address, host = address_of(wanted.address, self.schemes)
        with self.store.transaction() as tx:
            tx.lock_or_create(Calendar, specialist_id)
            outside = tx.lock_or_create(OutsideCalendar, specialist_id)
            outside.point_at(self.addresses.seal(address), host, now)
            return tx.reply(queries.resource_of(tx, specialist_id, now))

    @rpc
    def remove_outside_calendar(self) -> None:
        specialist_id, now = self.caller.with_role(Role.SPECIALIST), utc_now()
        with self.store.transaction() as tx:
            calendar = tx.get(Calendar, specialist_id, with_for_update=True)
            if forget(tx, specialist_id) and calendar is not None:
                calendar_changed(tx, calendar, now)
            tx.reply(None)

    @every(seconds=30)
    def read_outside_calendars(self) -> None:
        """Those that are due; who waits longest goes first."""
        with self.store.reading() as session:
            due = list(session.scalars(queries.due(utc_now())))
        end = monotonic() + ROUND_S
        for_each(due, partial(self._read, end=end), at_once=AT_ONCE)

    @every(days=1)
    def reseal_addresses(self) -> None:
        """After a rotation, the key that sealed them before may go a day later."""
        reseal(self.store, OutsideCalendar.address, self.addresses.keys)

    def _read(self, specialist_id: UUID, end: float) -> None:
        if monotonic() < end:
            read(self.store, specialist_id, self.addresses.open, self.schemes)
