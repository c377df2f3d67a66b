"""Notices are numbered for each account, in the order of their commits and without gaps."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import eventlet
import pytest
from eventlet.event import Event as GreenEvent

from chassis.context import Caller
from chassis.errors import Unauthenticated
from chassis.ids import new_id
from chassis.maintenance.pruning import prune
from chassis.schemas import Reading, load
from chassis.times import utc_now
from contracts.notifications import AddedNotice, AddedNotices, NoticeAdded, NoticeKind
from contracts.profiles.accounts import PasswordChanged
from contracts.profiles.privacy import AccountErased
from contracts.profiles.sessions import SignedOutByOperator
from services.notifications.letters import Wording
from services.notifications.notices import service
from services.notifications.notices.queries import positions_after
from services.notifications.notify import notify
from services.notifications.readers import Reader
from services.notifications.retention import RULES
from tests.notifications.steps import page_of
from tests.support.service_client import NOBODY, Talking, at_once

WRITERS, NOTICES = 8, 10


def added(notifications: Talking, account_id: UUID, after: int | None = None) -> AddedNotices:
    answer = notifications.asked_by(Caller(account_id)).list_added_notices(after=after)
    return load(AddedNotices, answer, Reading.WIRE)


def words(reader: Reader) -> Wording:
    return Wording(subject="Hello", text="Welcome.", kind=NoticeKind.SIGNED_OUT)


def tell(notifications: Talking, *account_ids: UUID) -> None:
    """All of them, in one transaction."""
    with notifications.store.transaction() as tx:
        for each in account_ids:
            notify(tx, each, words, each)
            eventlet.sleep(0.01)


def test_each_notice_is_announced_with_its_position_and_without_its_text(
    notifications: Talking,
) -> None:
    account_id, other = new_id(), new_id()
    notifications.hears(
        PasswordChanged(account_id=account_id),
        PasswordChanged(account_id=other),
        SignedOutByOperator(account_id=account_id),
    )
    told = notifications.told(NoticeAdded, account_id)
    assert [(each.position, each.kind, each.unread) for each in told] == [
        (1, NoticeKind.PASSWORD_CHANGED, 1),
        (2, NoticeKind.SIGNED_OUT, 2),
    ]
    assert [each.position for each in notifications.told(NoticeAdded, other)] == [1]
    fields = {each.name for each in dataclasses.fields(NoticeAdded)}
    assert fields == {"account_id", "position", "kind", "unread"}


def test_several_notices_of_one_transaction_are_numbered_in_their_order(
    notifications: Talking,
) -> None:
    account_id, other = new_id(), new_id()
    tell(notifications, account_id)
    tell(notifications, account_id, other, account_id)
    told = notifications.told(NoticeAdded, account_id)
    assert [(each.position, each.unread) for each in told] == [(1, 1), (2, 2), (3, 3)]
    assert [each.position for each in notifications.told(NoticeAdded, other)] == [1]


def test_notices_after_a_position_are_listed_oldest_first(
    notifications: Talking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MOST_ADDED", 2)
    account_id = new_id()
    empty = added(notifications, account_id, after=0)
    assert (empty.items, empty.position, empty.more, empty.unread) == ([], 0, False, 0)
    for _ in range(5):
        tell(notifications, account_id)
    first = added(notifications, account_id, after=1)
    assert [each.position for each in first.items] == [2, 3]
    assert (first.position, first.more, first.unread) == (3, True, 5)
    last = added(notifications, account_id, after=4)
    assert [each.position for each in last.items] == [5]
    assert (last.position, last.more) == (5, False)
    for none in (added(notifications, account_id), added(notifications, account_id, after=99)):
        assert (none.items, none.position, none.more) == ([], 5, False)


def test_notices_that_were_added_are_listed_for_their_account_alone(notifications: Talking) -> None:
    tell(notifications, new_id())
    assert added(notifications, new_id(), after=0).items == []
    with pytest.raises(Unauthenticated):
        notifications.asked_by(NOBODY).list_added_notices(after=0)


def test_notices_read_elsewhere_are_listed_and_do_not_count_as_unread(
    notifications: Talking,
) -> None:
    account_id = new_id()
    tell(notifications, account_id)
    notifications.asked_by(Caller(account_id)).read_all_notices()
    found = added(notifications, account_id, after=0)
    assert ([each.position for each in found.items], found.unread) == ([1], 0)


def test_the_next_position_is_given_after_the_last_ones_commit(notifications: Talking) -> None:
    account_id, given = new_id(), list[int]()
    first, go_on = GreenEvent(), GreenEvent()

    def hold_the_first() -> None:
        with notifications.store.transaction() as tx:
            given.append(positions_after(tx, {account_id: 1})[account_id])
            first.send()
            go_on.wait()

    holding = eventlet.spawn(hold_the_first)
    first.wait()
    second = eventlet.spawn(tell, notifications, account_id)
    eventlet.sleep(0.2)
    assert added(notifications, account_id, after=0).position == 0
    go_on.send()
    holding.wait()
    second.wait()
    assert given == [1]
    assert [each.position for each in added(notifications, account_id, after=0).items] == [2]


def test_who_reads_on_after_the_last_position_misses_nothing(notifications: Talking) -> None:
    """However the transactions that add notices overlap."""
    account_id, seen = new_id(), list[int]()

    def write() -> None:
        for _ in range(NOTICES):
            tell(notifications, account_id)

    def read_on() -> None:
        position = 0
        while len(seen) < WRITERS * NOTICES:
            found = added(notifications, account_id, after=position)
            seen.extend(each.position for each in found.items)
            position = found.position

    reading = eventlet.spawn(read_on)
    assert at_once([write] * WRITERS) == [None] * WRITERS
    reading.wait()
    assert seen == list(range(1, WRITERS * NOTICES + 1))


def test_a_notice_that_comes_while_the_others_are_read_is_not_passed_over(
    notifications: Talking, monkeypatch: pytest.MonkeyPatch
) -> None:
    account_id, read = new_id(), service._added

    def read_and_tell(*asked: Any) -> list[AddedNotice]:
        found = read(*asked)
        eventlet.spawn(tell, notifications, account_id).wait()  # outside of this call
        return found

    tell(notifications, account_id)
    with monkeypatch.context() as patched:
        patched.setattr(service, "_added", read_and_tell)
        assert added(notifications, account_id, after=0).position == 1
    assert [each.position for each in added(notifications, account_id, after=1).items] == [2]


def test_two_who_are_told_at_once_in_either_order_do_not_wait_for_each_other(
    notifications: Talking,
) -> None:
    one, two = new_id(), new_id()
    orders = [(one, two), (two, one)] * (WRITERS // 2)
    told = at_once([partial(tell, notifications, *each) for each in orders])
    assert told == [None] * WRITERS
    for each in (one, two):
        assert added(notifications, each).position == WRITERS


def test_positions_go_on_when_the_notices_are_gone(notifications: Talking) -> None:
    account_id = new_id()
    tell(notifications, account_id)
    prune(notifications.store, RULES, utc_now() + timedelta(days=181))
    assert page_of(notifications, account_id).items == []
    assert added(notifications, account_id, after=0).position == 1
    tell(notifications, account_id)
    assert [each.position for each in added(notifications, account_id, after=0).items] == [2]


def test_an_erased_account_has_no_counter_and_gets_no_notice(notifications: Talking) -> None:
    account_id = new_id()
    tell(notifications, account_id)
    notifications.hears(AccountErased(account_id=account_id))
    tell(notifications, account_id)
    counted = {row.account_id for row in notifications.rows("notice_counters")}
    assert account_id not in counted
