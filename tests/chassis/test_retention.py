"""What was settled long ago is forgotten; what still matters never is."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select
from structlog.testing import capture_logs

from chassis.ids import new_id
from chassis.maintenance import pruning
from chassis.maintenance.pruning import Rule
from chassis.messaging.inbox import Status
from chassis.messaging.retention import RETENTION_PERIOD, prune_messages, warn_of_dead_letters
from chassis.store import Store
from chassis.times import utc_now
from tests.support.ids import an_id_made_at

LONG_AGO = timedelta(days=8)


@pytest.fixture
def old() -> datetime:
    return utc_now() - LONG_AGO


def test_a_repetition_is_known_as_one_for_seven_days() -> None:
    assert timedelta(days=7) == RETENTION_PERIOD


def test_what_was_sent_or_answered_long_ago_is_forgotten(store: Store, old: datetime) -> None:
    put(store, "outbox", an_event(emitted_at=old, sent_at=old))
    put(store, "replies", {"key": "old", "fingerprint": "", "made_at": old})

    prune_messages(store, utc_now())

    assert (count(store, "outbox"), count(store, "replies")) == (0, 0)


def test_what_was_never_sent_is_kept_however_old(store: Store, old: datetime) -> None:
    put(store, "outbox", an_event(emitted_at=old, sent_at=None))

    prune_messages(store, utc_now())

    assert count(store, "outbox") == 1


def test_what_was_sent_late_is_kept_from_then_on(store: Store, old: datetime) -> None:
    put(store, "outbox", an_event(emitted_at=old, sent_at=utc_now()))

    prune_messages(store, utc_now())

    assert count(store, "outbox") == 1


def test_what_is_recent_is_kept(store: Store) -> None:
    now = utc_now()
    put(store, "outbox", an_event(emitted_at=now, sent_at=now))
    put(store, "inbox", a_receipt(Status.DONE, received_at=now, settled_at=now))
    put(store, "replies", {"key": "new", "fingerprint": "", "made_at": now})

    prune_messages(store, now)

    assert [count(store, each) for each in ("outbox", "inbox", "replies")] == [1, 1, 1]


@pytest.mark.parametrize("status", [Status.DONE, Status.DISCARDED])
def test_what_was_settled_long_ago_is_forgotten(store: Store, old: datetime, status: str) -> None:
    put(store, "inbox", a_receipt(status, received_at=old, settled_at=old))

    prune_messages(store, utc_now())

    assert count(store, "inbox") == 0


@pytest.mark.parametrize("status", [Status.PARKED, Status.RETRY])
def test_what_needs_a_person_or_another_try_is_kept_however_old(
    store: Store, old: datetime, status: str
) -> None:
    put(store, "inbox", a_receipt(status, received_at=old, settled_at=None))

    prune_messages(store, utc_now())

    assert count(store, "inbox") == 1


def test_a_table_that_can_not_be_cleared_keeps_no_other(
    store: Store, old: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(store, "outbox", an_event(emitted_at=old, sent_at=old))
    put(store, "replies", {"key": "old", "fingerprint": "", "made_at": old})
    batch = pruning._batch

    def all_but_the_outbox(database: Store, rule: Rule, now: datetime) -> int:
        if rule.table == "outbox":
            raise RuntimeError("it takes too long")
        return batch(database, rule, now)

    monkeypatch.setattr(pruning, "_batch", all_but_the_outbox)
    prune_messages(store, utc_now())

    assert (count(store, "outbox"), count(store, "replies")) == (1, 0)


def test_more_than_is_deleted_at_once_is_forgotten_all_the_same(
    store: Store, old: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pruning, "BATCH", 2)
    for _ in range(5):
        put(store, "outbox", an_event(emitted_at=old, sent_at=old))
        put(store, "inbox", a_receipt(Status.DONE, received_at=old, settled_at=old))

    prune_messages(store, utc_now())

    assert (count(store, "outbox"), count(store, "inbox")) == (0, 0)


def test_who_replayed_or_discarded_what_is_known_for_two_years(store: Store) -> None:
    now = utc_now()
    for days in (729, 731):
        put(store, "mendings", a_mending(at=now - timedelta(days=days)))

    prune_messages(store, now)

    assert count(store, "mendings") == 1


def test_the_log_warns_of_dead_letters_after_30_days(store: Store) -> None:
    now = utc_now()
    put(store, "inbox", a_receipt(Status.RETRY, received_at=now - timedelta(days=90)))
    put(store, "inbox", a_receipt(Status.PARKED, received_at=now - timedelta(days=29)))
    with capture_logs() as logs:
        warn_of_dead_letters(store, now)
    assert logs == []

    for days in (31, 40):
        put(store, "inbox", a_receipt(Status.PARKED, received_at=now - timedelta(days=days)))
    with capture_logs() as logs:
        warn_of_dead_letters(store, now)
    [warning] = logs
    assert (warning["event"], warning["log_level"]) == ("dead_letters_unresolved", "warning")
    assert (warning["number"], warning["oldest_days"]) == (2, 40)


def a_mending(**times: datetime) -> dict[str, Any]:
    row = {"id": new_id(), "by": "sam", "action": "replay", "event_id": new_id()}
    return {**row, "handler": "note_down", **times}


def an_event(emitted_at: datetime, sent_at: datetime | None) -> dict[str, Any]:
    """With an id of that time, as the transaction that emits it gives it."""
    times = {"emitted_at": emitted_at, "sent_at": sent_at}
    return {"event_id": an_id_made_at(emitted_at), "type": "Told", "body": b"{}", **times}


def a_receipt(status: str, **times: datetime | None) -> dict[str, Any]:
    row = {"event_id": new_id(), "handler": "note_down", "type": "Told", "attempts": 1}
    return {**row, "status": status, **times}


def put(store: Store, table: str, row: dict[str, Any]) -> None:
    with store.transaction() as tx:
        tx.execute(insert(store.table(table)).values(**row))


def count(store: Store, table: str) -> int:
    with store.reading() as session:
        return len(session.execute(select(store.table(table))).all())
