"""Audit entries that other services report: refusals at the gateway, and notes read."""

from __future__ import annotations

from uuid import UUID

from chassis.database.transaction import Transaction
from chassis.idempotency.keys import outside_call
from chassis.messaging.subscribe import subscribe
from chassis.rpc.server import rpc
from contracts.booking.consultations import NoteRead
from contracts.profiles.sessions import Refused
from services.profiles import dependencies, guess_limits
from services.profiles.audit import audit
from services.profiles.audit.audit import AuditedAction


class Audit:
    store = dependencies.store
    caller = dependencies.caller
    guesses = dependencies.guesses

    @rpc
    def record_refusal(self, refused: Refused) -> None:
        """Log that a signed-in caller was refused with 403, as the gateway reports."""
        caller = self.caller.known()
        detail = f"{refused.code} {refused.method} {refused.path}"
        self.record_rate_limited(AuditedAction.REFUSED, about=caller, detail=detail)

    @subscribe(NoteRead)
    def record_note_read(self, event: NoteRead, tx: Transaction) -> None:
        audit.record(
            tx,
            AuditedAction.NOTE_READ,
            who=event.specialist_id,
            about=event.client_id,
            detail=str(event.consultation_id),
            network=event.network,
        )

    def record_rate_limited(
        self, what: AuditedAction, about: UUID, detail: str | None = None
    ) -> None:
        """Log an action that the caller can repeat at will, at most a few times an hour.

        It is outside the call's transaction, so no answer is stored beside it.
        """
        caller = self.caller.known()
        if not self.guesses.of(guess_limits.ENTRY, f"{what} {caller}", None).try_count():
            return
        with outside_call(), self.store.transaction() as tx:
            audit.record(tx, what, who=caller, about=about, detail=detail)
