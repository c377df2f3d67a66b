"""Head of an HTTP/1.1 request: parsed strictly, refused where RFC 9112 says so.

One pure function, ``parse``. Whatever a proxy in front might interpret differently (request
smuggling) is refused with a status and one sentence; nothing is repaired.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv6Address

from werkzeug.exceptions import (
    BadRequest,
    HTTPVersionNotSupported,
    RequestEntityTooLarge,
    RequestHeaderFieldsTooLarge,
)
from werkzeug.exceptions import NotImplemented as UnknownHere

MOST_FIELDS = 100
MOST_DIGITS = 18
"""Of a Content-Length. A longer one is too large, without being converted to a number."""
LARGEST_PORT = 65_535

TOKEN = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
REQUEST_LINE = re.compile(rf"({TOKEN}) ([\x21\x22\x24-\x7e]+) HTTP/([0-9])\.([0-9])")
"""RFC 9112, section 3. The target is visible ASCII without ``#``: a fragment is never sent."""
FIELD = re.compile(rf"({TOKEN}):([\t\x20-\x7e\x80-\xff]*)")
"""RFC 9112, section 5. No control character but the tab (RFC 9110, section 5.5)."""
ABSOLUTE = re.compile(r"https?://([^/?]+)(/[^?]*)?(\?.*)?", re.IGNORECASE)
HOST = re.compile(
    r"(?:(?:[0-9A-Za-z._~-]|%[0-9A-Fa-f]{2})+|\[(?P<ipv6>[0-9A-Fa-f:.]+)\])(?::(?P<port>[0-9]*))?"
)
"""A host with its port. Of RFC 3986's names, those that DNS and container networks use."""


@dataclass(frozen=True, slots=True)
class Head:
    """A request line and its fields.

    ``target`` is a path with its query, or ``*``. ``fields`` hold names as sent, and values without
    the white space around them. ``length`` is the body's, ``None`` where it is chunked. ``keeps``:
    the client sent ``Connection: keep-alive``; ``closes``: the connection ends after the answer.
    """

    method: str
    target: str
    version: str
    host: str
    fields: list[tuple[str, str]]
    length: int | None
    closes: bool
    keeps: bool
    awaits_continue: bool


def parse(text: bytes) -> Head:
    """Read a head, from the request line to the last field's CRLF.

    Raises ``BadRequest`` (400), ``RequestEntityTooLarge`` (413), ``RequestHeaderFieldsTooLarge``
    (431), ``UnknownHere`` (501) or ``HTTPVersionNotSupported`` (505).
    """
    line, *lines = text.decode("latin-1").removesuffix("\r\n").split("\r\n")
    method, target, version = _request_line(line)
    if len(lines) > MOST_FIELDS:
        raise RequestHeaderFieldsTooLarge(f"The request has over {MOST_FIELDS} header fields.")
    fields = [field_of(each) for each in lines]
    framing: dict[str, list[str]] = {
        "host": [],
        "content-length": [],
        "transfer-encoding": [],
        "connection": [],
        "expect": [],
    }
    for name, value in fields:
        values = framing.get(name.lower())
        if values is not None:
            values.append(value)
    host = _host(framing["host"], version)
    if not target.startswith("/"):
        target, host = _other_form(method, target, host)
    connection = _tokens(framing["connection"])
    keeps = "keep-alive" in connection
    return Head(
        method=method,
        target=target,
        version=version,
        host=host,
        fields=fields,
        length=_length(framing["content-length"], framing["transfer-encoding"], version),
        closes="close" in connection or (version == "HTTP/1.0" and not keeps),
        keeps=keeps,
        awaits_continue=version == "HTTP/1.1" and "100-continue" in _tokens(framing["expect"]),
    )


def _request_line(line: str) -> tuple[str, str, str]:
    match = REQUEST_LINE.fullmatch(line)
    if match is None:
        raise BadRequest(
            "The request line is malformed: it is a method, a target without fragment in visible "
            "ASCII, and HTTP/1.1, with one space between."
        )
    method, target, major, minor = match.groups()
    if major != "1":
        raise HTTPVersionNotSupported(f"HTTP/{major}.{minor} is not spoken here; use HTTP/1.1.")
    if not method.isupper() or method == "CONNECT":
        # methods are case-sensitive, and all registered ones are upper case; the router decides
        # which of them a path allows (405)
        raise UnknownHere(f"The method {method[:20]} is not known here.")
    return method, target, "HTTP/1.0" if minor == "0" else "HTTP/1.1"


def field_of(line: str) -> tuple[str, str]:
    """Name and value of a header or trailer field. Raises ``BadRequest``."""
    match = FIELD.fullmatch(line)
    if match is None:
        raise BadRequest(_fault_of(line))
    return match[1], match[2].strip(" \t")


def _fault_of(line: str) -> str:
    name, colon, _ = line.partition(":")
    if line[:1] in (" ", "\t"):
        return "A header field is folded over several lines."
    if not colon:
        return "A header line has no colon."
    if name.rstrip(" \t") != name:
        return "A header field's name is followed by white space before its colon."
    if re.fullmatch(TOKEN, name) is None:
        return "A header field's name is empty or has characters that no name has."
    return f"The header field {name[:40]} has a control character in its value."


def _host(values: list[str], version: str) -> str:
    """The Host header: exactly one, and valid (RFC 9112, section 3.2). HTTP/1.0 may omit it."""
    if not values and version == "HTTP/1.0":
        return ""
    if len(values) != 1:
        raise BadRequest(f"The request has {len(values)} Host header fields; it needs one.")
    if not is_host(values[0]):
        raise BadRequest("The Host header field is not a host, or a host and its port.")
    return values[0]


def is_host(text: str) -> bool:
    """Whether it is a name, an IPv4 address or a bracketed IPv6 address, with or without port."""
    match = HOST.fullmatch(text)
    if match is None or len(match["port"] or "") > len(str(LARGEST_PORT)):
        return False
    if match["ipv6"] is not None:
        try:
            IPv6Address(match["ipv6"])
        except ValueError:
            return False
    return int(match["port"] or 0) <= LARGEST_PORT


def _other_form(method: str, target: str, host: str) -> tuple[str, str]:
    """Path and host of an absolute target, or of ``*`` (RFC 9112, sections 3.2.2 and 3.2.4)."""
    if target == "*" and method == "OPTIONS":
        return target, host
    match = ABSOLUTE.fullmatch(target)
    if match is None:
        raise BadRequest(
            "The request's target is neither a path that begins with / nor an http address."
        )
    authority, path, query = match.groups()
    if not is_host(authority):
        raise BadRequest("The address in the request line has no valid host.")
    return f"{path or '/'}{query or ''}", authority


def _length(lengths: list[str], codings: list[str], version: str) -> int | None:
    """The body's length; ``None``: chunked. Refuses ambiguous framing (RFC 9112, section 6.3)."""
    if codings:
        _require_chunked(codings, version)
        if lengths:
            raise BadRequest("The request has both Content-Length and Transfer-Encoding.")
        return None
    if not lengths:
        return 0
    if len(lengths) > 1:
        raise BadRequest("The request has several Content-Length header fields.")
    [length] = lengths
    if not (length.isascii() and length.isdigit()):
        raise BadRequest("Content-Length is not a whole number in decimal digits.")
    if len(length) > MOST_DIGITS:
        raise RequestEntityTooLarge("The body is too large.")
    return int(length)


def _require_chunked(codings: list[str], version: str) -> None:
    if version == "HTTP/1.0":
        raise BadRequest("Transfer-Encoding is not part of HTTP/1.0.")
    named = [each.strip(" \t").lower() for each in ",".join(codings).split(",")]
    if named == ["chunked"]:
        return
    if named[-1] != "chunked" or named.count("chunked") > 1 or "" in named:
        raise BadRequest("Transfer-Encoding must be chunked: the body's end can't be found.")
    raise UnknownHere("Of transfer codings, only chunked is known here.")


def _tokens(values: Iterable[str]) -> set[str]:
    return {each.strip(" \t").lower() for value in values for each in value.split(",")}
