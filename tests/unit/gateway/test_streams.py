"""What waits for a stream is sent once and in order, and only so much may wait."""

from __future__ import annotations

import random
from uuid import UUID, uuid4

import pytest

from contracts.notifications import NoticeAdded, NoticeKind
from gateway.live import streams
from gateway.live.streams import MOST_WAITING, OpenStreams, Stream, StreamsFull, TooManyStreams

ACCOUNT = uuid4()


def a_stream(account_id: UUID = ACCOUNT, position: int = 0, hung_up: bool = False) -> Stream:
    """One that has caught up."""
    stream = Stream(account_id, position, lambda: hung_up)
    stream.behind = False
    return stream


def a_notice(position: int) -> NoticeAdded:
    return NoticeAdded(
        account_id=ACCOUNT, position=position, kind=NoticeKind.SIGNED_OUT, unread=position
    )


def sent(stream: Stream) -> list[int]:
    return [each.position for each in iter(stream.next, None)]


def test_events_are_sent_in_order_and_once() -> None:
    stream = a_stream(position=3)
    for position in (2, 3, 4, 4, 5, 3, 6):
        stream.add(a_notice(position))
    assert sent(stream) == [4, 5, 6]
    assert not stream.behind


def test_a_gap_puts_a_stream_behind() -> None:
    stream = a_stream(position=3)
    for position in (4, 6, 5):
        stream.add(a_notice(position))
    assert sent(stream) == [4]
    assert stream.behind
    assert stream.wait(0), "it has to ask at once"


def test_what_waits_is_dropped_where_it_is_too_much() -> None:
    stream = a_stream()
    for position in range(1, MOST_WAITING + 1):
        stream.add(a_notice(position))
    assert not stream.behind
    stream.add(a_notice(MOST_WAITING + 1))
    assert stream.behind
    assert sent(stream) == []


def test_a_stream_that_is_behind_sends_what_waits_once_it_has_asked() -> None:
    stream = a_stream(position=3)
    stream.fall_behind()
    for position in (5, 6):
        stream.add(a_notice(position))
    assert sent(stream) == []
    stream.behind, stream.position = False, 5  # what notifications answered
    assert sent(stream) == [6]


def test_a_stream_at_no_position_asks() -> None:
    stream = Stream(ACCOUNT, None, lambda: False)
    stream.behind = False
    stream.add(a_notice(1))
    assert sent(stream) == []
    assert stream.behind


@pytest.mark.parametrize("seed", range(20))
def test_whatever_the_order_everything_is_sent_once(seed: int) -> None:
    order = list(range(1, 11)) * 2
    random.Random(seed).shuffle(order)
    stream, got = a_stream(), []
    for position in order:
        stream.add(a_notice(position))
        got += sent(stream)
        if stream.behind:  # it asks: all ten are committed
            assert stream.position is not None
            got += range(stream.position + 1, 11)
            stream.behind, stream.position = False, 10
    assert got == list(range(1, 11))


def test_an_account_has_a_limited_number_of_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "MOST_OF_AN_ACCOUNT", 2)
    open_streams, hung_up = OpenStreams(), a_stream(hung_up=True)
    open_streams.open(hung_up)
    open_streams.open(a_stream())
    open_streams.open(a_stream())
    assert hung_up.ended
    with pytest.raises(TooManyStreams):
        open_streams.open(a_stream())
    open_streams.open(a_stream(uuid4()))
    assert len(open_streams) == 3


def test_a_process_has_a_limited_number_of_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "MOST", 2)
    open_streams, hung_up = OpenStreams(), a_stream(uuid4(), hung_up=True)
    open_streams.open(hung_up)
    open_streams.open(a_stream(uuid4()))
    open_streams.open(a_stream(uuid4()))
    with pytest.raises(StreamsFull):
        open_streams.open(a_stream(uuid4()))
    open_streams.close(hung_up)
    assert len(open_streams) == 2, "it was closed before"


def test_nothing_is_left_of_closed_streams() -> None:
    open_streams, stream = OpenStreams(), a_stream()
    open_streams.open(stream)
    open_streams.close(stream)
    assert (len(open_streams), list(open_streams.all())) == (0, [])


def test_a_stream_that_opens_while_the_server_stops_has_ended() -> None:
    open_streams, stream, late = OpenStreams(), a_stream(), a_stream()
    open_streams.open(stream)
    open_streams.end_all()
    open_streams.open(late)
    assert stream.ended
    assert late.ended
