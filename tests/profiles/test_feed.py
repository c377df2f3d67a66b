"""The feed: whoever takes the snapshot and goes on from there misses nothing."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import eventlet
import pytest
from alembic import command
from sqlalchemy import select

from chassis import json
from chassis.cursors import BadCursor
from chassis.database import migrations
from chassis.database.database import Database
from chassis.database.event_log import EventLog
from contracts.profiles.featuring import FeedQuery
from firststep.commands.migrate import migrations_of
from services.profiles.base import Base
from services.profiles.featuring import feed
from services.profiles.specialists.specialists import Specialist
from tests.profiles.builders import FAR_OFF, LIST, UNLIST, a_profile, an_empty_specialist, news_of
from tests.support.databases import connected_database


@pytest.fixture
def kept(database: str) -> Iterator[Database]:
    store = connected_database(database, "profiles")
    yield store
    store.dispose()


def put_in(store: Database, number: int) -> list[UUID]:
    """Specialists who are featured once they are listed."""
    now = datetime.now(UTC)
    people = [an_empty_specialist() for _ in range(number)]
    for each in people:
        each.write(a_profile())
        each.verified_until = FAR_OFF
        each.learn_availability(news_of(each.id, next_slot_at=now + timedelta(days=1)), now)
    with store.transaction() as tx:
        tx.add_all(people)
    return [each.id for each in people]


def turn(store: Database, specialist_id: UUID, pause: float = 0.0) -> None:
    """Whoever is listed withdraws, and who is not is listed: featuring begins or ends."""
    with store.transaction() as tx:
        specialist = tx.lock(Specialist, specialist_id)
        change = UNLIST if specialist.listed else LIST
        tx.emit(*specialist.change(change, datetime.now(UTC)))
        eventlet.sleep(pause)


class Listener:
    """Reads on and on; knows who is featured by what it heard."""

    def __init__(self, store: Database, limit: int = 3) -> None:
        self.store = store
        self.limit = limit
        self.cursor: str | None = None
        self.heard: list[dict[str, Any]] = []

    def read(self) -> bool:
        """One page; whether there is more."""
        with self.store.reading() as session:
            query = FeedQuery(after=self.cursor, limit=self.limit)
            page = json.loads(json.dumps(feed.read(session, query)))
        self.heard += page["items"]
        self.cursor = page["next"]
        return not page["caught_up"]

    def catch_up(self) -> None:
        while self.read():
            pass

    def featured(self) -> set[str]:
        last = {each["subject"]: each["type"] for each in self.heard}
        return {subject for subject, kind in last.items() if kind == "SpecialistFeatured"}

    def check(self) -> None:
        ids = [each["id"] for each in self.heard]
        assert len(set(ids)) == len(ids), "something was heard twice"
        versions: dict[str, int] = {}
        for each in self.heard:
            assert each["data"]["version"] > versions.get(each["subject"], 0), "out of order"
            versions[each["subject"]] = each["data"]["version"]


def featured_now(store: Database) -> set[str]:
    with store.reading() as session:
        found = session.scalars(select(Specialist.id).where(Specialist.featured.is_(True)))
        return {str(each) for each in found}


def test_an_empty_platform_has_an_empty_feed_that_goes_on(kept: Database) -> None:
    listener = Listener(kept)
    assert not listener.read()
    assert listener.heard == []
    [person] = put_in(kept, 1)
    turn(kept, person)
    listener.catch_up()
    assert [each["type"] for each in listener.heard] == ["SpecialistFeatured"]


def test_the_snapshot_says_who_is_featured_and_the_rest_what_changed(kept: Database) -> None:
    people = put_in(kept, 7)
    for each in people:
        turn(kept, each)
    turn(kept, people[0])
    listener = Listener(kept)
    listener.catch_up()
    assert listener.featured() == {str(each) for each in people[1:]} == featured_now(kept)
    assert [each["type"] for each in listener.heard] == ["SpecialistFeatured"] * 6

    turn(kept, people[1])
    turn(kept, people[0])
    before = len(listener.heard)
    listener.catch_up()
    changes = [(each["subject"], each["type"]) for each in listener.heard[before:]]
    assert changes == [
        (str(people[1]), "SpecialistUnfeatured"),
        (str(people[0]), "SpecialistFeatured"),
    ]
    listener.check()


def test_a_snapshot_stays_one_while_its_pages_are_read(kept: Database) -> None:
    people = put_in(kept, 6)
    for each in people:
        turn(kept, each)
    listener = Listener(kept, limit=2)
    assert listener.read()
    for each in people:
        turn(kept, each)
    assert listener.read()
    assert [each["type"] for each in listener.heard] == ["SpecialistFeatured"] * 4
    listener.catch_up()
    assert listener.featured() == set()
    listener.check()


def test_what_is_read_is_what_was_sent(kept: Database) -> None:
    [person] = put_in(kept, 1)
    turn(kept, person)
    listener = Listener(kept)
    listener.catch_up()
    outbox = kept.table("outbox")
    with kept.reading() as session:
        sent = session.scalars(select(outbox.c.body).where(outbox.c.type == "SpecialistFeatured"))
        assert listener.heard == [json.loads(body) for body in sent]


@pytest.mark.parametrize("seed", range(2))
def test_listeners_miss_nothing_and_hear_nothing_twice_while_many_change_at_once(
    kept: Database, seed: int
) -> None:
    chance = random.Random(seed)
    people = put_in(kept, 12)
    done = False

    def live() -> None:
        for _ in range(8):
            turn(kept, chance.choice(people), chance.random() * 0.01)
            eventlet.sleep(chance.random() * 0.01)

    def listen(listener: Listener) -> None:
        eventlet.sleep(chance.random() * 0.2)
        while not done:
            listener.read()
            eventlet.sleep(chance.random() * 0.005)

    listeners = [Listener(kept, chance.randint(1, 5)) for _ in range(4)]
    listening = [eventlet.spawn(listen, each) for each in listeners]
    for each in [eventlet.spawn(live) for _ in range(4)]:
        each.wait()
    done = True
    for each in listening:
        each.wait()
    latest = Listener(kept)
    for listener in (*listeners, latest):
        listener.catch_up()
        listener.check()
        assert listener.featured() == featured_now(kept)
    with kept.reading() as session:
        entries = EventLog(session, Base.metadata).after(0, 1000)
        changes = [str(row.event_id) for row in entries]
    for listener in listeners:
        followed = [each["id"] for each in listener.heard]
        since = changes.index(followed[-1]) + 1
        assert since == len(changes)
        assert [each for each in changes if each in set(followed)] == followed


@pytest.mark.parametrize(
    "cursor", ["", "x", "Nw", "MS0y", "LTE", "MS0yLTM", "é", "MDA", "MS4w", "a" * 64]
)
def test_a_cursor_that_was_not_given_out_is_refused(kept: Database, cursor: str) -> None:
    """Among them 7, and 1-2, on a platform where nothing was told yet."""
    with kept.reading() as session:
        with pytest.raises(BadCursor):
            feed.read(session, FeedQuery(after=cursor))


def test_a_specialists_words_are_forgotten_and_the_order_stays(kept: Database) -> None:
    one, other = put_in(kept, 2)
    for each in (one, other, one):
        turn(kept, each)
    before, after = Listener(kept), Listener(kept)
    before.cursor = after.cursor = feed.FeedPosition(0).to_cursor()
    before.catch_up()
    with kept.transaction() as tx:
        feed.redact(tx, one)
    after.catch_up()
    assert [each["id"] for each in after.heard] == [each["id"] for each in before.heard]
    for event in after.heard:
        words = {event["data"].get("display_name"), event["data"].get("headline")}
        if event["subject"] == str(one):
            assert words <= {"", None}
        else:
            assert words == {"Dr Ada Example", "Where to start"}


def test_who_was_featured_before_there_was_a_feed_stands_at_its_beginning(
    tmp_path: Path,
) -> None:
    """As a platform finds itself that is upgraded."""
    store = Database(Base)
    store.connect(f"sqlite:///{tmp_path}/profiles.db", "profiles")
    upgrade(store, "profiles_0001")
    columns = "id, version, status, display_name, headline, biography, languages, topics"
    with store.writer.begin() as connection:
        for featured in (True, False):
            connection.exec_driver_sql(
                f"INSERT INTO specialists ({columns}, featured, offers_free_consultations, "
                "next_slot_at, availability_version) VALUES (?, 7, 'listed', 'Ada', 'Words', '', "
                "'[]', '[]', ?, ?, '2026-03-02 08:00:00', 1)",
                (uuid4().hex, featured, featured),
            )
    upgrade(store, "heads")
    listener = Listener(store)
    listener.catch_up()
    [event] = listener.heard
    assert (event["type"], event["data"]["version"]) == ("SpecialistFeatured", 7)
    assert event["data"]["next_slot_at"] == "2026-03-02T08:00:00Z"
    with store.reading() as session:
        known = {each.featured: each.obstacle for each in session.scalars(select(Specialist))}
    assert known == {True: None, False: "no_free_consultations"}
    store.dispose()


def upgrade(store: Database, revision: str) -> None:
    with store.writer.begin() as connection:
        config = migrations._config(migrations_of("profiles"), connection, Base.metadata)
        command.upgrade(config, revision)
