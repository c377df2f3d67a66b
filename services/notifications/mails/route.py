"""The way out for the mails of one round: one connection after another.

Mails share a connection. Where it breaks, or one mail fails on it, the next mail gets a new one.
"""

from __future__ import annotations

from contextlib import ExitStack, suppress
from email.message import EmailMessage

from chassis.concurrency.limits import time_limit
from services.notifications.mails.postbox import Away, BrokenOff, NotSent, Post, Postbox

LEAVE_WITHIN_S = 5.0


class Route:
    """Once the mail server is found to be away, it is not tried again."""

    def __init__(self, postbox: Postbox) -> None:
        self._postbox = postbox
        self._opened = ExitStack()
        self._post: Post | None = None
        self._away: Away | None = None

    def send(self, message: EmailMessage) -> None:
        """Raises ``Away``, ``NotSent`` or ``Undeliverable``.

        A server may hang up between two mails. That says nothing of the second one, which is
        tried once more.
        """
        had_one = self._post is not None
        try:
            self._send(message)
        except BrokenOff:
            if not had_one:
                raise
            self._send(message)

    def _send(self, message: EmailMessage) -> None:
        try:
            self._open().send(message)
        except BaseException as error:
            self._away = error if isinstance(error, Away) else self._away
            self.close()
            raise

    def _open(self) -> Post:
        if self._away is not None:
            raise self._away
        if self._post is None:
            try:
                self._post = self._opened.enter_context(self._postbox.opened())
            except NotSent as error:
                raise Away(str(error)) from error
        return self._post

    def close(self) -> None:
        """Say good-bye, where the server still listens."""
        self._post = None
        with time_limit(LEAVE_WITHIN_S), suppress(Exception):
            self._opened.close()
