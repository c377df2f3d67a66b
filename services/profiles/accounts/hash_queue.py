"""The queue for password hashes: two run at a time, and few wait.

A hash takes about a tenth of a second of computing and 64 MiB (measured on two busy cores: 0.13 s),
so it runs in a real thread. A request that finds the queue full is refused at once, while its
caller still waits for the answer. If its network has fewer requests in the queue than another one,
the newest request of the largest network is refused instead. Networks take turns. So a flood from
one network delays the others by one hash, and can fill the queue only while no other network needs
it.
"""

from __future__ import annotations

from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Any

from chassis import context
from chassis.concurrency.futures import Future
from chassis.concurrency.limits import time_limit
from chassis.concurrency.offload import offload
from chassis.errors import Unavailable
from chassis.networks import subnet_of
from contracts.profiles.accounts import TooManyTries

AT_ONCE = 2
MOST_WAITING = 10
"""Under two seconds of hashing even where one hash takes 0.4 s. Each waiting request holds a
worker. Together with the running ones they must be fewer than the workers (``WORKERS`` in
``chassis/runtime/process.py``), so that other calls are still answered."""
MOST_OF_ONE = 5
"""At most so many of one account from one network: as many as may be wrong within minutes."""
LONGEST_WAIT_S = 5.0
"""Half the deadline of a request."""
RETRY_AFTER_S = 2


class HashQueue:
    """A fair queue over networks, first in first out within each."""

    def __init__(self) -> None:
        self._free = AT_ONCE
        self._waiting: OrderedDict[str | None, deque[Future[None]]] = OrderedDict()
        self._of_one: Counter[Hashable] = Counter()

    @contextmanager
    def turn(self, whose: Hashable = None) -> Iterator[Callable[..., Any]]:
        """Wait for a turn; gives a function that runs another one in a real thread.

        Raises ``Unavailable`` where too many wait, or after ``LONGEST_WAIT_S``; ``TooManyTries``
        where too many passwords of the same (``whose``: an account from a network) are tried at
        once.
        """
        if whose is not None and self._of_one[whose] >= MOST_OF_ONE:
            raise TooManyTries.after(RETRY_AFTER_S)
        self._of_one[whose] += 1
        try:
            self._take_turn(subnet_of(context.current().address))
            try:
                yield offload
            finally:
                self._pass_on()
        finally:
            self._of_one[whose] -= 1
            if not self._of_one[whose]:
                del self._of_one[whose]

    def _take_turn(self, place: str | None) -> None:
        if self._free:
            self._free -= 1
            return
        self._make_room(place)
        turn: Future[None] = Future()
        self._waiting.setdefault(place, deque()).append(turn)
        try:
            with time_limit(LONGEST_WAIT_S, _busy()):
                turn.result()
        except BaseException:
            self._give_up(place, turn)
            raise

    def _make_room(self, place: str | None) -> None:
        """Refuse the newest request of a larger network. Raises ``Unavailable`` where no network
        has more waiting than this one would have."""
        if sum(map(len, self._waiting.values())) < MOST_WAITING:
            return
        largest = max(self._waiting, key=lambda each: len(self._waiting[each]))
        if len(self._waiting[largest]) <= len(self._waiting.get(place, ())) + 1:
            raise _busy()
        self._waiting[largest].pop().set_exception(_busy())

    def _give_up(self, place: str | None, turn: Future[None]) -> None:
        if turn.has_result():  # the turn came while it was ended
            self._pass_on()
        elif turn in (line := self._waiting.get(place, deque())):
            line.remove(turn)
            if not line:
                del self._waiting[place]

    def _pass_on(self) -> None:
        """Give the turn to the network that has waited longest."""
        if not self._waiting:
            self._free += 1
            return
        place, line = self._waiting.popitem(last=False)
        turn = line.popleft()
        if line:
            self._waiting[place] = line
        turn.set_result(None)


def _busy() -> Unavailable:
    return Unavailable("Many people are signing in at the moment. Please try again in a while.")
