"""RPC methods of external calendars, and the clock that reads them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from time import monotonic
from uuid import UUID

from chassis import context
from chassis.concurrency.limits import Semaphore
from chassis.database.transaction import Transaction
from chassis.fetch.fetch import FetchSchemes
from chassis.idempotency.keys import outside_call
from chassis.maintenance.reencryption import reencrypt
from chassis.preconditions import require_current
from chassis.rpc.server import rpc
from chassis.scheduling.every import every
from chassis.scheduling.for_each import for_each
from chassis.times import utc_now
from contracts.booking import external_calendars as contract
from contracts.booking.external_calendars import (
    AddExternalCalendar,
    CalendarGivenBefore,
    ChangeExternalCalendar,
    ReadingsTaken,
)
from contracts.profiles.accounts import Role
from services.booking import dependencies
from services.booking.availability.calendars import Calendar
from services.booking.external_calendars import queries
from services.booking.external_calendars.calendar_urls import address_of
from services.booking.external_calendars.external_calendars import ExternalCalendar
from services.booking.external_calendars.reader import read
from services.booking.external_calendars.reading_limits import ReadingRequests
from services.booking.external_calendars.removal import remove
from services.booking.external_calendars.sealed_addresses import SealedAddresses
from services.booking.waitlist.offering import calendar_changed

AT_ONCE = 8
ROUND_S = 5.0
"""No reading begins later in a round: a stop waits for all of them, and has 25 seconds."""
AT_REQUEST_AT_ONCE = 2
"""How many workers that answer calls can wait for external servers at once."""
TO_WORK_OUT_S = 3.5
"""The part of a call's deadline that is left for parsing and storing."""
LEAST_TO_FETCH_S = 1.0
_turns = Semaphore(AT_REQUEST_AT_ONCE)


class ExternalCalendars:
    store = dependencies.store
    caller = dependencies.caller
    addresses = SealedAddresses()
    schemes = FetchSchemes()

    @rpc
    def list_external_calendars(self) -> contract.ExternalCalendars:
        specialist_id = self.caller.with_role(Role.SPECIALIST)
        with self.store.reading() as session:
            items = queries.resources_of(session, specialist_id, utc_now())
        return contract.ExternalCalendars(items=items)

    @rpc
    def get_external_calendar(self, calendar_id: UUID) -> contract.ExternalCalendar:
        specialist_id = self.caller.with_role(Role.SPECIALIST)
        with self.store.reading() as session:
            external = queries.own_calendar(session, calendar_id, specialist_id)
            return queries.resource_of(session, external, utc_now())

    @rpc
    def add_external_calendar(self, wanted: AddExternalCalendar) -> contract.ExternalCalendar:
        specialist_id, now = self._specialist(), utc_now()
        address, host = address_of(wanted.address, self.schemes)
        with self.store.transaction() as tx:
            tx.lock_or_create(Calendar, specialist_id)
            others = tx.scalars(queries.calendars_of(specialist_id)).all()
            external = ExternalCalendar.add(
                specialist_id, self.addresses.seal(address), host, wanted.label, len(others), now
            )
            self._require_new(address, others)
            tx.add(external)
            return tx.reply(queries.resource_of(tx, external, now))

    @rpc
    def change_external_calendar(
        self, calendar_id: UUID, wanted: ChangeExternalCalendar
    ) -> contract.ExternalCalendar:
        """Change label and address. The same address again keeps the state of its readings."""
        specialist_id, now = self._specialist(), utc_now()
        with self.store.transaction() as tx:
            external = self._locked(tx, calendar_id, specialist_id)
            require_current(queries.resource_of(tx, external, now))
            external.label = wanted.label
            if wanted.address is not None:
                self._set_address(tx, external, wanted.address, now)
            return tx.reply(queries.resource_of(tx, external, now))

    @rpc
    def remove_external_calendar(self, calendar_id: UUID) -> None:
        specialist_id, now = self.caller.with_role(Role.SPECIALIST), utc_now()
        with self.store.transaction() as tx:
            external = self._locked(tx, calendar_id, specialist_id)
            if remove(tx, external):
                calendar_changed(tx, tx.find(Calendar, specialist_id), now)
            tx.reply(None)

    @rpc
    def read_external_calendar(self, calendar_id: UUID) -> contract.ExternalCalendar:
        """Read it now, whether or not its owner can be booked. It has less time than on the clock,
        since the caller waits."""
        specialist_id = self._specialist()
        self.store.raise_if_answered()
        if not _turns.acquire(blocking=False):
            raise ReadingsTaken
        try:
            self._request(calendar_id, specialist_id)
            with outside_call():
                read(self.store, calendar_id, self.addresses.open, self.schemes, _time_to_fetch())
        finally:
            _turns.release()
        with self.store.transaction() as tx:
            external = queries.own_calendar(tx, calendar_id, specialist_id)
            return tx.reply(queries.resource_of(tx, external, utc_now()))

    @every(seconds=30)
    def read_external_calendars(self) -> None:
        """Read the calendars that are due."""
        with self.store.reading() as session:
            due = list(session.scalars(queries.due(utc_now())))
        end = monotonic() + ROUND_S
        for_each(due, partial(self._read, end=end), at_once=AT_ONCE)

    @every(days=1)
    def reseal_addresses(self) -> None:
        """Re-encrypt addresses after a key rotation: the old key can be removed a day later."""
        reencrypt(self.store, ExternalCalendar.address, self.addresses.keys)

    def _specialist(self) -> UUID:
        """The caller, a specialist with a confirmed e-mail address: we fetch addresses for them."""
        specialist_id = self.caller.with_role(Role.SPECIALIST)
        self.caller.require_verified()
        return specialist_id

    def _read(self, calendar_id: UUID, end: float) -> None:
        if monotonic() < end:
            read(self.store, calendar_id, self.addresses.open, self.schemes)

    def _request(self, calendar_id: UUID, specialist_id: UUID) -> None:
        """Count the request in a transaction of its own, so that it counts if the call fails."""
        now = utc_now()
        with outside_call(), self.store.transaction() as tx:
            external = self._locked(tx, calendar_id, specialist_id)
            external.request_reading(now)
            tx.lock_or_create(ReadingRequests, specialist_id).count(now)

    def _locked(self, tx: Transaction, calendar_id: UUID, specialist_id: UUID) -> ExternalCalendar:
        """Lock the specialist's calendar, then this one. Raises ``NotFound``."""
        tx.lock(Calendar, specialist_id)
        external = tx.lock(ExternalCalendar, calendar_id)
        external.require_of(specialist_id)
        return external

    def _set_address(
        self, tx: Transaction, external: ExternalCalendar, given: str, now: datetime
    ) -> None:
        address, host = address_of(given, self.schemes)
        if self.addresses.opens_to(external.address, address):
            return
        others = tx.scalars(queries.calendars_of(external.specialist_id)).all()
        self._require_new(address, others)
        external.set_address(self.addresses.seal(address), host, now)

    def _require_new(self, address: str, others: Sequence[ExternalCalendar]) -> None:
        if any(self.addresses.opens_to(each.address, address) for each in others):
            raise CalendarGivenBefore


def _time_to_fetch() -> float:
    """In whole seconds: the problem names them where they did not suffice."""
    left = context.current().remaining() - TO_WORK_OUT_S
    return max(float(math.floor(left)), LEAST_TO_FETCH_S)
