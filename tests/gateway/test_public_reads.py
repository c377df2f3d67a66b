"""Public reads come out of a cache, and nobody notices but by the time it takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import update

from gateway import cache as caching
from gateway.cache import PublicReads
from services.profiles.specialists.specialists import Specialist
from tests.support.databases import Databases
from tests.support.eventually import eventually
from tests.support.factories import (
    Person,
    a_published_article,
    a_specialist,
    an_availability,
    an_editor,
)
from tests.support.platform import (
    House,
    a_house,
    a_mail_folder,
    an_embedded_broker,
    another_gateway,
)


@pytest.fixture(scope="module", params=["embedded", "distributed"])
def house(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    kind = "sqlite_databases" if request.param == "embedded" else "postgres_databases"
    databases: Databases = request.getfixturevalue(kind)
    embedded = request.param == "embedded"
    broker = an_embedded_broker() if embedded else request.getfixturevalue("rabbitmq_url")
    mail = a_mail_folder(tmp_path_factory.mktemp("mail"))
    with a_house(broker, databases.fresh(), mail) as running:
        yield running


@pytest.fixture(scope="module")
def other(house: House) -> Iterator[House]:
    with another_gateway(house) as running:
        yield running


@pytest.fixture(scope="module")
def specialist(house: House) -> Person:
    return a_specialist(house.http, featured=True)


def path_of(person: Person) -> str:
    return f"/api/v1/specialists/{person.id}"


def headline(http: httpx.Client, person: Person) -> str:
    text: str = http.get(path_of(person)).json()["headline"]
    return text


def reads(http: httpx.Client, person: Person, words: str) -> bool:
    return headline(http, person) == words


def is_on(http: httpx.Client, path: str, person: Person, shown: bool) -> bool:
    return shown == (person.id in [each["id"] for each in http.get(path).json()["items"]])


def is_gone(http: httpx.Client, person: Person) -> bool:
    return http.get(path_of(person)).status_code == 404


def seen_by_all(sees: Callable[..., bool], houses: tuple[House, ...], *what: Any) -> None:
    for each in houses:
        eventually(partial(sees, each.http, *what))


@pytest.fixture
def kept_for_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing but an event makes a change visible."""
    monkeypatch.setattr(caching, "LIFETIME_S", 3600)


@pytest.mark.usefixtures("kept_for_an_hour")
def test_a_change_made_at_one_gateway_is_heard_of_by_the_other(
    house: House, other: House, specialist: Person
) -> None:
    for number in range(10):
        words = f"Another way {number}"
        for each in (house, other):
            headline(each.http, specialist)
        assert specialist.patch("/specialists/me", {"headline": words}).status_code == 200
        seen_by_all(reads, (house, other), specialist, words)


@pytest.mark.usefixtures("kept_for_an_hour")
@pytest.mark.parametrize("path", ["/api/v1/featured", "/api/v1/specialists"])
def test_all_gateways_hear_of_who_begins_or_ends_to_be_on_a_list(
    house: House, other: House, path: str
) -> None:
    person = a_specialist(house.http, featured=True)
    seen_by_all(is_on, (house, other), path, person, True)
    for each in (house, other):
        headline(each.http, person)
    for status, shown in (("unlisted", False), ("listed", True), ("unlisted", False)):
        assert person.patch("/specialists/me", {"status": status}).status_code == 200
        seen_by_all(is_on, (house, other), path, person, shown)
    seen_by_all(is_gone, (house, other), person)


@pytest.mark.usefixtures("kept_for_an_hour")
def test_another_next_slot_is_seen_at_both(house: House, other: House) -> None:
    person = a_specialist(house.http, featured=True)

    def next_slots() -> set[str]:
        return {each.http.get(path_of(person)).json()["next_slot_at"] for each in (house, other)}

    eventually(lambda: len(next_slots()) == 1)
    [before] = next_slots()
    person.put("/specialists/me/availability", an_availability(minimum_notice_hours=72))
    eventually(lambda: len(next_slots()) == 1 and before not in next_slots())


# Articles

ARTICLES = "/api/v1/articles"
PATHS = {"list": f"{ARTICLES}?language=la", "article": ARTICLES + "/{}"}


def status_of(http: httpx.Client, slug: str, status: int) -> bool:
    return http.get(PATHS["article"].format(slug)).status_code == status


def titles_are(http: httpx.Client, titles: list[str]) -> bool:
    return [each["title"] for each in http.get(PATHS["list"]).json()["items"]] == titles


def is_stored(house: House, path: str) -> bool:
    """Once the event of its publication, which drops it again, has arrived."""
    assert house.http.get(path).status_code == 200
    return house.part(PublicReads).cache.get((path, "")) is not None


def title_is(http: httpx.Client, slug: str, title: str) -> bool:
    return bool(http.get(PATHS["article"].format(slug)).json()["title"] == title)


@pytest.mark.usefixtures("kept_for_an_hour")
def test_what_becomes_of_an_article_is_seen_at_both(house: House, other: House) -> None:
    both, editor = (house, other), an_editor(house.http)
    seen_by_all(titles_are, both, [])
    slug = a_published_article(editor, title="First", language="la")
    path = f"/articles/{slug}"
    seen_by_all(titles_are, both, ["First"])
    for each in both:
        eventually(partial(is_stored, each, f"{ARTICLES}/{slug}"))
    assert editor.patch(path, {"title": "Second"}).is_success
    seen_by_all(title_is, both, slug, "Second")
    seen_by_all(titles_are, both, ["Second"])
    assert editor.patch(path, {"slug": f"{slug}-2"}).is_success
    seen_by_all(status_of, both, slug, 301)
    seen_by_all(status_of, both, f"{slug}-2", 200)
    assert editor.call("DELETE", f"{path}/publication").is_success
    seen_by_all(status_of, both, f"{slug}-2", 410)
    seen_by_all(status_of, both, slug, 410)
    seen_by_all(titles_are, both, [])
    assert editor.put(f"{path}/publication", {}).is_success
    seen_by_all(titles_are, both, ["Second"])


def test_what_is_remembered_is_the_same_for_whoever_asks(house: House, specialist: Person) -> None:
    """Signed in or not, or with a token that is good no more."""
    path = path_of(specialist)
    eventually(lambda: house.part(PublicReads).cache.get((path, "")) or not house.http.get(path))
    bad = {"Authorization": "Bearer garbage"}
    answers = [
        house.http.get(path),
        specialist.get(f"/specialists/{specialist.id}"),
        house.http.get(path, headers=bad),
    ]
    assert len({each.content for each in answers}) == 1
    assert len({each.headers["ETag"] for each in answers}) == 1


def test_an_answer_from_the_cache_bears_what_every_answer_bears(
    house: House, specialist: Person
) -> None:
    path = path_of(specialist)
    first = house.http.get(path)
    assert house.part(PublicReads).cache.get((path, "")) is not None
    kept = house.http.get(path, headers={"X-Correlation-Id": "mine"})
    assert kept.headers["X-Correlation-Id"] == "mine"
    for name in ("Content-Type", "ETag", "Cache-Control", "Content-Length"):
        assert kept.headers[name] == first.headers[name]
    assert kept.headers["Cache-Control"] == "public, no-cache"
    head = house.http.head(path)
    assert (head.status_code, head.content) == (200, b"")


@pytest.mark.parametrize("path", ["/api/v1/specialists", "/api/v1/specialists/{id}"])
@pytest.mark.parametrize("remembered", [True, False])
def test_who_has_the_answer_already_gets_304(
    house: House, specialist: Person, path: str, remembered: bool
) -> None:
    path = path.format(id=specialist.id)
    etag = house.http.get(path).headers["ETag"]
    if not remembered:
        house.part(PublicReads).cache.clear()
    again = house.http.get(path, headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == etag
    assert "X-Correlation-Id" in again.headers
    assert house.http.get(path, headers={"If-None-Match": '"another"'}).status_code == 200


def test_what_is_not_there_is_not_remembered(house: House) -> None:
    person = a_specialist(house.http, listed=False)
    assert house.http.get(path_of(person)).status_code == 404
    person.patch("/specialists/me", {"status": "listed"})
    assert house.http.get(path_of(person)).status_code == 200


def test_only_the_first_page_of_a_list_is_remembered(house: House, specialist: Person) -> None:
    for _ in range(2):
        a_specialist(house.http)
    cache = house.part(PublicReads).cache

    def remembered() -> Any:  # once everything has been heard that was said before
        found = house.http.get("/api/v1/specialists?limit=1").json()
        return cache.get(("/api/v1/specialists", "limit=1")) and found

    first = eventually(remembered)
    house.http.get(f"/api/v1/specialists?limit=1&cursor={first['next']}")
    assert cache.get(("/api/v1/specialists", f"limit=1&cursor={first['next']}")) is None


# Cut off


@pytest.mark.usefixtures("kept_for_an_hour")
def test_while_events_are_cut_off_a_change_is_seen_a_second_later(
    sqlite_databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with a_house(an_embedded_broker(), sqlite_databases.fresh(), str(tmp_path)) as house:
        person = a_specialist(house.http)
        path, reads = path_of(person), house.part(PublicReads)
        silently_change(house, person, "unheard of")
        eventually(lambda: headline(house.http, person))
        assert headline(house.http, person) == "unheard of"
        silently_change(house, person, "unheard of too")
        assert headline(house.http, person) == "unheard of"

        monkeypatch.setattr(reads.broadcast.queue_consumer, "connected", False)
        eventually(lambda: headline(house.http, person) == "unheard of too")
        assert reads.cache.get((path, "")) is not None


@pytest.mark.usefixtures("kept_for_an_hour")
def test_what_is_remembered_is_forgotten_when_events_come_in_again(
    house: House, specialist: Person
) -> None:
    reads = house.part(PublicReads)
    house.http.get(path_of(specialist))
    assert len(reads.cache)
    consumer: Any = reads.broadcast.queue_consumer
    consuming = consumer._consumers[reads.broadcast]
    if house.broker.startswith("amqp"):
        consuming.channel.queue_delete(consuming.queues[0].name, nowait=True)
        eventually(lambda: not len(reads.cache))
        eventually(lambda: reads.broadcast.connected)
    else:
        reads.broadcast.on_consuming()
    assert len(reads.cache) == 0
    words = "After the gap"
    headline(house.http, specialist)
    specialist.patch("/specialists/me", {"headline": words})
    eventually(lambda: headline(house.http, specialist) == words)


def test_nothing_is_believed_for_ever(
    house: House, specialist: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An event may get lost: at most once is what this hears them."""
    monkeypatch.setattr(caching, "LIFETIME_S", 0.2)
    headline(house.http, specialist)
    silently_change(house, specialist, "nobody said so")
    eventually(lambda: headline(house.http, specialist) == "nobody said so")


def silently_change(house: House, person: Person, words: str) -> None:
    """As if the event had got lost."""
    with house.store("profiles").transaction() as tx:
        change = update(Specialist).where(Specialist.id == UUID(person.id))
        tx.execute(change.values(headline=words))
