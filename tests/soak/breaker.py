"""A serving process with unreliable handlers and, where asked for, without a safeguard.

python -m tests.soak.breaker FLAKY SAFEGUARD|nothing SERVICE...
"""

import chassis.concurrency.green  # noqa: F401, I001  # first

import random
import sys
from collections.abc import Callable, Sequence
from typing import Any
from unittest.mock import patch

import eventlet
from sqlalchemy import Table, update

from chassis.events import Envelope
from chassis.messaging.inbox import Inbox, Waiting
from chassis.messaging.subscribe import Delivery
from chassis.database.transaction import Transaction
from firststep.main import app
from services.notifications.consultations import progress

NOTHING = "nothing"
LONGEST_DELAY_S = 0.1


class Mishap(Exception):
    """What a handler fails with now and then."""


def make_flaky(share: float) -> None:
    """This share of handlers' runs fails when all is done but the commit; each takes longer."""
    take = Delivery.take

    def take_flakily(self: Delivery, run: Callable[[Any, Transaction], object]) -> None:
        def run_flakily(event: Any, tx: Transaction) -> None:
            run(event, tx)
            tx.flush()
            eventlet.sleep(random.uniform(0, LONGEST_DELAY_S))
            if random.random() < share:
                raise Mishap

        take(self, run_flakily)

    Delivery.take = take_flakily  # type: ignore[method-assign]


def without_versions() -> None:
    """Notifications tells all it hears, which hides nothing of what else is missing."""

    def all_new(tx: Transaction, table: Table, rows: Sequence[dict[str, Any]]) -> set[Any]:
        return {(each["consultation_id"],) for each in rows}

    patch.object(progress, "store_newer", all_new).start()


def without_inbox_key() -> None:
    """An event that was handled before is handled again."""
    without_versions()
    claim, claim_all = Inbox._claim, Inbox._claim_all

    def claim_anyway(self: Inbox, tx: Transaction, envelope: Envelope[Any], handler: str) -> bool:
        claim(self, tx, envelope, handler)
        return True

    def claim_all_anyway(
        self: Inbox, tx: Transaction, envelopes: Sequence[Envelope[Any]], handler: str
    ) -> list[Envelope[Any]]:
        claim_all(self, tx, envelopes, handler)
        return list(envelopes)

    Inbox._claim = claim_anyway  # type: ignore[method-assign]
    Inbox._claim_all = claim_all_anyway  # type: ignore[method-assign]


def without_retry_guard() -> None:
    """Whoever tries an event again does so, whatever others made of it meanwhile."""
    without_versions()

    def advance_anyway(self: Inbox, tx: Transaction, waiting: Waiting, **values: Any) -> bool:
        inbox = self._table
        this = (inbox.c.event_id == waiting.event_id, inbox.c.handler == waiting.handler)
        tx.execute(update(inbox).where(*this).values(**values))
        return True

    Inbox._advance = advance_anyway  # type: ignore[method-assign]


SAFEGUARDS: dict[str, Callable[[], None]] = {
    "inbox-key": without_inbox_key,
    "retry-guard": without_retry_guard,
}

if __name__ == "__main__":
    flaky, safeguard, *services = sys.argv[1:]
    make_flaky(float(flaky))
    if safeguard != NOTHING:
        SAFEGUARDS[safeguard]()
    app(["serve", *services])
