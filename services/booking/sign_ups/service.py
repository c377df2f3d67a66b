"""RPC methods that hold a half hour for a sign-up, show it, and hand it to an account."""

from __future__ import annotations

from chassis import context
from chassis.errors import NotFound
from chassis.rpc.server import rpc
from chassis.times import utc_now
from contracts.booking.sign_up_holds import (
    HeldForSignUp,
    HoldForSignUp,
    SignUpHold,
    SignUpHoldStatus,
)
from contracts.half_hours import SignUpHoldKey, new_secret, secret_hash
from contracts.profiles.accounts import Role
from services.booking import dependencies
from services.booking.consultations.locking import lock_calendars
from services.booking.holds import sign_up_holds
from services.booking.holds.queries import held_at, newest_hold_of_sign_up
from services.booking.holds.sign_up_holds import Visitor
from services.booking.sign_ups.holding import hold_slot

NOTHING_HELD = "No half hour was kept for this sign-up in the last day."


class SignUps:
    store = dependencies.store
    caller = dependencies.caller
    notes = dependencies.notes
    meetings = dependencies.meetings
    visitors = dependencies.visitors

    @rpc
    def hold_for_sign_up(self, wanted: HoldForSignUp) -> HeldForSignUp:
        """Hold a slot for 20 minutes, for a visitor without a session."""
        secret = wanted.sign_up or new_secret()
        sealed_note = None if wanted.note is None else self.notes.seal(wanted.note)
        with self.store.transaction() as tx:
            hold = hold_slot(
                tx,
                self._visitor(wanted.email, secret),
                specialist_id=wanted.specialist_id,
                starts_at=wanted.starts_at,
                sealed_note=sealed_note,
                makes_rooms=self.meetings.makes_rooms,
            )
            return tx.reply(hold.to_answer(secret))

    def _visitor(self, email: str, secret: str) -> Visitor:
        network = self.visitors.of_network(context.current().address)
        return Visitor(secret_hash(secret), self.visitors.of_mailbox(email), network)

    @rpc
    def get_hold_of_sign_up(self, hold: SignUpHoldKey) -> SignUpHold:
        """The sign-up's last hold, of any status."""
        with self.store.reading() as session:
            found = session.scalar(newest_hold_of_sign_up(hold.secret_hash))
        if found is None:
            raise NotFound(NOTHING_HELD)
        return found.to_resource(utc_now(), SignUpHoldStatus(found.status))

    @rpc
    def take_over_hold(self, hold: SignUpHoldKey) -> SignUpHold:
        """Turn the hold of a sign-up into a hold of the caller. The status is ``held`` while the
        caller has the slot, also in the answer to a repeated call."""
        client_id = self.caller.with_role(Role.CLIENT)
        self.caller.require_verified()
        with self.store.transaction() as tx:
            tx.lock_name(f"client {client_id}")
            tx.refuse_erased(client_id)
            found = tx.scalar(newest_hold_of_sign_up(hold.secret_hash))
            if found is None:
                raise NotFound(NOTHING_HELD)
            lock_calendars(tx, {found.specialist_id})
            found, now = tx.lock(sign_up_holds.SignUpHold, found.id), utc_now()
            if found.is_active(now):
                tx.add(found.take_over(client_id, hold.with_note))
            mine = tx.scalar(held_at(client_id, found.specialist_id, found.starts_at))
            status = SignUpHoldStatus(found.status) if mine is None else SignUpHoldStatus.HELD
            return tx.reply(found.to_resource(now, status))
