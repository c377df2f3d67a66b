"""What RFC 9112 says must be refused is refused, and nothing after it is taken for a request.

Each request here is followed, on the same connection, by another one that no client sent: the
server answers once, hangs up, and never asks for ``/follows``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from chassis.http import connection as http_connection
from chassis.http.connection import LARGEST_HEAD, LONGEST_REQUEST_LINE
from chassis.http.head import MOST_FIELDS
from tests.chassis.echo import Echo, Site, a_site, answers_of, head, status
from tests.support.eventually import eventually

FOLLOWS = b"GET /follows HTTP/1.1\r\nHost: here\r\n\r\n"
STATUS_LINE = re.compile(rb"HTTP/1\.1 (\d{3}) ")


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with a_site() as running:
        yield running


def request(*lines: str | bytes, body: bytes = b"", start: str = "POST /echo HTTP/1.1") -> bytes:
    """A request with these lines, as they stand, after its request line and Host."""
    encoded = [each if isinstance(each, bytes) else each.encode() for each in lines]
    return b"\r\n".join([start.encode(), b"Host: here", *encoded, b"", b""]) + body


def chunked(body: bytes) -> bytes:
    return request("Transfer-Encoding: chunked", body=body)


def get(target: str, *lines: str, version: str = "HTTP/1.1", method: str = "GET") -> bytes:
    return "\r\n".join([f"{method} {target} {version}", *lines, "", ""]).encode("latin-1")


HIDDEN = f"Content-Length: {len(FOLLOWS)}"
"""A length that covers what follows: where it is dropped, that becomes a request."""

FIELDS = {
    "a space before the colon": request("X-Any : y", HIDDEN),
    "a tab before the colon": request("X-Any\t: y", HIDDEN),
    "a space before Content-Length's colon": request(f"Content-Length : {len(FOLLOWS)}"),
    "a space before Transfer-Encoding's colon": request("Transfer-Encoding : chunked"),
    "no colon": request("X-Any", HIDDEN),
    "no colon, of words": request("no colon here", HIDDEN),
    "no name": request(": y", HIDDEN),
    "a name of a space": request(" : y", HIDDEN),
    "a name with a space": request("X Any: y", HIDDEN),
    "a name in quotes": request('"X-Any": y', HIDDEN),
    "a name in parentheses": request("X(Any): y", HIDDEN),
    "a name with a slash": request("X/Any: y", HIDDEN),
    "a name with an at sign": request("X@Any: y", HIDDEN),
    "a name with a comma": request("X,Any: y", HIDDEN),
    "a name with a letter beyond ASCII": request(b"X-\xe9: y", HIDDEN),
    "a name with NUL": request(b"X-\x00Any: y", HIDDEN),
    "a name with ESC": request(b"X-\x1bAny: y", HIDDEN),
    "a name with DEL": request(b"X-\x7fAny: y", HIDDEN),
    "NUL in a value": request(b"X-Any: a\x00b", HIDDEN),
    "NUL at the end of a value": request(b"X-Any: a\x00", HIDDEN),
    "a bare CR in a value": request(b"X-Any: a\rContent-Length: 5", HIDDEN),
    "a bare CR before a field": request(b"X-Any: a\r", HIDDEN),
    "a bare CR alone": request(b"\r", HIDDEN),
    "a bare CR that hides Transfer-Encoding": request(b"X: y\rTransfer-Encoding: chunked", HIDDEN),
    "a bare LF in a value": request(b"X-Any: a\nContent-Length: 5", HIDDEN),
    "a bare LF that ends the head": request(b"X-Any: a\n", HIDDEN),
    "ESC in a value": request(b"X-Any: a\x1b[2J", HIDDEN),
    "BEL in a value": request(b"X-Any: \x07", HIDDEN),
    "a vertical tab in a value": request(b"X-Any: a\x0bb", HIDDEN),
    "a form feed in a value": request(b"X-Any: a\x0cb", HIDDEN),
    "DEL in a value": request(b"X-Any: a\x7fb", HIDDEN),
    "SOH in a value": request(b"X-Any: \x01", HIDDEN),
    "a folded value": request("X-Any: a\r\n b", HIDDEN),
    "a value folded with a tab": request("X-Any: a\r\n\tb", HIDDEN),
    "a folded Content-Length": request("Content-Length:\r\n 5"),
    "a folded Transfer-Encoding": request("Transfer-Encoding:\r\n chunked"),
    "a folded first line": b"GET /asked HTTP/1.1\r\n Host: here\r\n\r\n",
    "a line of white space": request(" ", HIDDEN),
}

LENGTHS = {
    "twice the same": request("Content-Length: 2", "Content-Length: 2", body=b"{}"),
    "two that differ": request("Content-Length: 2", HIDDEN, body=b"{}"),
    "two that differ, in other letters": request("content-length: 2", HIDDEN, body=b"{}"),
    "a list of the same": request("Content-Length: 2, 2", body=b"{}"),
    "a list that differs": request("Content-Length: 2, 67", body=b"{}"),
    "a list with nothing": request("Content-Length: 2,", body=b"{}"),
    "plus": request("Content-Length: +2", body=b"{}"),
    "minus": request("Content-Length: -2", body=b"{}"),
    "minus nothing": request("Content-Length: -0"),
    "hexadecimal": request("Content-Length: 0x2", body=b"{}"),
    "a hexadecimal digit": request("Content-Length: a", body=b"{}"),
    "an exponent": request("Content-Length: 2e0", body=b"{}"),
    "a fraction": request("Content-Length: 2.0", body=b"{}"),
    "an underscore": request("Content-Length: 1_0", body=b"{}"),
    "two numbers": request("Content-Length: 2 2", body=b"{}"),
    "words": request("Content-Length: many"),
    "nothing": request("Content-Length:"),
    "quoted": request('Content-Length: "2"', body=b"{}"),
    "with a parameter": request("Content-Length: 2;a=b", body=b"{}"),
    "Arabic digits": request("Content-Length: ٢", body=b"{}"),
    "superscript": request(b"Content-Length: \xb2", body=b"{}"),
    "a no-break space": request(b"Content-Length: 2\xa0", body=b"{}"),
    "on a GET": request("Content-Length: 2", HIDDEN, start="GET /asked HTTP/1.1", body=b"{}"),
}

CHUNKED_TOO = "Transfer-Encoding: chunked"
CODINGS = {
    "with a length": request("Content-Length: 5", CHUNKED_TOO, body=b"0\r\n\r\n"),
    "with a length after it": request(CHUNKED_TOO, "Content-Length: 5", body=b"0\r\n\r\n"),
    "with a length of nothing": request("Content-Length: 0", CHUNKED_TOO, body=b"0\r\n\r\n"),
    "unknown": request("Transfer-Encoding: gzip"),
    "unknown, like chunked": request("Transfer-Encoding: xchunked"),
    "unknown, beginning like chunked": request("Transfer-Encoding: chunkedx"),
    "identity": request("Transfer-Encoding: identity"),
    "identity with a length": request("Transfer-Encoding: identity", "Content-Length: 2"),
    "chunked, then identity": request("Transfer-Encoding: chunked, identity", body=b"0\r\n\r\n"),
    "chunked, then gzip": request("Transfer-Encoding: chunked, gzip", body=b"0\r\n\r\n"),
    "chunked twice": request("Transfer-Encoding: chunked, chunked", body=b"0\r\n\r\n"),
    "chunked on two lines": request(CHUNKED_TOO, CHUNKED_TOO, body=b"0\r\n\r\n"),
    "chunked, then identity on another": request(CHUNKED_TOO, "Transfer-Encoding: identity"),
    "nothing": request("Transfer-Encoding:"),
    "a comma": request("Transfer-Encoding: ,chunked", body=b"0\r\n\r\n"),
    "a comma after": request("Transfer-Encoding: chunked,", body=b"0\r\n\r\n"),
    "quoted": request('Transfer-Encoding: "chunked"', body=b"0\r\n\r\n"),
    "with a parameter": request("Transfer-Encoding: chunked;q=1", body=b"0\r\n\r\n"),
    "with a vertical tab": request(b"Transfer-Encoding: \x0bchunked", body=b"0\r\n\r\n"),
    "with a no-break space": request(b"Transfer-Encoding: \xa0chunked", body=b"0\r\n\r\n"),
    "of two words": request("Transfer-Encoding: chunked chunked", body=b"0\r\n\r\n"),
    "in HTTP/1.0": request(CHUNKED_TOO, start="POST /echo HTTP/1.0", body=b"0\r\n\r\n"),
}

CODINGS_UNKNOWN = {
    "gzip, then chunked": request("Transfer-Encoding: gzip, chunked", body=b"0\r\n\r\n"),
    "identity, then chunked": request("Transfer-Encoding: identity, chunked", body=b"0\r\n\r\n"),
    "gzip, then chunked on another line": request("Transfer-Encoding: gzip", CHUNKED_TOO),
}

CHUNKS = {
    "0x": chunked(b"0x2\r\n{}\r\n0\r\n\r\n"),
    "plus": chunked(b"+2\r\n{}\r\n0\r\n\r\n"),
    "minus": chunked(b"-2\r\n{}\r\n0\r\n\r\n"),
    "an underscore": chunked(b"0_2\r\n{}\r\n0\r\n\r\n"),
    "a space before": chunked(b" 2\r\n{}\r\n0\r\n\r\n"),
    "a space after": chunked(b"2 \r\n{}\r\n0\r\n\r\n"),
    "a tab after": chunked(b"2\t\r\n{}\r\n0\r\n\r\n"),
    "a space within": chunked(b"0 2\r\n{}\r\n0\r\n\r\n"),
    "overlong": chunked(b"00000000000000002\r\n{}\r\n0\r\n\r\n"),
    "huge": chunked(b"fffffffffffffffff\r\n{}\r\n0\r\n\r\n"),
    "no digit": chunked(b"\r\n{}\r\n0\r\n\r\n"),
    "no digit but an extension": chunked(b";a=b\r\n{}\r\n0\r\n\r\n"),
    "no hexadecimal digit": chunked(b"g\r\n{}\r\n0\r\n\r\n"),
    "0x for the last": chunked(b"2\r\n{}\r\n0x0\r\n\r\n"),
    "minus nothing for the last": chunked(b"2\r\n{}\r\n-0\r\n\r\n"),
    "LF after the size": chunked(b"2\n{}\r\n0\r\n\r\n"),
    "CR after the size": chunked(b"2\r{}\r\n0\r\n\r\n"),
    "CR CR LF after the size": chunked(b"2\r\r\n{}\r\n0\r\n\r\n"),
    "LF after the data": chunked(b"2\r\n{}\n0\r\n\r\n"),
    "nothing after the data": chunked(b"2\r\n{}0\r\n\r\n"),
    "more data than its size": chunked(b"2\r\n{}{}\r\n0\r\n\r\n"),
    "less data than its size": chunked(b"5\r\n{}\r\n0\r\n\r\n"),
    "an extension that is none": chunked(b"2;\r\n{}\r\n0\r\n\r\n"),
    "an extension with a control character": chunked(b"2;a=\x01\r\n{}\r\n0\r\n\r\n"),
    "an extension with a bare CR": chunked(b"2;a\rb\r\n{}\r\n0\r\n\r\n"),
    "an extension with a bare LF": chunked(b"2;a\nb\r\n{}\r\n0\r\n\r\n"),
    "an extension in open quotes": chunked(b'2;a="b\r\n{}\r\n0\r\n\r\n'),
    "a size followed by words": chunked(b"2 a=b\r\n{}\r\n0\r\n\r\n"),
    "an endless extension": chunked(b"2;a=" + b"b" * 2000 + b"\r\n{}\r\n0\r\n\r\n"),
    "endlessly many extensions": chunked((b"1;a=" + b"b" * 900 + b"\r\n{\r\n") * 20),
    "LF after the last": chunked(b"0\n\r\n"),
    "LF after the trailer": chunked(b"0\r\n\n"),
    "a trailer without colon": chunked(b"0\r\nnothing\r\n\r\n"),
    "a trailer with a space before its colon": chunked(b"0\r\nX-Any : y\r\n\r\n"),
    "a trailer that ends with LF": chunked(b"0\r\nX-Any: y\n\r\n"),
    "a folded trailer": chunked(b"0\r\nX-Any: y\r\n z\r\n\r\n"),
    "a trailer with NUL": chunked(b"0\r\nX-Any: \x00\r\n\r\n"),
    "an endless trailer": chunked(b"0\r\nX-Any: " + b"y" * 9000 + b"\r\n\r\n"),
    "endlessly many trailers": chunked(b"0\r\n" + b"X: y\r\n" * 200 + b"\r\n"),
}

HOSTS = {
    "none": get("/asked"),
    "two": get("/asked", "Host: here", "Host: there"),
    "twice the same": get("/asked", "Host: here", "Host: here"),
    "two in HTTP/1.0": get("/asked", "Host: here", "Host: there", version="HTTP/1.0"),
    "none, with an absolute target": get("http://here/asked"),
    "empty": get("/asked", "Host:"),
    "with a space": get("/asked", "Host: here there"),
    "a list": get("/asked", "Host: here, there"),
    "a list without a space": get("/asked", "Host: here,there"),
    "with a user": get("/asked", "Host: user@here"),
    "with a path": get("/asked", "Host: here/asked"),
    "with a scheme": get("/asked", "Host: http://here"),
    "with a query": get("/asked", "Host: here?a"),
    "with a fragment": get("/asked", "Host: here#a"),
    "with a backslash": get("/asked", "Host: here\\there"),
    "with angle brackets": get("/asked", "Host: <here>"),
    "with quotes": get("/asked", 'Host: "here"'),
    "with a letter beyond ASCII": get("/asked", "Host: h\xe9re"),
    "with a tab": get("/asked", "Host: he\tre"),
    "with NUL": get("/asked", "Host: he\x00re"),
    "half percent-encoded": get("/asked", "Host: %2"),
    "a port of words": get("/asked", "Host: here:http"),
    "a port too large": get("/asked", "Host: here:65536"),
    "a port far too large": get("/asked", "Host: here:80808080808"),
    "a negative port": get("/asked", "Host: here:-1"),
    "two ports": get("/asked", "Host: here:80:80"),
    "a port alone": get("/asked", "Host: :80"),
    "an open bracket": get("/asked", "Host: ["),
    "a bare IPv6 address": get("/asked", "Host: ::1"),
    "a malformed IPv6 address": get("/asked", "Host: [1:2]"),
    "an IPv6 address with more": get("/asked", "Host: [::1]x"),
    "an IPv6 zone": get("/asked", "Host: [fe80::1%25eth0]"),
}

LINES = {
    "of one word": b"GET\r\nHost: here\r\n\r\n",
    "of HTTP/0.9": b"GET /asked\r\n\r\n",
    "of two spaces": get(" /asked", "Host: here"),
    "of two spaces at the end": get("/asked ", "Host: here"),
    "with a space before it": b" " + get("/asked", "Host: here"),
    "with a space after it": get("/asked", "Host: here", version="HTTP/1.1 "),
    "with a tab": b"GET\t/asked\tHTTP/1.1\r\nHost: here\r\n\r\n",
    "with a space in its target": get("/asked too", "Host: here"),
    "with a bare CR": b"GET /asked\r HTTP/1.1\r\nHost: here\r\n\r\n",
    "that ends with LF": b"GET /asked HTTP/1.1\nHost: here\r\n\r\n",
    "with NUL in its target": get("/asked\x00", "Host: here"),
    "with ESC in its target": get("/asked\x1b[2J", "Host: here"),
    "with DEL in its target": get("/asked\x7f", "Host: here"),
    "with a letter beyond ASCII in its target": get("/\xe9", "Host: here"),
    "with a fragment": get("/asked#part", "Host: here"),
    "with nothing but a fragment": get("#", "Host: here"),
    "whose target is no path": get("asked", "Host: here"),
    "whose target is a query": get("?asked", "Host: here"),
    "whose target is an authority": get("here:80", "Host: here"),
    "whose target is * without OPTIONS": get("*", "Host: here"),
    "of another scheme": get("ftp://here/asked", "Host: here"),
    "of a script": get("javascript:alert(1)", "Host: here"),
    "whose address has no host": get("http:///asked", "Host: here"),
    "whose address is cut": get("http://", "Host: here"),
    "whose address has a user": get("http://user:pass@here/asked", "Host: here"),
    "whose address has a malformed host": get("http://[/asked", "Host: here"),
    "whose address has a malformed port": get("http://here:x/asked", "Host: here"),
    "whose method is no token": get("/asked", "Host: here", method="G@T"),
    "whose method is in quotes": get("/asked", "Host: here", method='"GET"'),
    "whose method has a colon": get("/asked", "Host: here", method="GET:"),
    "whose method is missing": b" /asked HTTP/1.1\r\nHost: here\r\n\r\n",
    "with a version in small letters": get("/asked", "Host: here", version="http/1.1"),
    "with half a version": get("/asked", "Host: here", version="HTTP/1"),
    "with a version of three parts": get("/asked", "Host: here", version="HTTP/1.1.1"),
    "with a long version": get("/asked", "Host: here", version="HTTP/1.10"),
    "with a version without digits": get("/asked", "Host: here", version="HTTP/x.y"),
    "with a version of another protocol": get("/asked", "Host: here", version="ICY/1.1"),
    "with a comma in its version": get("/asked", "Host: here", version="HTTP/1,1"),
    "after nine empty lines": b"\r\n" * 9 + get("/asked", "Host: here"),
    "after an empty line that ends with LF": b"\n" + get("/asked", "Host: here"),
    "of TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\r\n\r\n",
}

METHODS = {
    "in small letters": get("/asked", "Host: here", method="get"),
    "in mixed letters": get("/asked", "Host: here", method="Get"),
    "with a small letter": get("/asked", "Host: here", method="GEt"),
    "of signs": get("/asked", "Host: here", method="!"),
    "CONNECT": get("here:443", "Host: here:443", method="CONNECT"),
}

VERSIONS = {
    each: get("/asked", "Host: here", version=each)
    for each in ("HTTP/0.9", "HTTP/2.0", "HTTP/2.1", "HTTP/3.0", "HTTP/9.9")
} | {"the preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"}

SIZES = {
    414: get("/asked?" + "x" * LONGEST_REQUEST_LINE, "Host: here"),
    431: get("/asked", "Host: here", "X-Any: " + "y" * LARGEST_HEAD),
    4310: get("/asked", "Host: here", *["X-Any: y"] * MOST_FIELDS),
    4311: get("/asked", "Host: here", *[f"X-{n}: {'y' * 400}" for n in range(95)]),
    413: request("Content-Length: " + "9" * 5000),
    4130: request("Content-Length: 99999999999999999999"),
    4131: request("Content-Length: 300000000"),
}


def named(status: int, table: dict[str, bytes]) -> list[object]:
    return [pytest.param(status, sent, id=name) for name, sent in table.items()]


@pytest.mark.parametrize(
    ("expected", "sent"),
    [
        *named(400, {f"field: {name}": sent for name, sent in FIELDS.items()}),
        *named(400, {f"length: {name}": sent for name, sent in LENGTHS.items()}),
        *named(400, {f"coding: {name}": sent for name, sent in CODINGS.items()}),
        *named(501, {f"coding: {name}": sent for name, sent in CODINGS_UNKNOWN.items()}),
        *named(400, {f"chunk: {name}": sent for name, sent in CHUNKS.items()}),
        *named(400, {f"host: {name}": sent for name, sent in HOSTS.items()}),
        *named(400, {f"line: {name}": sent for name, sent in LINES.items()}),
        *named(501, {f"method: {name}": sent for name, sent in METHODS.items()}),
        *named(505, {f"version: {name}": sent for name, sent in VERSIONS.items()}),
        *[pytest.param(int(str(key)[:3]), sent, id=f"size {key}") for key, sent in SIZES.items()],
    ],
)
@pytest.mark.parametrize("before", ["first", "after another", "in one piece with another"])
def test_what_is_malformed_is_refused_and_nothing_after_it_is_answered(
    site: Site, expected: int, sent: bytes, before: str
) -> None:
    Echo.followed.clear()
    connection, good = site.connect(), head("GET", "/quick")
    answered = []
    if before == "after another":
        connection.sendall(good)
        assert connection.recv(1000).endswith(b"done")
    elif before == "in one piece with another":
        sent, answered = good + sent, [200]

    said = answers_of(connection, sent + FOLLOWS * 3)

    statuses = [int(each) for each in STATUS_LINE.findall(said)]
    assert statuses == [*answered, expected]
    last = said[said.rindex(b"HTTP/1.1 ") :]
    assert b"\r\nConnection: close\r\n" in last
    assert not last.endswith(b"\r\n\r\n")  # with words
    assert Echo.followed == []


@pytest.mark.parametrize(
    "sent",
    [FIELDS["a space before the colon"], LINES["of two spaces"], LENGTHS["two that differ"]],
)
def test_a_refusal_comes_whole_however_slowly_the_head_came(site: Site, sent: bytes) -> None:
    connection = site.connect()
    for each in range(len(sent) - 1):
        connection.sendall(sent[each : each + 1])
    assert status(answers_of(connection, sent[-1:] + FOLLOWS)) == 400


def test_a_body_that_nobody_read_is_not_taken_for_a_request(site: Site) -> None:
    """The path is not there, so that the body was never read."""
    Echo.followed.clear()
    sent = request(HIDDEN, start="POST /nothing HTTP/1.1", body=FOLLOWS)
    said = answers_of(site.connect(), sent + FOLLOWS)
    assert [int(each) for each in STATUS_LINE.findall(said)] == [404]
    assert Echo.followed == []


ACCEPTED = {
    "an absolute address": (
        get("http://there:81/asked?a=b", "Host: here"),
        b"GET there:81 /asked?a=b ",
    ),
    "an absolute address of a proxy with TLS": (
        get("HTTPS://there/asked", "Host: here"),
        b"GET there /asked? ",
    ),
    "an absolute address with a query alone": (get("http://there?a", "Host: here"), b"Not Found"),
    "an absolute address of IPv6": (
        get("http://[::1]:80/asked", "Host: here"),
        b"GET [::1]:80 /asked? ",
    ),
    "an empty line before it": (b"\r\n" + get("/asked", "Host: here"), b"GET here /asked? "),
    "empty lines before it": (b"\r\n" * 4 + get("/asked", "Host: here"), b"GET here /asked? "),
    "a Host with a port": (get("/asked", "Host: here:8000"), b"GET here:8000 /asked? "),
    "a Host with an empty port": (get("/asked", "Host: here:"), b"GET here: /asked? "),
    "a Host of IPv6": (get("/asked", "Host: [2001:db8::1]:8000"), b"GET [2001:db8::1]:8000 "),
    "a Host with underscores": (get("/asked", "Host: my_host"), b"GET my_host /asked? "),
    "no white space": (get("/asked", "Host:here", "X-Any:y"), b"GET here /asked? y"),
    "white space around values": (
        get("/asked", "Host: \t here\t ", "X-Any:   y z\t"),
        b"GET here /asked? y z",
    ),
    "an empty value": (get("/asked", "Host: here", "X-Any:"), b"GET here /asked? "),
    "a value of bytes beyond ASCII": (get("/asked", "Host: here", "X-Any: \xe9"), b"/asked? "),
    "a name of signs": (get("/asked", "Host: here", "!#$%&'*+-.^_`|~: y"), b"/asked? "),
    "a value twice": (get("/asked", "Host: here", "X-Any: y", "x-any: z"), b"y, z"),
    "a later version": (get("/asked", "Host: here", version="HTTP/1.2"), b"GET here /asked? "),
    "characters that browsers send": (get("/asked?a={|}^[]", "Host: here"), b"GET here /asked?"),
    "as many fields as there may be": (
        get("/asked", "Host: here", *["X-Many: y"] * (MOST_FIELDS - 1)),
        b"GET here /asked? ",
    ),
    "a body on a GET": (
        request("Content-Length: 2", start="GET /asked HTTP/1.1", body=b"{}"),
        b"GET here /asked? ",
    ),
    "a length with zeros before it": (request("Content-Length: 0002", body=b"{}"), b"{}"),
    "chunked in capitals": (
        request("Transfer-Encoding: CHUNKED", body=b"2\r\n{}\r\n0\r\n\r\n"),
        b"{}",
    ),
    "chunks in capitals": (chunked(b"A\r\n0123456789\r\n0\r\n\r\n"), b"0123456789"),
    "chunks with zeros before their size": (chunked(b"0002\r\n{}\r\n000\r\n\r\n"), b"{}"),
    "chunk extensions": (
        chunked(b'1;a\r\n{\r\n1 ; a = "b;\\"c" ;d=e\r\n}\r\n0;last\r\n\r\n'),
        b"{}",
    ),
    "trailers": (chunked(b"2\r\n{}\r\n0\r\nX-Sum: 1\r\nX-Other: 2\r\n\r\n"), b"{}"),
    "no chunk but the last": (chunked(b"0\r\n\r\n"), b""),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_what_is_well_formed_is_answered_and_so_is_what_follows(site: Site, name: str) -> None:
    Echo.followed.clear()
    sent, answer = ACCEPTED[name]
    last = FOLLOWS.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    first, second = re.split(rb"(?=HTTP/1\.1 \d)", answers_of(site.connect(), sent + last))[1:]
    assert status(first) in (200, 404)
    assert answer in first
    assert second.endswith(b"followed")
    assert Echo.followed == ["/follows"]


def test_each_byte_of_a_request_may_come_by_itself(site: Site) -> None:
    sent = chunked(b"2;a=b\r\n{}\r\n1\r\n!\r\n0\r\nX: y\r\n\r\n")
    connection = site.connect()
    for each in range(len(sent)):
        connection.sendall(sent[each : each + 1])
    assert connection.recv(1000).endswith(b"{}!")


def test_the_server_as_a_whole_says_what_it_can_do(site: Site) -> None:
    said = answers_of(site.connect(), get("*", "Host: here", "Connection: close", method="OPTIONS"))
    assert status(said) == 204
    assert b"Allow: GET, HEAD, POST" in said


def test_http_1_0_needs_no_host_and_is_answered_once(site: Site) -> None:
    said = answers_of(site.connect(), get("/quick", version="HTTP/1.0") + FOLLOWS)
    assert said.endswith(b"done")
    assert said.count(b"HTTP/1.1 ") == 1


@pytest.mark.parametrize("connection", ["close", "CLOSE", "Close, X-Any", "keep-alive, close"])
def test_a_client_that_asks_to_close_is_answered_once(site: Site, connection: str) -> None:
    said = answers_of(
        site.connect(), get("/quick", "Host: here", f"Connection: {connection}") + FOLLOWS
    )
    assert said.count(b"HTTP/1.1 ") == 1
    assert b"Connection: close" in said


def test_who_awaits_leave_to_send_a_body_gets_it_or_a_refusal(site: Site) -> None:
    connection = site.connect()
    connection.sendall(request("Content-Length: 2", "Expect: 100-continue"))
    assert connection.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
    connection.sendall(b"{}")
    assert connection.recv(1000).endswith(b"{}")

    refused = request("Content-Length: 99999999", "Expect: 100-continue")
    said = answers_of(connection, refused)
    assert status(said) == 413
    assert b"Connection: close" in said


# Time


@pytest.mark.parametrize(
    "begun",
    [
        b"G",
        b"GET /quick HTTP/1.1",
        b"GET /quick HTTP/1.1\r\nHost: here\r\nX-Any: y",
        b"\r\n\r\nGET /quick",
        b"GET /quick HTTP/1.1\r\nHost: here\r\n",
    ],
)
@pytest.mark.parametrize("used", [True, False])
def test_a_head_that_does_not_come_is_given_up(
    site: Site, monkeypatch: pytest.MonkeyPatch, begun: bytes, used: bool
) -> None:
    monkeypatch.setattr(http_connection, "HEAD_DEADLINE_S", 0.1)
    connection = site.connect()
    if used:
        connection.sendall(head("GET", "/quick"))
        assert connection.recv(1000).endswith(b"done")
    said = answers_of(connection, begun)
    assert status(said) == 408
    assert b"Connection: close" in said


def test_a_head_that_drips_is_given_up_as_well(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """The deadline is for the whole head, however regularly single bytes come."""
    monkeypatch.setattr(http_connection, "HEAD_DEADLINE_S", 0.3)
    connection = site.connect()
    connection.sendall(b"GET /quick HTTP/1.1\r\nHost: here\r\nX-Any: ")
    connection.settimeout(0.01)

    def given_up() -> bytes:
        connection.sendall(b"y")
        try:
            return connection.recv(1000)
        except TimeoutError:
            return b""

    assert status(eventually(given_up)) == 408


def test_a_client_that_leaves_in_the_middle_of_a_head_harms_nobody(site: Site) -> None:
    connection = site.connect()
    connection.sendall(b"GET /quick HTT")
    connection.close()
    other = site.connect()
    other.sendall(head("GET", "/quick"))
    assert other.recv(1000).endswith(b"done")


def test_a_connection_may_be_idle_for_longer_than_a_head_may_take(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_connection, "HEAD_DEADLINE_S", 0)
    connection = site.connect()
    for _ in range(3):
        connection.sendall(head("GET", "/quick"))
        assert connection.recv(1000).endswith(b"done")
