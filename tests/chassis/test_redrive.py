"""Parked events are selected, replayed and discarded by people, and that is written down."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chassis.messaging.inbox import Inbox
from chassis.messaging.redrive import Redrive, Selection
from chassis.store import Store
from chassis.times import utc_now
from tests.chassis.bank import Note

NEXT_YEAR = timedelta(days=365)


@pytest.fixture
def redrive(store: Store) -> Redrive:
    return Redrive(store, by="ada@desk")


@pytest.fixture
def inbox(store: Store) -> Inbox:
    return Inbox(store)


def parked_by(inbox: Inbox, handler: str, error: str) -> None:
    inbox.park(f"{handler} {error}".encode(), handler, "Told", error)


def found(redrive: Redrive, selection: Selection) -> list[str]:
    return [bytes(each.body).decode() for each in redrive.dead_letters(selection)]


def test_events_are_selected_by_handler_and_error(inbox: Inbox, redrive: Redrive) -> None:
    parked_by(inbox, "note_down", "100% wrong")
    parked_by(inbox, "note_down", "1000 wrong")
    parked_by(inbox, "pass_on", "100% wrong")

    assert len(found(redrive, Selection())) == 3
    assert len(found(redrive, Selection(handler="note_down"))) == 2
    assert len(found(redrive, Selection(error="100% w"))) == 2
    one = Selection(handler="note_down", error="100%")
    assert found(redrive, one) == ["note_down 100% wrong"]


def test_events_are_selected_by_when_they_were_received(inbox: Inbox, redrive: Redrive) -> None:
    parked_by(inbox, "note_down", "wrong")
    now = utc_now()

    assert len(found(redrive, Selection(until=now + NEXT_YEAR))) == 1
    assert found(redrive, Selection(until=now - NEXT_YEAR)) == []
    assert len(found(redrive, Selection(since=now - NEXT_YEAR))) == 1
    assert found(redrive, Selection(since=now + NEXT_YEAR)) == []


def test_what_is_not_selected_stays_parked(inbox: Inbox, redrive: Redrive) -> None:
    parked_by(inbox, "note_down", "wrong")
    parked_by(inbox, "pass_on", "wrong")

    assert redrive.replay(Selection(handler="pass_on")) == 1
    assert found(redrive, Selection()) == ["note_down wrong"]


def test_who_did_what_is_written_down(inbox: Inbox, redrive: Redrive) -> None:
    parked_by(inbox, "note_down", "wrong")
    parked_by(inbox, "pass_on", "wrong")
    redrive.replay(Selection(handler="pass_on"))
    redrive.discard(Selection(handler="note_down"))
    redrive.discard(Selection(handler="note_down"))

    written = [(each.by, each.action, each.handler) for each in redrive.history()]
    assert written == [("ada@desk", "discard", "note_down"), ("ada@desk", "replay", "pass_on")]


def test_the_backlog_counts_what_waits_and_how_long(
    store: Store, inbox: Inbox, redrive: Redrive
) -> None:
    idle = redrive.backlog(utc_now())
    assert (idle.unsent, idle.oldest_unsent, idle.waiting, idle.parked) == (0, None, 0, 0)

    with store.transaction() as tx:
        tx.emit(Note.of("hello").told())
    parked_by(inbox, "note_down", "wrong")
    parked_by(inbox, "pass_on", "wrong")
    redrive.replay(Selection(handler="pass_on"))

    busy = redrive.backlog(utc_now() + timedelta(minutes=1))
    assert (busy.unsent, busy.waiting, busy.parked) == (1, 1, 1)
    assert busy.oldest_unsent is not None
    assert 60 <= busy.oldest_unsent < 90
    assert busy.oldest_waiting is not None
    assert 60 <= busy.oldest_waiting < 90
