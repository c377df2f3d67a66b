"""RPC methods of the waitlist, and the clock that offers free times."""

from __future__ import annotations

from uuid import UUID

from chassis.rpc.server import rpc
from chassis.scheduling.every import every
from chassis.scheduling.for_each import for_each
from chassis.times import utc_now
from contracts.booking import waitlist as contract
from contracts.booking.availability import TimeZone
from contracts.booking.waitlist import WaitlistEntry, Wishes
from contracts.profiles.accounts import Role
from services.booking import dependencies
from services.booking.availability.calendars import Calendar
from services.booking.consultations.busy_times import busy_times
from services.booking.consultations.queries import client_bookings
from services.booking.holds.queries import held_for
from services.booking.waitlist import queries
from services.booking.waitlist.offering import end_wait, offer, offer_anew
from services.booking.waitlist.waits import Wait


class Waitlist:
    store = dependencies.store
    caller = dependencies.caller

    @rpc
    def join_waitlist(
        self, specialist_id: UUID, time_zone: TimeZone, wishes: Wishes | None = None
    ) -> WaitlistEntry:
        """Join, or change the wishes: joining again keeps the place."""
        client_id = self.caller.with_role(Role.CLIENT)
        self.caller.require_verified()
        with self.store.transaction() as tx:
            tx.lock_name(f"client {client_id}")
            tx.refuse_erased(client_id)
            calendar, now = tx.lock(Calendar, specialist_id), utc_now()
            waits = list(tx.scalars(queries.waits_of(client_id)))
            mine = next((each for each in waits if each.specialist_id == specialist_id), None)
            if mine is None:
                busy = busy_times(tx, specialist_id, now, client_id)
                mine = Wait.join(
                    calendar,
                    client_id,
                    time_zone,
                    wishes or [],
                    client_bookings(tx, client_id),
                    len(waits),
                    calendar.free_times(busy, now).bookable(now),
                    now,
                )
                tx.add(mine)
            else:
                mine.wish(time_zone, wishes or [])
            return tx.reply(mine.to_resource())

    @rpc
    def leave_waitlist(self, specialist_id: UUID) -> None:
        """Leave. A held time is offered to the next client. Leaving again changes nothing."""
        client_id = self.caller.with_role(Role.CLIENT)
        with self.store.transaction() as tx:
            calendar = tx.get(Calendar, specialist_id, with_for_update=True)
            end_wait(tx, client_id, specialist_id)
            if calendar is not None:
                calendar.bump_revision()
                offer(tx, calendar, utc_now())
            return tx.reply(None)

    @rpc
    def list_waitlist(self) -> contract.Waitlist:
        client_id = self.caller.with_role(Role.CLIENT)
        with self.store.reading() as session:
            held = {
                each.specialist_id: each
                for each in session.scalars(held_for(client_id, utc_now()))
                if each.from_waitlist
            }
            waits = session.scalars(queries.waits_of(client_id))
            return contract.Waitlist(
                items=[each.to_resource(held.get(each.specialist_id)) for each in waits]
            )

    @every(minutes=1)
    def offer_what_is_free(self) -> None:
        """Offer times that have opened since: by the horizon, a budget, or the client's morning."""
        with self.store.reading() as session:
            waited_for = list(session.scalars(queries.waited_for()))
        for_each(waited_for, self._offer_times_of)

    def _offer_times_of(self, specialist_id: UUID) -> None:
        with self.store.transaction() as tx:
            offer_anew(tx, specialist_id, utc_now())
