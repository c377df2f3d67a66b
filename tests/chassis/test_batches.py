"""Events that arrive while their handler is busy are handled together, as if one by one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import count, pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import eventlet
import pytest
from eventlet.event import Event as GreenEvent
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis import context
from chassis.database.refusals import Erased
from chassis.database.transaction import Transaction
from chassis.events import Envelope, Event
from chassis.ids import new_id
from chassis.messaging import inbox as inbox_module
from chassis.messaging import retries, retry_limits, subscribe
from chassis.messaging.inbox import Inbox
from chassis.store import Store
from chassis.times import utc_now
from tests.chassis.bank import (
    Company,
    Ears,
    Told,
    Town,
    a_company,
    a_listener,
    a_store,
    an_envelope,
    hear,
    heard_in,
    rows_of,
)
from tests.support.eventually import eventually

HANDLER = "note_down"
NEXT_YEAR = timedelta(days=365)
PREFETCH = 16
POISON = "poison"


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    store = a_store(database, "listener", Ears)
    yield store
    store.dispose()


def receive_together(inbox: Inbox, envelopes: Sequence[Envelope[Event]], run: Any = None) -> None:
    inbox.receive_together([(each, each.to_json()) for each in envelopes], HANDLER, run or hear(""))


def states_of(store: Store) -> dict[UUID, tuple[str, int]]:
    """The inbox's rows by event: status and attempts."""
    return {row.event_id: (row.status, row.attempts) for row in rows_of(store, "inbox")}


# In one transaction


def test_each_event_takes_effect_once_though_it_comes_twice(store: Store) -> None:
    inbox, one, two = Inbox(store), an_envelope("one"), an_envelope("two")
    inbox.receive(one, one.to_json(), HANDLER, hear(""))
    receive_together(inbox, [one, two, two])
    assert heard_in(store) == [":one", ":two"]
    assert states_of(store) == {one.id: ("done", 1), two.id: ("done", 1)}


def test_events_of_one_subject_keep_the_order_of_their_arrival(store: Store) -> None:
    note_id, found = new_id(), list[str]()
    envelopes: list[Envelope[Event]] = [
        Envelope.around(Told(note_id=note_id, word=word), utc_now(), "c-1")
        for word in ("first", "second")
    ]
    receive_together(Inbox(store), envelopes[::-1], lambda event, _: found.append(event.word))
    assert found == ["second", "first"]


def test_a_failure_leaves_nothing_and_counts_no_attempt(store: Store) -> None:
    def fail_at_two(event: Told, tx: Transaction) -> None:
        hear("")(event, tx)
        if event.word == "two":
            raise RuntimeError("the line is dead")

    with pytest.raises(RuntimeError):
        receive_together(Inbox(store), list(map(an_envelope, ("one", "two", "three"))), fail_at_two)
    assert (heard_in(store), rows_of(store, "inbox")) == ([], [])


def test_a_slow_one_ends_the_transaction_of_all(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox_module, "TOGETHER_DEADLINE_S", 0.05)
    with pytest.raises(eventlet.Timeout):
        receive_together(
            Inbox(store), [an_envelope(), an_envelope()], lambda *_: eventlet.sleep(30)
        )
    assert rows_of(store, "inbox") == []


def test_each_is_handled_under_its_own_correlation_id(store: Store) -> None:
    found = []
    receive_together(
        Inbox(store),
        [an_envelope(each, correlation_id=f"c-{each}") for each in ("one", "two")],
        lambda event, _: found.append((event.word, context.current().correlation_id)),
    )
    assert sorted(found) == [("one", "c-one"), ("two", "c-two")]


# As if one by one


@dataclass(frozen=True)
class Plan:
    """What befalls an event: how often its handler fails, and whether its subject was erased."""

    failures: int
    is_erased: bool


class Scenario:
    """The same events, delivered to an inbox in some grouping until nothing is due."""

    def __init__(self, store: Store, plans: Sequence[Plan]) -> None:
        self.store, self.inbox = store, Inbox(store)
        self.envelopes = [an_envelope(str(number)) for number in range(len(plans))]
        self._left = {each.data.note_id: plan.failures for each, plan in self._planned(plans)}
        with store.transaction() as tx:
            for each, plan in self._planned(plans):
                if plan.is_erased:
                    tx.mark_erased(each.data.note_id)

    def _planned(self, plans: Sequence[Plan]) -> Iterator[tuple[Envelope[Any], Plan]]:
        return zip(self.envelopes, plans, strict=True)

    def handle(self, event: Told, tx: Transaction) -> None:
        hear("")(event, tx)
        tx.refuse_erased(event.note_id)
        if self._left[event.note_id]:
            self._left[event.note_id] -= self._is_alone
            raise RuntimeError("the line is dead")

    def deliver(self, groups: Sequence[Sequence[int]]) -> None:
        for group in groups:
            envelopes = [self.envelopes[number] for number in group]
            self._is_alone = len(group) == 1
            if self._is_alone or not self._received_together(envelopes):
                self._is_alone = True
                for each in envelopes:
                    self.inbox.receive(each, each.to_json(), HANDLER, self.handle)
        self._retry_all()

    def _received_together(self, envelopes: Sequence[Envelope[Event]]) -> bool:
        try:
            receive_together(self.inbox, envelopes, self.handle)
        except (RuntimeError, Erased):
            return False
        return True

    def _retry_all(self) -> None:
        self._is_alone = True
        while due := self.inbox.due(utc_now() + NEXT_YEAR, 100, [HANDLER]):
            for waiting in due:
                envelope = next(each for each in self.envelopes if each.id == waiting.event_id)
                self.inbox.retry(waiting, envelope, self.handle)

    def ended(self) -> tuple[list[str], list[tuple[str, int]]]:
        states = states_of(self.store)
        return heard_in(self.store), [states[each.id] for each in self.envelopes]


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[list[Plan], list[list[int]]]:
    """Some events, and groups that deliver each of them at least once, in any order."""
    is_erased = st.sampled_from([False, False, False, False, True])
    plan = st.builds(Plan, st.sampled_from([0, 0, 0, 0, 0, 1, 2, 99]), is_erased)
    plans = draw(st.lists(plan, min_size=1, max_size=6))
    numbers = draw(st.permutations(range(len(plans))))
    again = draw(st.lists(st.sampled_from(numbers), min_size=2, max_size=6))
    order = draw(st.permutations([*numbers, *again]))
    cuts = sorted(draw(st.sets(st.integers(1, len(order)), max_size=len(order) // 2)))
    groups = [order[begin:end] for begin, end in pairwise([0, *cuts, len(order)])]
    return plans, [each for each in groups if each]


@settings(max_examples=60)
@given(deliveries())
def test_any_grouping_ends_in_the_rows_of_one_by_one(
    tmp_path_factory: pytest.TempPathFactory, plan: tuple[list[Plan], list[list[int]]]
) -> None:
    plans, groups = plan
    ends = []
    for way in (groups, [[number] for group in groups for number in group]):
        folder: Path = tmp_path_factory.mktemp("batches")
        store = a_store(f"sqlite:///{folder}/{{service}}.db", "listener", Ears)
        scenario = Scenario(store, plans)
        scenario.deliver(way)
        ends.append(scenario.ended())
        store.dispose()
    assert ends[0] == ends[1]


# In running services


@pytest.fixture
def together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Events wait for the one before, and a failed one is retried at once."""
    monkeypatch.setattr(subscribe, "TURN_S", 60)
    monkeypatch.setattr(retry_limits, "FIRST_PAUSE", timedelta(0))
    monkeypatch.setattr(retries, "LOOK_EVERY_S", 0.02)


class Busy:
    """A handler that is busy with its first event until it is let go, and counts its runs."""

    def __init__(self) -> None:
        self.began, self.go_on, self.runs = GreenEvent(), GreenEvent(), count()

    def __call__(self, event: Told, tx: Transaction) -> None:
        next(self.runs)
        if event.word == "first":
            self.began.send()
            self.go_on.wait()
        if event.word == POISON:
            raise RuntimeError("the line is dead")


def fill_the_prefetch(company: Company, service: Any, busy: Busy, words: Sequence[str]) -> None:
    """Let these events arrive while the handler is busy with another one."""
    town = Town(company.broker, (service,))
    town.cry(an_envelope("first").to_json())
    busy.began.wait()
    town.cry(*(an_envelope(each).to_json() for each in words))
    eventually(lambda: len(subscription_of(company)._arrived) == len(words))


def subscription_of(company: Company) -> subscribe.Subscription:
    entrypoints = company.container("listener").entrypoints
    [found] = [each for each in entrypoints if isinstance(each, subscribe.Subscription)]
    return found


def test_what_arrived_meanwhile_is_committed_at_once(
    broker: str, database: str, together: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes, receive = [], Inbox.receive_together

    def counting(inbox: Inbox, received: Sequence[Any], *given: Any) -> None:
        sizes.append(len(received))
        receive(inbox, received, *given)

    monkeypatch.setattr(Inbox, "receive_together", counting)
    busy, words = Busy(), [str(number) for number in range(PREFETCH - 1)]
    service = a_listener(busy)
    with a_company(broker, database, service, max_workers=PREFETCH) as company:
        fill_the_prefetch(company, service, busy, words)
        busy.go_on.send()
        wanted = sorted(f"note_down:{each}" for each in ["first", *words])
        eventually(lambda: company.heard() == wanted)
        assert sizes == [len(words)]
        assert next(busy.runs) == len(wanted)


def test_a_stop_finishes_what_has_arrived_before_its_store_closes(
    broker: str, postgres_database: str, together: None
) -> None:
    busy, words = Busy(), ["two", POISON, "four"]
    service = a_listener(busy)
    with a_company(broker, postgres_database, service) as company:
        fill_the_prefetch(company, service, busy, words)
        store, subscription = company.store("listener"), subscription_of(company)
        stopping = eventlet.spawn(company.container("listener").stop)
        eventually(lambda: subscription not in subscription.queue_consumer._consumers)
        busy.go_on.send()
        stopping.wait()
        assert store.writer.pool.status() == store.writer.pool.recreate().status()
        assert company.heard() == ["note_down:first", "note_down:four", "note_down:two"]
        store.dispose()


@pytest.mark.parametrize("place", [0, 7, 14])
def test_the_neighbours_of_a_poison_event_take_effect_once(
    broker: str, sqlite_database: str, together: None, place: int
) -> None:
    busy, words = Busy(), [str(number) for number in range(PREFETCH - 2)]
    service = a_listener(busy)
    with a_company(broker, sqlite_database, service, max_workers=PREFETCH) as company:
        fill_the_prefetch(company, service, busy, [*words[:place], POISON, *words[place:]])
        busy.go_on.send()
        wanted = sorted(f"note_down:{each}" for each in ["first", *words])
        eventually(lambda: company.heard() == wanted)
        [dead] = eventually(company.redrive("listener").dead_letters)
        assert dead.attempts == retry_limits.ATTEMPTS
        states = states_of(company.store("listener"))  # type: ignore[arg-type]
        assert sorted(states.values()) == [("done", 1)] * (PREFETCH - 1) + [("parked", 10)]


def test_a_slow_handler_does_not_hold_up_what_comes_after(
    broker: str, sqlite_database: str
) -> None:
    busy = Busy()
    service = a_listener(busy)
    with a_company(broker, sqlite_database, service) as company:
        town = Town(company.broker, (service,))
        town.cry(an_envelope("first").to_json())
        busy.began.wait()
        town.cry(*(an_envelope(each).to_json() for each in ("two", "three")))
        try:
            eventually(lambda: next(busy.runs) >= 2)
        finally:
            busy.go_on.send()
        eventually(
            lambda: company.heard() == ["note_down:first", "note_down:three", "note_down:two"]
        )
