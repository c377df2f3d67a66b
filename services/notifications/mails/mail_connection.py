"""The connections for one round of mails: one after another.

Mails share a connection. After it breaks, or a mail fails on it, the next mail gets a new one.
"""

from __future__ import annotations

from contextlib import ExitStack, suppress
from email.message import EmailMessage

from chassis.concurrency.limits import time_limit
from services.notifications.mails.postbox import (
    ConnectionLost,
    MailConnection,
    NotSent,
    Postbox,
    ServerUnavailable,
)

LEAVE_WITHIN_S = 5.0


class Route:
    """After the mail server was unavailable, the round does not connect again."""

    def __init__(self, postbox: Postbox) -> None:
        self._postbox = postbox
        self._opened = ExitStack()
        self._connection: MailConnection | None = None
        self._unavailable: ServerUnavailable | None = None

    def send(self, message: EmailMessage) -> None:
        """Send a mail; raises ``ServerUnavailable``, ``NotSent`` or ``Undeliverable``.

        A server may hang up between two mails. That is not the second one's fault, so it is tried
        once more.
        """
        had_one = self._connection is not None
        try:
            self._send(message)
        except ConnectionLost:
            if not had_one:
                raise
            self._send(message)

    def _send(self, message: EmailMessage) -> None:
        try:
            self._open().send(message)
        except BaseException as error:
            self._unavailable = error if isinstance(error, ServerUnavailable) else self._unavailable
            self.close()
            raise

    def _open(self) -> MailConnection:
        if self._unavailable is not None:
            raise self._unavailable
        if self._connection is None:
            try:
                self._connection = self._opened.enter_context(self._postbox.opened())
            except NotSent as error:
                raise ServerUnavailable(str(error)) from error
        return self._connection

    def close(self) -> None:
        """Close the connection, with a QUIT where the server still listens."""
        self._connection = None
        with time_limit(LEAVE_WITHIN_S), suppress(Exception):
            self._opened.close()
