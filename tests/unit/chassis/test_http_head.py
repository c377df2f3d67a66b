"""Heads as such: what ``parse`` accepts means to h11, a parser of others, the same."""

from __future__ import annotations

import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.exceptions import BadRequest, HTTPException

from chassis.http.head import is_host, parse

LINE = b"GET /quick HTTP/1.1\r\n"


def test_a_head_is_read_into_its_parts() -> None:
    head = parse(
        b"POST /echo?a=b HTTP/1.1\r\nHost: here:80\r\nX-Any:  y \r\nx-any: z\r\n"
        b"Content-Length: 12\r\nConnection: Keep-Alive\r\nExpect: 100-Continue\r\n"
    )
    assert (head.method, head.target, head.version) == ("POST", "/echo?a=b", "HTTP/1.1")
    assert (head.host, head.length, head.closes, head.keeps) == ("here:80", 12, False, True)
    assert head.awaits_continue
    assert head.fields[1:3] == [("X-Any", "y"), ("x-any", "z")]


def test_http_1_0_closes_unless_asked_and_awaits_nothing() -> None:
    line = b"GET / HTTP/1.0\r\n"
    assert parse(line).closes
    assert not parse(line + b"Connection: keep-alive\r\n").closes
    assert not parse(line + b"Expect: 100-continue\r\n").awaits_continue


@pytest.mark.parametrize("octet", [*range(0x20), 0x7F])
@pytest.mark.parametrize("where", ["name", "value", "target", "method", "host", "version"])
def test_no_control_character_is_accepted_anywhere(octet: int, where: str) -> None:
    """But for the tab in a value."""
    odd = b"a" + bytes([octet]) + b"b"
    parts = {"method": b"GET", "target": b"/", "version": b"HTTP/1.1", "host": b"here"}
    parts |= {"name": b"X-Any", "value": b"y", where: odd}
    text = b"%(method)b %(target)b %(version)b\r\nHost: %(host)b\r\n%(name)b: %(value)b\r\n"
    head = {name.encode(): value for name, value in parts.items()}
    if (where, octet) == ("value", 0x09):
        assert parse(text % head).fields[1] == ("X-Any", "a\tb")
    else:
        with pytest.raises(HTTPException):
            parse(text % head)


@pytest.mark.parametrize("octet", [ord(each) for each in '"(),/:;<=>?@[\\]{} '])
def test_no_delimiter_is_part_of_a_name_or_a_method(octet: int) -> None:
    odd = b"a" + bytes([octet]) + b"b"
    with pytest.raises(BadRequest):
        parse(odd + b" / HTTP/1.1\r\nHost: here\r\n")
    if octet != ord(":"):  # that one ends the name
        with pytest.raises(BadRequest):
            parse(LINE + b"Host: here\r\n" + odd + b": y\r\n")


@pytest.mark.parametrize(
    "host",
    ["here", "a.b-c_d~e", "127.0.0.1", "127.0.0.1:80", "[::1]", "[::ffff:1.2.3.4]:1", "h%2e:0"],
)
def test_a_host_is_a_name_or_an_address(host: str) -> None:
    assert is_host(host)


PIECES = st.sampled_from(
    [
        *(
            b"\r\n",
            b"\r",
            b"\n",
            b" ",
            b"\t",
            b":",
            b",",
            b";",
            b"\x00",
            b"\x1b",
            b"\xe9",
            b"0",
            b"2",
        ),
        *(b"Content-Length", b"Transfer-Encoding", b"chunked", b"gzip", b"Host", b"here", b"X-Any"),
        *(b"\r\nHost: here", b"\r\nContent-Length: 2", b"\r\nTransfer-Encoding: chunked"),
        *(b"\r\nX-Any: y", b"\r\nConnection: close", b"GET", b"/", b"http://there/", b"HTTP/1.1"),
    ]
)
HEADS = st.one_of(
    st.lists(PIECES, max_size=12).map(lambda each: LINE.rstrip() + b"".join(each) + b"\r\n"),
    st.lists(PIECES, max_size=12).map(lambda each: b"".join(each) + b"\r\n"),
    st.binary(max_size=80).map(lambda each: LINE + b"Host: here\r\n" + each + b"\r\n"),
)


@given(HEADS)
def test_what_is_accepted_means_the_same_to_another_parser(text: bytes) -> None:
    """Never more than h11 accepts, with the same fields, and the same end of the body."""
    try:
        head = parse(text)
    except HTTPException:
        return
    other = h11.Connection(h11.SERVER)
    other.receive_data(text + b"\r\n")
    request = other.next_event()
    assert isinstance(request, h11.Request)
    assert request.method == head.method.encode()
    assert [(name.lower(), value) for name, value in request.headers.raw_items()] == [
        (name.lower().encode(), value.encode("latin-1")) for name, value in head.fields
    ]
    after = other.next_event()
    if head.length == 0:
        assert isinstance(after, h11.EndOfMessage)
    else:
        assert after is h11.NEED_DATA
    if head.length:
        other.receive_data(b"x" * head.length)
        assert isinstance(other.next_event(), h11.Data)
        assert isinstance(other.next_event(), h11.EndOfMessage)
