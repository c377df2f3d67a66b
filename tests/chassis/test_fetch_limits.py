"""Fetching from sites that send too much, too slowly, or not what they should."""

from __future__ import annotations

import gzip
import itertools
from collections.abc import Iterable
from contextlib import closing
from time import monotonic
from typing import Any

import eventlet
import pytest
from eventlet import tpool
from eventlet.event import Event

from chassis.fetch import dialer
from chassis.fetch.decoding import Gunzip
from chassis.fetch.dialer import Stream
from chassis.fetch.fetch import HTTP_TOO, AnswerRefused, EgressPolicy, NotFetched, fetch
from chassis.fetch.url_policy import AddressRefused
from tests.chassis.sites import (
    LIMIT,
    NAME,
    Answer,
    Authority,
    Names,
    Opened,
    answer,
    get,
    head,
    only_here,
    redirect,
)
from tests.support.eventually import eventually

SOON_S = 0.3
LOST_S = 2.0
DRIP_EVERY_S = 0.02
UNPATCHED = eventlet.patcher.original("socket")


# Size


def test_a_body_of_just_the_limit_is_taken(opened: Opened) -> None:
    assert len(get(opened(answer(bytes(LIMIT)))).body) == LIMIT


def test_a_body_announced_as_too_large_is_refused_before_it_comes(opened: Opened) -> None:
    def says(_: str) -> Iterable[bytes]:
        yield head(f"Content-Length: {LIMIT + 1}")
        eventlet.sleep(LOST_S)

    began = monotonic()
    with pytest.raises(AnswerRefused, match=f"answers with more than {LIMIT} bytes"):
        get(opened(says))
    assert monotonic() - began < LOST_S


@pytest.mark.parametrize(
    "parts",
    [
        [head(), bytes(1000)],
        [head("Transfer-Encoding: chunked"), b"3e8\r\n" + bytes(1000) + b"\r\n"],
    ],
    ids=["until it ends", "chunked"],
)
def test_a_body_without_end_is_given_up(opened: Opened, parts: list[bytes]) -> None:
    site = opened(lambda _: itertools.chain(parts[:1], itertools.repeat(parts[1])))
    with pytest.raises(AnswerRefused, match=f"answers with more than {LIMIT} bytes"):
        get(site)
    eventually(lambda: site.hung_up_on == 1)


def test_a_zipped_body_is_unzipped(opened: Opened) -> None:
    text = b"abc" * 3000
    twice = gzip.compress(text[:5000]) + gzip.compress(text[5000:])
    for zipped in (gzip.compress(text), twice):
        assert get(opened(answer(zipped, "Content-Encoding: GZip"))).body == text
    assert get(opened(answer(b"", "Content-Encoding: gzip"))).body == b""


def test_a_small_body_that_becomes_a_large_one_is_refused(opened: Opened) -> None:
    bomb = gzip.compress(bytes(9_000_000))
    assert len(bomb) < LIMIT
    site = opened(answer(bomb, "Content-Encoding: gzip"))
    with pytest.raises(AnswerRefused, match=f"answers with more than {LIMIT} bytes"):
        get(site)


def test_no_more_is_unzipped_than_is_taken() -> None:
    bomb = gzip.compress(bytes(50_000_000))
    assert len(Gunzip().decoded(bomb, LIMIT)) == LIMIT + 1


def test_zipped_nothing_without_end_is_given_up(opened: Opened) -> None:
    nothing = gzip.compress(b"")
    headers = head("Content-Encoding: gzip")
    site = opened(lambda _: itertools.chain([headers], itertools.repeat(nothing * 50)))
    with pytest.raises(AnswerRefused, match=f"answers with more than {LIMIT} bytes"):
        get(site)


@pytest.mark.parametrize("encoding", ["br", "gzip, gzip", "deflate", "x" * 500])
def test_an_encoding_that_was_not_asked_for_is_refused(opened: Opened, encoding: str) -> None:
    site = opened(answer(b"abc", f"Content-Encoding: {encoding}"))
    with pytest.raises(AnswerRefused, match=r"in the encoding .{1,40}; allowed is gzip"):
        get(site)


@pytest.mark.parametrize("broken", [b"not gzip", gzip.compress(b"abc") + b"and more"])
def test_broken_gzip_is_refused(opened: Opened, broken: bytes) -> None:
    with pytest.raises(AnswerRefused, match="answers with broken gzip"):
        get(opened(answer(broken, "Content-Encoding: gzip")))


@pytest.mark.parametrize(
    "said",
    [
        answer(gzip.compress(b"abcdef" * 100)[:-9], "Content-Encoding: gzip"),
        head("Content-Length: 10") + b"abc",
        head("Transfer-Encoding: chunked") + b"3\r\nabc\r\n",
    ],
)
def test_half_a_body_is_not_taken(opened: Opened, said: bytes) -> None:
    with pytest.raises(NotFetched):
        get(opened(said))


def test_headers_without_end_are_given_up(opened: Opened) -> None:
    started = b"HTTP/1.1 200 OK\r\n"
    more = (f"X-{number}: {'x' * 1000}\r\n".encode() for number in itertools.count())
    site = opened(lambda _: itertools.chain([started], more))
    with pytest.raises(NotFetched, match="does not answer as it should"):
        get(site)
    eventually(lambda: site.hung_up_on == 1)


# Time


def silent(_: str) -> Iterable[bytes]:
    eventlet.sleep(LOST_S)
    return []


def dripping(*parts: bytes) -> Answer:
    """The first parts at once, the last one byte by byte, until long after the deadline."""

    def says(_asked: str) -> Iterable[bytes]:
        yield from parts[:-1]
        for _ in range(int(LOST_S / DRIP_EVERY_S)):
            eventlet.sleep(DRIP_EVERY_S)
            yield parts[-1][:1]

    return says


GZIP_WITH_A_NAME = b"\x1f\x8b\x08\x08" + bytes(6)
SLOW = {
    "silent": silent,
    "slow with its headers": dripping(b"HTTP/1.1 200 OK\r\nX: ", b"x"),
    "slow with its body": dripping(head(), b"x"),
    "slow with its zipped body": dripping(
        head("Content-Encoding: gzip"), GZIP_WITH_A_NAME, b"a name that does not end"
    ),
}


@pytest.mark.parametrize("says", SLOW.values(), ids=SLOW)
def test_who_is_slow_is_given_up_at_the_deadline(opened: Opened, says: Answer) -> None:
    site = opened(says)
    began = monotonic()
    with pytest.raises(NotFetched, match=f"does not answer within {SOON_S} s"):
        get(site, deadline_s=SOON_S)
    assert SOON_S <= monotonic() - began < LOST_S


def test_the_deadline_holds_for_all_redirects_together(opened: Opened) -> None:
    def says(_: str) -> Iterable[bytes]:
        eventlet.sleep(SOON_S * 0.7)
        yield redirect("/")

    with pytest.raises(NotFetched, match=f"does not answer within {SOON_S} s"):
        get(opened(says), deadline_s=SOON_S)


@pytest.mark.parametrize("handshake", [b"", b"\x16\x03\x03\x40\x00"], ids=["silent", "slow"])
def test_a_handshake_that_takes_long_is_given_up_at_the_deadline(
    names: Names, authority: Authority, handshake: bytes
) -> None:
    names.say(NAME, "127.0.0.1")
    with closing(eventlet.listen(("127.0.0.1", 0))) as listening:

        def drip() -> None:
            connection, _ = listening.accept()
            with closing(connection):
                connection.sendall(handshake)
                for _ in range(int(LOST_S / DRIP_EVERY_S)):
                    eventlet.sleep(DRIP_EVERY_S)
                    connection.sendall(b"x" if handshake else b"")

        drips = eventlet.spawn(drip)
        port = listening.getsockname()[1]
        policy = EgressPolicy(only_here, frozenset([port]), authority.trusting)
        began = monotonic()
        with pytest.raises(NotFetched, match=f"does not answer within {SOON_S} s"):
            fetch(f"https://{NAME}:{port}/", limit_bytes=1, deadline_s=SOON_S, policy=policy)
        assert monotonic() - began < LOST_S
        drips.kill()


def test_who_says_much_of_nothing_keeps_nobody_up_beyond_the_deadline(
    names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From a thread of its own, which has always more to say than is read."""
    listening = UNPATCHED.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen()

    def flood() -> None:
        connection, _ = listening.accept()
        until = monotonic() + LOST_S
        with closing(listening), closing(connection):
            connection.recv(65_536)
            while monotonic() < until:
                try:
                    connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 10_000)
                except OSError:
                    return

    flooding = eventlet.spawn(tpool.execute, flood)
    port = listening.getsockname()[1]
    names.say(NAME, "127.0.0.1")
    turns: list[str] = []
    read = Stream.read

    def take_turns() -> None:
        while True:
            turns.append("another")
            eventlet.sleep(0)

    def reading(stream: Stream, *limits: Any, **named: Any) -> bytes:
        turns.append("reader")
        return read(stream, *limits, **named)

    monkeypatch.setattr(Stream, "read", reading)
    others = eventlet.spawn(take_turns)
    policy = EgressPolicy(only_here, frozenset([port]))
    url, began = f"http://{NAME}:{port}/", monotonic()
    with pytest.raises(NotFetched, match=f"does not answer within {SOON_S} s"):
        fetch(url, limit_bytes=1, deadline_s=SOON_S, schemes=HTTP_TOO, policy=policy)
    assert monotonic() - began < LOST_S
    others.kill()
    flooding.wait()
    assert turns.count("another") >= turns.count("reader") > 0


def test_a_deadline_around_it_is_its_own(opened: Opened) -> None:
    site = opened(silent)
    outer = eventlet.Timeout(SOON_S)
    with pytest.raises(eventlet.Timeout) as passed:
        get(site)
    assert passed.value is outer


def test_a_deadline_that_was_kept_does_not_pass_later(opened: Opened) -> None:
    get(opened(answer()), deadline_s=SOON_S)
    with pytest.raises(eventlet.Timeout) as passed, eventlet.Timeout(SOON_S) as later:
        Event().wait()
    assert passed.value is later


def test_names_that_are_looked_up_for_ever_take_only_so_many_threads(names: Names) -> None:
    let_go, looking = Event(), 0

    def wait() -> None:
        nonlocal looking
        looking += 1
        let_go.wait()
        looking -= 1

    names.during = wait
    outcomes: list[Exception] = []

    def attempt(number: int) -> None:
        with pytest.raises(NotFetched, match="does not answer within") as failed:
            fetch(f"https://n{number}.example/", limit_bytes=1, deadline_s=SOON_S)
        outcomes.append(failed.value)

    attempts = [eventlet.spawn(attempt, number) for number in range(20)]
    for each in attempts:
        each.wait()
    assert len(outcomes) == 20
    assert looking == dialer.LOOK_UPS_AT_ONCE
    let_go.send()
    eventually(lambda: looking == 0)
    names.say(NAME, "10.0.0.1")
    with pytest.raises(AddressRefused):
        fetch(f"https://{NAME}/", limit_bytes=1, deadline_s=5)
