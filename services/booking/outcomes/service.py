"""The RPC method for outcomes."""

from __future__ import annotations

from uuid import UUID

from chassis.rpc.server import rpc
from chassis.times import utc_now
from contracts.booking.outcomes import Wish
from services.booking import dependencies
from services.booking.consultations.locking import lock_consultation
from services.booking.outcomes import queries
from services.booking.outcomes.outcomes import Outcome


class Outcomes:
    store = dependencies.store
    caller = dependencies.caller

    @rpc
    def say_outcome(self, consultation_id: UUID, outcome: Wish) -> None:
        """The answer is empty, so that it reveals nothing about the other side's outcome."""
        with self.store.transaction() as tx:
            _, consultation = lock_consultation(tx, consultation_id, self.caller)
            account_id = self.caller.known()
            mine = queries.outcome_of(tx, consultation_id, account_id)
            if mine is not None:
                mine.require_same(outcome)
                return tx.reply(None)
            by = consultation.party(account_id)
            said = Outcome.say(consultation, by, outcome, utc_now())
            other = queries.outcome_of(tx, consultation_id, consultation.other_side(account_id))
            tx.add(said)
            tx.emit(*said.matched_with(other, consultation))
            return tx.reply(None)
