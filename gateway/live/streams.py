"""Open streams of this process: what has arrived for each, and how many there may be.

A stream's greenthread writes; the broker's consumer only leaves events with the stream and wakes
it, so a slow reader delays nothing else.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from uuid import UUID

from chassis.concurrency.wakeup import Wakeup
from chassis.errors import TooMany, Unavailable
from contracts.notifications import NoticeAdded

MOST_OF_AN_ACCOUNT = 10
MOST = 600
"""Streams of a process, which has 1,000 connections."""
MOST_WAITING = 16


class TooManyStreams(TooMany):
    """You have too many live streams open. Please close one before you open another."""

    code = "too_many_streams"
    retry_after_s = 30


class StreamsFull(Unavailable):
    """Too many live streams are open at the moment. Please try again in half a minute."""

    code = "streams_full"
    retry_after_s = 30


class Stream:
    """One open stream, at a position of its account's notices.

    Events wait here until they are sent, ``MOST_WAITING`` of them at most. Positions have no gaps,
    so the stream notices what it has missed, and is then ``behind``: notifications has to be asked.
    """

    def __init__(self, account_id: UUID, position: int | None, hung_up: Callable[[], bool]) -> None:
        self.account_id = account_id
        self.position = position
        """The position of the last event sent; ``None`` before the first."""
        self.behind = True
        self.ended = False
        self.hung_up = hung_up
        self._waiting: deque[NoticeAdded] = deque()
        self._wakeup = Wakeup()

    def wait(self, seconds: float) -> bool:
        """Wait until there may be something to do; ``False`` where this time has passed."""
        return self._wakeup.wait(seconds)

    def wake(self) -> None:
        self._wakeup.wake()

    def add(self, event: NoticeAdded) -> None:
        if len(self._waiting) < MOST_WAITING:
            self._waiting.append(event)
        else:
            self.fall_behind()
        self.wake()

    def fall_behind(self) -> None:
        """Mark the stream as behind, since it may have missed events."""
        self.behind = True
        self._waiting.clear()
        self.wake()

    def end(self) -> None:
        self.ended = True
        self.wake()

    def next(self) -> NoticeAdded | None:
        """The next event to send; ``None`` where there is none, or the stream is behind.

        Events come in any order and more than once, and are sent once, in the order of positions.
        """
        while self._waiting and not self.behind:
            event = self._waiting.popleft()
            if self.position is None or event.position > self.position + 1:
                self.fall_behind()
            elif event.position == self.position + 1:
                self.position = event.position
                return event
        return None


class OpenStreams:
    """All open streams of this process, by account."""

    def __init__(self) -> None:
        self._by_account: dict[UUID, set[Stream]] = {}
        self._number = 0
        self._stopping = False

    def __len__(self) -> int:
        return self._number

    def of(self, account_id: UUID) -> Iterable[Stream]:
        return tuple(self._by_account.get(account_id, ()))

    def all(self) -> Iterable[Stream]:
        return [each for streams in self._by_account.values() for each in streams]

    def open(self, stream: Stream) -> None:
        """Raises ``TooManyStreams`` or ``StreamsFull``. Where the server is stopping, the stream
        has ended: its client reconnects to another one."""
        own = self._by_account.get(stream.account_id, ())
        if len(own) >= MOST_OF_AN_ACCOUNT and not self._close_abandoned(own):
            raise TooManyStreams
        if self._number >= MOST and not self._close_abandoned(self.all()):
            raise StreamsFull
        self._by_account.setdefault(stream.account_id, set()).add(stream)
        self._number += 1
        stream.ended = self._stopping

    def close(self, stream: Stream) -> None:
        """Remove a stream; it may be removed already."""
        own = self._by_account.get(stream.account_id, set())
        if stream not in own:
            return
        own.remove(stream)
        self._number -= 1
        if not own:
            del self._by_account[stream.account_id]

    def end_all(self) -> None:
        """End these streams, and those that are still to be opened."""
        self._stopping = True
        for each in self.all():
            each.end()

    def _close_abandoned(self, streams: Iterable[Stream]) -> bool:
        """Close streams whose client has hung up, which they notice at their next heartbeat."""
        abandoned = [each for each in streams if each.hung_up()]
        for each in abandoned:
            each.end()
            self.close(each)
        return bool(abandoned)
