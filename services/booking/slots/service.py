"""RPC methods that list free slots."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from chassis.errors import NotFound
from chassis.rpc.server import rpc
from chassis.times import utc_now
from contracts.booking import slots as contract
from contracts.booking.consultations import NotListed
from contracts.booking.slots import (
    DaysWithSlots,
    NearestSlots,
    NearestSlotsQuery,
    Period,
    SlotsQuery,
    SpecialistTimeZone,
)
from services.booking import dependencies
from services.booking.availability.calendars import NO_CALENDAR, Calendar
from services.booking.availability.free_times import FreeTimes
from services.booking.availability.periods import period_of
from services.booking.consultations.busy_times import busy_times
from services.booking.consultations.consultations import Consultation
from services.booking.consultations.participants import NO_CONSULTATION
from services.booking.consultations.queries import client_bookings
from services.booking.slots import queries
from services.booking.slots.listing import days_with_slots, nearest_slots, page_of_slots
from services.booking.slots.slot_cache import SlotCache


class Slots:
    store = dependencies.store
    caller = dependencies.caller
    slot_cache = SlotCache()

    @rpc
    def list_slots(self, specialist_id: UUID, query: SlotsQuery) -> contract.Slots:
        now = utc_now()
        free = self._free_times(specialist_id, now)
        return page_of_slots(
            free.within(query, now),
            query,
            notice_hours=free.cancellation_notice_hours,
            own_time_zone=free.time_zone,
            in_person=free.in_person,
        )

    @rpc
    def list_nearest_slots(self, specialist_id: UUID, query: NearestSlotsQuery) -> NearestSlots:
        now = utc_now()
        return nearest_slots(self._free_times(specialist_id, now).bookable(now), query)

    @rpc
    def list_days(self, specialist_id: UUID, period: Period) -> DaysWithSlots:
        now = utc_now()
        free = self._free_times(specialist_id, now)
        return days_with_slots(free.within(period, now), period.time_zone or free.time_zone)

    @rpc
    def list_own_time_zones(self, specialist_ids: list[UUID]) -> list[SpecialistTimeZone]:
        with self.store.reading() as session:
            return queries.own_time_zones(session, specialist_ids)

    @rpc
    def list_slots_to_move_to(self, consultation_id: UUID, query: SlotsQuery) -> contract.Slots:
        """The times to which the caller, one of its two sides, can move a consultation now."""
        now = utc_now()
        with self.store.reading() as session:
            consultation = session.get(Consultation, consultation_id)
            if consultation is None:
                raise NotFound(NO_CONSULTATION)
            consultation.require_party(self.caller)
            specialist_id, client_id = consultation.specialist_id, consultation.client_id
            calendar = session.get(Calendar, specialist_id)
            if calendar is None:
                raise NotListed
            starts = consultation.times_to_move_to(
                consultation.party(self.caller.known()),
                calendar,
                busy_times(session, specialist_id, now, client_id).without_booked(
                    consultation.starts_at
                ),
                client_bookings(session, client_id, excluding=consultation_id),
                period_of(query, now),
                now,
            )
        return page_of_slots(
            starts,
            query,
            notice_hours=consultation.notice_hours,
            own_time_zone=calendar.time_zone,
            in_person=calendar.in_person_address is not None,
        )

    def _free_times(self, specialist_id: UUID, now: datetime) -> FreeTimes:
        """Free times as the caller sees them, from the cache if possible. Raises ``NotFound``."""
        reader = self.caller.account_id
        with self.store.reading() as session:
            state = queries.state_of(session, specialist_id, reader)
            if state is None:
                raise NotFound(NO_CALENDAR)
            if not state.has_holds:
                kept = self.slot_cache.find(specialist_id, state.revision, now, state.shown_as_of)
                if kept is not None:
                    return kept
            calendar = session.get(Calendar, specialist_id)
            if calendar is None:
                raise NotFound(NO_CALENDAR)
            busy = busy_times(session, specialist_id, now, reader, calendar.matters_since(now))
            free = calendar.free_times(busy, now)
        if not state.has_holds:  # a hold is visible to its client only
            self.slot_cache.keep(specialist_id, state.revision, free)
        return free
