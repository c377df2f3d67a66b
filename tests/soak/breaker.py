"""A serving process with unreliable handlers and, where asked for, without a safeguard.

python -m tests.soak.breaker FLAKY SAFEGUARD|nothing SERVICE...
"""

import chassis.concurrency.green  # noqa: F401, I001  # first

import random
import sys
from collections.abc import Callable
from typing import Any

import eventlet
from sqlalchemy import update

from chassis.events import Envelope
from chassis.messaging.inbox import Inbox, Waiting
from chassis.messaging.subscribe import Delivery
from chassis.database.transaction import Transaction
from firststep.main import app

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


def without_inbox_key() -> None:
    """An event that was handled before is handled again."""
    claim = Inbox._claim

    def claim_anyway(self: Inbox, tx: Transaction, envelope: Envelope[Any], handler: str) -> bool:
        claim(self, tx, envelope, handler)
        return True

    Inbox._claim = claim_anyway  # type: ignore[method-assign]


def without_retry_guard() -> None:
    """Whoever tries an event again does so, whatever others made of it meanwhile."""

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
