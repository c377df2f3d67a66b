"""Parked events are selected, replayed and discarded by people, and that is written down."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chassis.messaging.inbox import Inbox
from chassis.messaging.redrive import Mending, Selection
from chassis.store import Store
from chassis.times import utc_now
from tests.chassis.bank import Note

NEXT_YEAR = timedelta(days=365)


@pytest.fixture
def mending(store: Store) -> Mending:
    return Mending(store, by="ada@desk")


@pytest.fixture
def inbox(store: Store) -> Inbox:
    return Inbox(store)


def parked_by(inbox: Inbox, handler: str, error: str) -> None:
    inbox.park(f"{handler} {error}".encode(), handler, "Told", error)


def found(mending: Mending, selection: Selection) -> list[str]:
    return [bytes(each.body).decode() for each in mending.parked(selection)]


def test_events_are_selected_by_handler_and_error(inbox: Inbox, mending: Mending) -> None:
    parked_by(inbox, "note_down", "100% wrong")
    parked_by(inbox, "note_down", "1000 wrong")
    parked_by(inbox, "pass_on", "100% wrong")

    assert len(found(mending, Selection())) == 3
    assert len(found(mending, Selection(handler="note_down"))) == 2
    assert len(found(mending, Selection(error="100% w"))) == 2
    one = Selection(handler="note_down", error="100%")
    assert found(mending, one) == ["note_down 100% wrong"]


def test_events_are_selected_by_when_they_were_received(inbox: Inbox, mending: Mending) -> None:
    parked_by(inbox, "note_down", "wrong")
    now = utc_now()

    assert len(found(mending, Selection(until=now + NEXT_YEAR))) == 1
    assert found(mending, Selection(until=now - NEXT_YEAR)) == []
    assert len(found(mending, Selection(since=now - NEXT_YEAR))) == 1
    assert found(mending, Selection(since=now + NEXT_YEAR)) == []


def test_what_is_not_selected_stays_parked(inbox: Inbox, mending: Mending) -> None:
    parked_by(inbox, "note_down", "wrong")
    parked_by(inbox, "pass_on", "wrong")

    assert mending.replay(Selection(handler="pass_on")) == 1
    assert found(mending, Selection()) == ["note_down wrong"]


def test_who_did_what_is_written_down(inbox: Inbox, mending: Mending) -> None:
    parked_by(inbox, "note_down", "wrong")
    parked_by(inbox, "pass_on", "wrong")
    mending.replay(Selection(handler="pass_on"))
    mending.discard(Selection(handler="note_down"))
    mending.discard(Selection(handler="note_down"))

    written = [(each.by, each.action, each.handler) for each in mending.record()]
    assert written == [("ada@desk", "discard", "note_down"), ("ada@desk", "replay", "pass_on")]


def test_the_backlog_counts_what_waits_and_how_long(
    store: Store, inbox: Inbox, mending: Mending
) -> None:
    idle = mending.backlog(utc_now())
    assert (idle.unsent, idle.oldest_unsent, idle.waiting, idle.parked) == (0, None, 0, 0)

    with store.transaction() as tx:
        tx.emit(Note.of("hello").told())
    parked_by(inbox, "note_down", "wrong")
    parked_by(inbox, "pass_on", "wrong")
    mending.replay(Selection(handler="pass_on"))

    busy = mending.backlog(utc_now() + timedelta(minutes=1))
    assert (busy.unsent, busy.waiting, busy.parked) == (1, 1, 1)
    assert busy.oldest_unsent is not None
    assert 60 <= busy.oldest_unsent < 90
    assert busy.oldest_waiting is not None
    assert 60 <= busy.oldest_waiting < 90
