"""RPC methods of outcomes."""

from __future__ import annotations

from uuid import UUID

from chassis.errors import NotFound
from chassis.rpc.server import rpc
from chassis.times import utc_now
from contracts.booking.outcomes import OwnOutcome, Wish
from services.booking import dependencies
from services.booking.consultations.consultations import Consultation
from services.booking.consultations.locking import lock_consultation
from services.booking.consultations.participants import NO_CONSULTATION
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

    @rpc
    def get_outcome(self, consultation_id: UUID) -> OwnOutcome:
        """The outcome that the caller reported, and whether both sides want to continue. Nothing
        else of the other side's outcome is revealed."""
        with self.store.reading() as session:
            consultation = session.get(Consultation, consultation_id)
            if consultation is None:
                raise NotFound(NO_CONSULTATION)
            consultation.require_party(self.caller)
            account_id = self.caller.known()
            mine = queries.outcome_of(session, consultation_id, account_id)
            if mine is None:
                return OwnOutcome(outcome=None, both_wish_to_continue=False)
            other = queries.outcome_of(
                session, consultation_id, consultation.other_side(account_id)
            )
            return OwnOutcome(outcome=Wish(mine.wish), both_wish_to_continue=mine.matches(other))
