"""Bodies in chunks: what is accepted means to h11, a parser of others, the same."""

from __future__ import annotations

import io

import h11
from hypothesis import assume, given
from hypothesis import strategies as st
from werkzeug.exceptions import BadRequest

from chassis.http.body import Body

HEAD = b"POST / HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n"
PIECES = st.sampled_from(
    [
        *(b"2\r\n{}\r\n", b"0\r\n\r\n", b"0\r\n", b"\r\n", b"\n", b"\r", b"a" * 16, b"10", b"1"),
        *(b";a=b", b';a="b"', b";", b" ", b"0x", b"+", b"X-Any: y\r\n", b"X-Any : y\r\n", b"\x00"),
    ]
)
ENDED = [b"", b"0\r\n\r\n", b"0\r\nX-Any: y\r\n\r\n"]
CHUNKED = st.builds(
    lambda pieces, end: b"".join(pieces) + end, st.lists(PIECES), st.sampled_from(ENDED)
)


@given(CHUNKED, st.integers(1, 20))
def test_what_is_accepted_means_the_same_to_another_parser(text: bytes, size: int) -> None:
    """The same bytes, and the same beginning of what follows. White space before an extension,
    which RFC 9112 wants to be read, h11 refuses."""
    assume(b" ;" not in text)
    follows = b"GET /follows"
    stream = io.BufferedReader(io.BytesIO(text + follows))
    body, read = Body(stream, None), b""
    try:
        while piece := body.read(size):
            read += piece
    except BadRequest:
        assert not body.is_whole
        return
    assert body.is_whole
    other, data = h11.Connection(h11.SERVER), b""
    other.receive_data(HEAD + text + follows)
    assert isinstance(other.next_event(), h11.Request)
    while isinstance(event := other.next_event(), h11.Data):
        data += event.data
    assert isinstance(event, h11.EndOfMessage)
    assert read == data
    assert stream.read() == other.trailing_data[0]
