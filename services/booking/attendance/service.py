"""The RPC method for attendance, and the clock that completes consultations without answers."""

from __future__ import annotations

from uuid import UUID

from chassis.rpc.server import rpc
from chassis.scheduling.every import every
from chassis.scheduling.for_each import for_each
from chassis.times import utc_now
from contracts.booking import consultations as contract
from services.booking import dependencies
from services.booking.attendance import queries
from services.booking.consultations.consultations import Consultation
from services.booking.consultations.locking import lock_consultation
from services.booking.outcomes.queries import still_to_ask

ROUND_S = 55.0


class Attendance:
    store = dependencies.store
    caller = dependencies.caller

    @rpc
    def say_attendance(
        self, consultation_id: UUID, attendance: contract.Attendance
    ) -> contract.Consultation:
        with self.store.transaction() as tx:
            _, consultation = lock_consultation(tx, consultation_id, self.caller)
            account_id = self.caller.known()
            by = consultation.party(account_id)
            ask = still_to_ask(tx, consultation)
            tx.emit(*consultation.attend(by, attendance, utc_now(), ask))
            return tx.reply(consultation.to_resource(account_id))

    @every(minutes=1)
    def close_consultations(self) -> None:
        """Complete consultations for which neither side answered in time."""
        with self.store.reading() as session:
            over = list(session.scalars(queries.consultations_to_close(utc_now())))
        for_each(over, self._close_consultation, within_s=ROUND_S)

    def _close_consultation(self, consultation_id: UUID) -> None:
        with self.store.transaction() as tx:
            consultation = tx.lock(Consultation, consultation_id)
            tx.emit(*consultation.close(utc_now(), still_to_ask(tx, consultation)))
