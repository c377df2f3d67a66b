"""What can be asked about free slots."""

from __future__ import annotations

from uuid import UUID

from chassis.errors import NotFound
from chassis.rpc import rpc
from chassis.times import utc_now
from contracts.booking import slots as contract
from contracts.booking.slots import SlotsQuery
from services.booking.availability.calendars import Calendar
from services.booking.part import Part
from services.booking.slots import queries
from services.booking.slots.kept_slots import KeptSlots


class Slots(Part):
    kept_slots = KeptSlots()

    @rpc
    def list_slots(self, specialist_id: UUID, query: SlotsQuery) -> contract.Slots:
        reader, now = self.caller.account_id, utc_now()
        with self.store.reading() as session:
            revision, holds = queries.state_of(session, specialist_id, reader, now)
            free = None if holds else self.kept_slots.find(specialist_id, revision, now)
            if free is None:
                calendar = session.get(Calendar, specialist_id)
                if revision is None or calendar is None:
                    raise NotFound(f"there is no calendar of {specialist_id}")
                taken = queries.taken_times(session, specialist_id, now, reader)
                free = calendar.free_times(taken, now)
                if not holds:  # what is held for one reader is nobody else's to see
                    self.kept_slots.keep(specialist_id, revision, free)
        return contract.Slots(
            items=free.slots(query, now),
            cancellation_notice_hours=free.cancellation_notice_hours,
        )
