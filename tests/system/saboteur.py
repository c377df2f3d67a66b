"""A serving process that kills itself at the worst moment.

Arguments: at which moment, and which services.
"""

import chassis.concurrency.green  # noqa: F401, I001  # first

import os
import signal
import sys
from collections.abc import Callable, Sequence
from typing import Any

from chassis.broker.publishing import ConfirmedPublisher
from chassis.database.transaction import Transaction
from chassis.messaging.inbox import Inbox
from chassis.messaging.outbox_relay import OutboxRelay
from firststep.main import app


def die(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def before_publishing() -> None:
    """Rows and outbox are committed; nothing has reached the broker."""
    ConfirmedPublisher.publish = die  # type: ignore[assignment, method-assign]


def after_the_confirm() -> None:
    """The broker has the events; the outbox does not know it yet."""
    OutboxRelay._mark_sent = die  # type: ignore[method-assign]


def before_the_inbox() -> None:
    """The event was published; no inbox has committed it."""
    Inbox.receive = Inbox.receive_together = die  # type: ignore[method-assign]


def in_the_handler() -> None:
    """One of the handler's effects is written, the transaction still open."""
    insert_all = Transaction.insert_all

    def insert_and_die(tx: Transaction, rows: Sequence[Any]) -> None:
        insert_all(tx, rows)
        die()

    Transaction.insert_all = insert_and_die  # type: ignore[method-assign, assignment]


MOMENTS: dict[str, Callable[[], None]] = {
    each.__name__: each
    for each in (before_publishing, after_the_confirm, before_the_inbox, in_the_handler)
}


def main() -> None:
    moment, *services = sys.argv[1:]
    MOMENTS[moment]()
    app(["serve", *services])
