"""What the cache promises, whatever happens at once."""

from __future__ import annotations

from collections.abc import Callable

import eventlet
import pytest
from eventlet.event import Event as GreenEvent

from chassis.errors import NotFound, Unavailable
from gateway import cache as caching
from gateway.cache import (
    LIFETIME_CUT_OFF_S,
    LIFETIME_S,
    MOST_REFRESHED,
    MOST_TOGETHER,
    OVERHEAD,
    REFRESHED_BY,
    REFRESHED_FROM,
    Cache,
    Page,
    answered,
    entry_of,
)

KEY = ("/a", "")


class Profiles:
    """Whom the cache asks; counts how often. ``held`` keeps answers back."""

    def __init__(self) -> None:
        self.said = b"old"
        self.asked = 0
        self.held: GreenEvent | None = None

    def __call__(self) -> bytes:
        self.asked += 1
        said = self.said
        if self.held is not None:
            self.held.wait()
        return said


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def profiles() -> Profiles:
    return Profiles()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def hears() -> list[bool]:
    return [True]


@pytest.fixture
def cache(clock: Clock, hears: list[bool]) -> Cache:
    return Cache(lambda: hears[0], eventlet.spawn, clock)


def read(cache: Cache, profiles: Callable[[], bytes], key: tuple[str, str] = KEY) -> bytes:
    body: bytes = cache.answer(key, ("tag",), profiles).value
    return body


def test_what_is_remembered_is_not_asked_again(cache: Cache, profiles: Profiles) -> None:
    assert [read(cache, profiles) for _ in range(3)] == [b"old"] * 3
    assert profiles.asked == 1


def test_what_is_forgotten_is_asked_anew_and_the_rest_stays(
    cache: Cache, profiles: Profiles
) -> None:
    read(cache, profiles)
    cache.answer(("/b", ""), ("other",), profiles)
    profiles.said = b"new"
    cache.forget("tag")
    assert read(cache, profiles) == b"new"
    assert cache.answer(("/b", ""), ("other",), profiles).value == b"old"
    cache.clear()
    assert len(cache) == cache.bytes == 0


def test_those_who_want_the_same_at_once_ask_once(cache: Cache, profiles: Profiles) -> None:
    profiles.held = GreenEvent()
    reading = [eventlet.spawn(read, cache, profiles) for _ in range(10)]
    eventlet.sleep(0)
    profiles.held.send()
    assert [each.wait() for each in reading] == [b"old"] * 10
    assert profiles.asked == 1


def test_what_was_asked_before_it_was_to_be_forgotten_is_not_stored_after(
    cache: Cache, profiles: Profiles
) -> None:
    profiles.held = GreenEvent()
    early = eventlet.spawn(read, cache, profiles)
    eventlet.sleep(0)
    profiles.said = b"new"
    cache.forget("tag")
    late = eventlet.spawn(read, cache, profiles)
    eventlet.sleep(0)
    profiles.held.send()
    assert (early.wait(), late.wait()) == (b"old", b"new")
    assert read(cache, profiles) == b"new"
    assert profiles.asked == 2


def test_nor_after_everything_was(cache: Cache, profiles: Profiles) -> None:
    profiles.held = GreenEvent()
    early = eventlet.spawn(read, cache, profiles)
    eventlet.sleep(0)
    cache.clear()
    profiles.held.send()
    early.wait()
    assert cache.get(KEY) is None


def test_a_refusal_reaches_all_who_wait_and_is_not_remembered(cache: Cache) -> None:
    held = GreenEvent()

    def refuse() -> bytes:
        held.wait()
        raise NotFound

    reading = [eventlet.spawn(read, cache, refuse) for _ in range(3)]
    eventlet.sleep(0)
    held.send()
    for each in reading:
        with pytest.raises(NotFound):
            each.wait()
    assert read(cache, lambda: b"there") == b"there"


def test_of_several_only_those_that_are_missing_are_asked_for(cache: Cache) -> None:
    wanted = {(name, ""): (name,) for name in "abc"}
    cache.answer(("a", ""), ("a",), lambda: b"A")
    asked: list[list[tuple[str, str]]] = []

    def ask(keys: list[tuple[str, str]]) -> dict[tuple[str, str], bytes]:
        asked.append(keys)
        return {("b", ""): b"B"}

    found = cache.answers(wanted, ask)
    assert {key: entry.value for key, entry in found.items()} == {
        ("a", ""): b"A",
        ("b", ""): b"B",
    }
    assert asked == [[("b", ""), ("c", "")]]
    assert cache.get(("c", "")) is None


def test_whoever_waits_for_one_that_others_did_not_get_asks_for_it(cache: Cache) -> None:
    held = GreenEvent()

    def ask(keys: list[tuple[str, str]]) -> dict[tuple[str, str], bytes]:
        held.wait()
        return {}

    several = eventlet.spawn(cache.answers, {KEY: ("tag",)}, ask)
    eventlet.sleep(0)
    one = eventlet.spawn(read, cache, lambda: b"there")
    eventlet.sleep(0)
    held.send()
    assert several.wait() == {}
    assert one.wait() == b"there"


def test_nothing_is_believed_for_long_and_only_for_a_moment_while_cut_off(
    cache: Cache, profiles: Profiles, clock: Clock, hears: list[bool]
) -> None:
    read(cache, profiles)
    clock.now = LIFETIME_S
    assert cache.stored(KEY) is not None
    hears[0] = False
    assert cache.stored(KEY) is None
    read(cache, profiles)
    clock.now += LIFETIME_CUT_OFF_S
    assert cache.stored(KEY) is not None
    clock.now += 0.01
    assert cache.stored(KEY) is None
    hears[0] = True
    read(cache, profiles)
    clock.now += LIFETIME_S + 0.01
    assert cache.stored(KEY) is None


# Asked for before it is too old


def grow_old(clock: Clock) -> None:
    clock.now += LIFETIME_S * REFRESHED_BY + 0.01


def test_of_what_grows_old_one_request_asks_anew_and_nobody_waits(
    cache: Cache, profiles: Profiles, clock: Clock
) -> None:
    read(cache, profiles)
    profiles.said, profiles.held = b"new", GreenEvent()
    grow_old(clock)
    assert cache.get(KEY) is None
    assert [read(cache, profiles) for _ in range(3)] == [b"old"] * 3
    eventlet.sleep(0)
    assert cache.get(KEY) is not None  # others need not ask
    profiles.held.send()
    eventlet.sleep(0)
    assert (read(cache, profiles), profiles.asked) == (b"new", 2)


def test_of_many_that_grow_old_at_once_a_few_are_asked_for_at_a_time(
    cache: Cache, profiles: Profiles, clock: Clock
) -> None:
    keys = [(f"/{number}", "") for number in range(5)]
    for each in keys:
        read(cache, profiles, each)
    profiles.said, profiles.held = b"new", GreenEvent()
    grow_old(clock)
    assert [read(cache, profiles, each) for each in keys] == [b"old"] * 5
    eventlet.sleep(0)
    assert profiles.asked == 5 + MOST_REFRESHED
    profiles.held.send()
    eventlet.sleep(0)
    for _ in keys:
        for each in keys:
            read(cache, profiles, each)
        eventlet.sleep(0)
    assert [read(cache, profiles, each) for each in keys] == [b"new"] * 5
    assert profiles.asked == 10


def test_of_what_was_asked_for_at_once_each_grows_old_at_a_time_of_its_own(
    cache: Cache, profiles: Profiles, clock: Clock
) -> None:
    keys = [(f"/{number}", "") for number in range(100)]
    for each in keys:
        read(cache, profiles, each)
    clock.now = LIFETIME_S * REFRESHED_FROM
    assert None not in map(cache.get, keys)
    clock.now = LIFETIME_S * (REFRESHED_FROM + REFRESHED_BY) / 2
    assert 20 < [cache.get(each) for each in keys].count(None) < 80


def test_what_one_question_can_ask_for_is_asked_for_together(cache: Cache, clock: Clock) -> None:
    keys = [(f"/{number}", "") for number in range(2 * MOST_TOGETHER)]
    asked: list[list[tuple[str, str]]] = []

    def ask(some: list[tuple[str, str]]) -> dict[tuple[str, str], bytes]:
        asked.append(some)
        return dict.fromkeys(some, b"said")

    cache.answers(dict.fromkeys(keys, ("cards",)), ask, together="cards")
    cache.answers({("/other", ""): ("other",)}, ask)
    grow_old(clock)
    cache.answers({keys[0]: ("cards",)}, ask, together="cards")
    eventlet.sleep(0)
    left = next(each for each in keys if each not in asked[2])
    cache.answers({left: ("cards",)}, ask, together="cards")
    eventlet.sleep(0)
    assert [len(each) for each in asked[2:]] == [MOST_TOGETHER] * 2
    assert {each for some in asked[2:] for each in some} == set(keys)


def test_what_grows_old_stays_while_its_service_is_away(
    cache: Cache, profiles: Profiles, clock: Clock
) -> None:
    def away() -> bytes:
        raise Unavailable

    read(cache, profiles)
    grow_old(clock)
    assert read(cache, away) == b"old"
    eventlet.sleep(0)
    assert read(cache, away) == b"old"
    grow_old(clock)
    with pytest.raises(Unavailable):
        read(cache, away)


def test_what_is_found_to_be_gone_is_not_kept_until_its_time(
    cache: Cache, profiles: Profiles, clock: Clock
) -> None:
    def gone() -> bytes:
        raise NotFound

    read(cache, profiles)
    cache.answers({("/b", ""): ()}, lambda keys: {("/b", ""): b"B"})
    grow_old(clock)
    read(cache, gone)
    cache.answers({("/b", ""): ()}, lambda keys: {})
    eventlet.sleep(0)
    assert cache.stored(KEY) is cache.stored(("/b", "")) is None


def test_what_is_forgotten_meanwhile_is_not_brought_back(
    cache: Cache, profiles: Profiles, clock: Clock
) -> None:
    read(cache, profiles)
    profiles.held = GreenEvent()
    grow_old(clock)
    read(cache, profiles)
    eventlet.sleep(0)
    cache.forget("tag")
    profiles.held.send()
    eventlet.sleep(0)
    assert cache.stored(KEY) is None


def test_what_is_still_the_same_is_not_compressed_again(
    cache: Cache, profiles: Profiles, clock: Clock
) -> None:
    profiles.said = b"half an hour, " * 100
    before = cache.answer(KEY, ("tag",), profiles)
    grow_old(clock)
    read(cache, profiles)
    eventlet.sleep(0)
    after = cache.get(KEY)
    assert after is not None
    assert after.asked_at > before.asked_at
    assert after.encodings is before.encodings


def test_a_page_is_rendered_again_when_its_view_changes_or_after_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = Page(["ada"], "en", b"<p>Ada</p>")
    assert page.still_shows(["ada"])
    assert not page.still_shows(["ben"])
    monkeypatch.setattr(caching, "RENDERED_FOR_S", 0.0)
    assert not page.still_shows(["ada"])


# Room


def test_the_least_used_goes_where_there_is_too_much(
    cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caching, "MOST_BYTES", 3 * (201 + OVERHEAD))
    for name in "abc":
        read(cache, lambda: b"x" * 100, (name, ""))
    cache.get(("a", ""))
    read(cache, lambda: b"x" * 100, ("d", ""))
    assert [name for name in "abcd" if cache.get((name, ""))] == ["a", "c", "d"]
    assert cache.bytes == 3 * (201 + OVERHEAD)
    cache.forget("tag")
    assert cache.bytes == len(cache) == 0


def test_a_long_query_takes_room_as_its_answer_does(
    cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caching, "MOST_BYTES", 50_000)
    for number in range(20):
        read(cache, lambda: b"x", ("/", f"{number}" * 8000))
    assert len(cache) < 5
    assert cache.bytes <= 50_000
    cache.forget("tag")
    assert cache.bytes == len(cache) == 0


@pytest.mark.parametrize(
    ("if_none_match", "status"),
    [
        (None, 200),
        ("{etag}", 304),
        ("W/{etag}", 304),
        ('"another", {etag}', 304),
        ("*", 304),
        ('"another"', 200),
        ("nonsense", 200),
        ("", 200),
    ],
)
def test_who_has_it_already_is_told_so(if_none_match: str | None, status: int) -> None:
    entry = entry_of(b"{}")
    given = if_none_match.format(etag=entry.etag) if if_none_match is not None else None
    answer = answered(entry, "public", {} if given is None else {"HTTP_IF_NONE_MATCH": given})
    assert answer[0] == status
    assert answer[2] == (b"{}" if status == 200 else b"")
    assert ("ETag", f"W/{entry.etag}") in answer[1]
    assert entry_of(b"[]").etag != entry.etag


@pytest.mark.parametrize("accepted", ["br", "gzip", ""])
def test_large_answers_are_sent_as_the_client_prefers(accepted: str) -> None:
    entry = entry_of(b'"half an hour", ' * 100)
    request = {"HTTP_ACCEPT_ENCODING": accepted}
    _, headers, body = answered(entry, "public", request)
    assert dict(headers).get("Content-Encoding", "") == accepted
    assert ("Vary", "Accept-Encoding") in headers
    assert (len(body) < len(entry.value)) == bool(accepted)
    assert answered(entry, "public", request)[2] is body
