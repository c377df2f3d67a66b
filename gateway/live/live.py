"""Live updates of an account: a stream of ``LiveUpdate`` as server-sent events.

An event's id is the position of its notice among its account's, so any gateway resumes a stream by
``Last-Event-ID``. Nothing is lost: a stream that has missed an event, because the broker was away
or its reader slow, asks notifications for all that came after its position.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from time import monotonic

import structlog
from nameko.extensions import SharedExtension
from werkzeug.wrappers import Request, Response

from chassis import context, json
from chassis.concurrency.limits import Semaphore, time_limit
from chassis.context import OUTERMOST_DEADLINE_S, CallContext, Caller
from chassis.errors import DomainError, FieldError, Invalid, Unavailable
from chassis.events import Event
from chassis.http.event_stream import (
    HEARTBEAT,
    LAST_EVENT_ID,
    event,
    event_stream,
    has_hung_up,
    retry,
)
from chassis.messaging.broadcast import Broadcast
from chassis.rpc.requester import Requester
from contracts.notifications import AddedNotices, LiveUpdate, NoticeAdded, NoticeKind
from contracts.profiles.sessions import SessionsEnded
from contracts.rpc.notifications import Notifications
from gateway.http.authentication import ISSUED_AT
from gateway.http.revocation import RevocationList, TokenRevoked
from gateway.http.server import ApiServer
from gateway.live.streams import OpenStreams, Stream

HEARTBEAT_S = 15.0
LIFETIME_S = (270.0, 300.0)
"""How long a stream lasts: drawn at random, so that streams opened together end apart."""
RETRY_S = (2.0, 10.0)
"""How long its client waits before it reconnects: drawn at random, so that not all clients
reconnect at once after a restart."""
ASKING_AT_ONCE = 20
"""Streams that ask notifications at the same time: after an outage, all of them are behind."""
POSITION = re.compile(r"[0-9]{1,18}", re.ASCII)

log = structlog.get_logger()


class BadLastEventId(Invalid):
    """The Last-Event-ID header must be the id of an event of this stream: a number."""

    code = "bad_last_event_id"


class Live(SharedExtension):
    """Answers requests for live updates, outside of the service's workers.

    An entrypoint that has identified the caller returns ``answer(request, caller)``.
    """

    server = ApiServer()
    broadcast = Broadcast()
    revocations = RevocationList()
    requester = Requester()

    def __init__(self) -> None:
        super().__init__()
        self.streams = OpenStreams()
        self._asking = Semaphore(ASKING_AT_ONCE)

    def setup(self) -> None:
        self.server.when_stopping(self.streams.end_all)
        self.broadcast.listen([NoticeAdded, SessionsEnded], self._heard, self._missed)

    def answer(self, request: Request, caller: Caller) -> Response:
        """The stream of a caller whose token was verified (see ``Authenticator``).

        Raises ``Unauthenticated``, ``BadLastEventId``, ``TooManyStreams`` or ``StreamsFull``. It
        asks notifications nothing yet: many clients may reconnect at once.
        """
        hung_up = partial(has_hung_up, request.environ)
        stream = Stream(caller.known(), _last_event_id(request), hung_up)
        call = replace(context.current(), caller=caller)
        self.streams.open(stream)
        updates = LiveUpdates(self, stream, call, request.environ[ISSUED_AT])
        return event_stream(updates, request.environ)

    def added_after(self, position: int | None, call: CallContext) -> AddedNotices:
        """Ask notifications what was added since. Raises ``Unavailable``."""
        call = replace(call, deadline=time.time() + OUTERMOST_DEADLINE_S)
        too_late = Unavailable("The platform did not answer in time. Please try again.")
        with context.entered(call), time_limit(OUTERMOST_DEADLINE_S, too_late), self._asking:
            return Notifications(self.requester).list_added_notices(after=position).load()

    def _heard(self, event: Event) -> None:
        """Leave a notice with the streams of its account. Wake the streams of an account whose
        sessions have ended: each checks its own session."""
        if isinstance(event, NoticeAdded):
            for each in self.streams.of(event.account_id):
                each.add(event)
        elif isinstance(event, SessionsEnded):
            for each in self.streams.of(event.account_id):
                each.wake()

    def _missed(self) -> None:
        for each in self.streams.all():
            each.fall_behind()


class LiveUpdates:
    """The bytes of one stream. It ends when its session does, and after some minutes: then the
    client has to show a token again."""

    def __init__(self, live: Live, stream: Stream, call: CallContext, issued_at: float) -> None:
        self._live = live
        self._stream = stream
        self._call = call
        self._issued_at = issued_at

    def __iter__(self) -> Iterator[bytes]:
        stream, ends_at = self._stream, monotonic() + random.uniform(*LIFETIME_S)
        yield retry(random.uniform(*RETRY_S))
        stream.wake()  # it has to catch up
        while not stream.ended and (left := ends_at - monotonic()) > 0:
            woken = stream.wait(min(left, HEARTBEAT_S))
            if stream.ended or (not woken and stream.hung_up()):
                return
            try:
                due = self._due()
            except TokenRevoked:
                return
            except DomainError as error:  # part of the platform is away: again at the next wait
                log.debug("live_stream_waits", reason=error.detail)
                due = b""
            if due or not woken:
                yield due or HEARTBEAT

    def close(self) -> None:
        self._live.streams.close(self._stream)

    def _due(self) -> bytes:
        """The events to send now. Raises ``TokenRevoked``, or ``Unavailable``."""
        caller = self._call.caller
        self._live.revocations.require_valid(caller.known(), caller.session_id, self._issued_at)
        if self._stream.behind:
            return self._caught_up()
        return b"".join(
            _event(each.position, each.unread, each.kind) for each in iter(self._stream.next, None)
        )

    def _caught_up(self) -> bytes:
        """The events after the stream's position, at most one answer of notifications; where there
        are none, one that says how many notices are unread."""
        stream = self._stream
        stream.behind = False  # an event missed during this call sets it behind again
        try:
            found = self._live.added_after(stream.position, self._call)
        except BaseException:
            stream.behind = True
            raise
        stream.position = found.position
        if found.more:
            stream.fall_behind()
        events = [_event(each.position, found.unread, each.kind) for each in found.items]
        return b"".join(events) or _event(found.position, found.unread, None)


def _event(position: int, unread: int, kind: NoticeKind | None) -> bytes:
    return event(position, json.dumps(LiveUpdate(unread=unread, kind=kind)))


def _last_event_id(request: Request) -> int | None:
    """The position of the last event that the client got, if any."""
    given = request.headers.get(LAST_EVENT_ID, "")
    if not given:
        return None
    if POSITION.fullmatch(given) is None:
        raise BadLastEventId(
            errors=[FieldError(LAST_EVENT_ID, BadLastEventId.sentence(), given[:60])]
        )
    return int(given)
