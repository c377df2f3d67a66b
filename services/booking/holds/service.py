"""The RPC method that lists a client's holds, and the clock that ends holds."""

from __future__ import annotations

from uuid import UUID

from chassis.rpc.server import rpc
from chassis.scheduling.every import every
from chassis.scheduling.for_each import for_each
from chassis.times import utc_now
from contracts.booking.holds import HeldSlots
from contracts.profiles.accounts import Role
from services.booking import dependencies
from services.booking.holds import queries
from services.booking.waitlist.offering import offer_anew


class Holds:
    store = dependencies.store
    caller = dependencies.caller

    @rpc
    def list_held_slots(self) -> HeldSlots:
        client_id = self.caller.with_role(Role.CLIENT)
        with self.store.reading() as session:
            held = session.scalars(queries.held_for(client_id, utc_now()))
            return HeldSlots(items=[each.to_resource() for each in held])

    @every(seconds=10)
    def end_holds(self) -> None:
        """End holds that have run out, of clients and of sign-ups. Their times are offered to the
        next client who waits."""
        with self.store.reading() as session:
            run_out = set(session.scalars(queries.with_holds_to_end(utc_now())))
            run_out.update(session.scalars(queries.with_sign_up_holds_to_end(utc_now())))
        for_each(sorted(run_out), self._end_holds_of)

    def _end_holds_of(self, specialist_id: UUID) -> None:
        with self.store.transaction() as tx:
            offer_anew(tx, specialist_id, utc_now())
