"""Fetch a URL that a user gave, with limits: the only way out to such URLs.

    AddressRefused(Invalid)        the URL is not fetched: another one is needed
    └── AnswerRefused              it was fetched, but the answer is not accepted
    NotFetched(Unavailable)        no answer, or not in time: another attempt may succeed

https only (http by ``FIRSTSTEP_FETCH_HTTP``), public addresses only, redirects to another host only
where the caller allows them, limits on time and size. Requests carry nothing of this process: no
cookies, no proxy, nothing from its environment.
"""

from __future__ import annotations

import functools
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import IO, TYPE_CHECKING, Any

import eventlet
from nameko.extensions import DependencyProvider

from chassis.errors import DomainError, FieldError, Unavailable
from chassis.fetch.decoding import Decoder, Gunzip, Plain
from chassis.fetch.url_policy import PORTS, SHOWN, AddressRefused, is_public, parsed, port, shown

if TYPE_CHECKING:
    import httpcore
    import httpx

    from chassis.fetch.dialer import Address

MOST_REDIRECTS = 3
REDIRECTS = (301, 302, 303, 307, 308)
DECODERS: dict[str, type[Decoder]] = {"": Plain, "identity": Plain, "gzip": Gunzip}
HTTPS = ("https",)
HTTP_TOO = ("https", "http")
HEADERS = {"user-agent": "Firststep", "accept": "*/*", "accept-encoding": "gzip"}


class FetchSchemes(DependencyProvider):
    """The schemes that users' URLs may have: https, and http by ``FIRSTSTEP_FETCH_HTTP``."""

    def get_dependency(self, worker_ctx: Any) -> tuple[str, ...]:
        return HTTP_TOO if self.container.config.get("FETCH_HTTP") else HTTPS


class AnswerRefused(AddressRefused):
    """We can't use what is at this address. Please check the address."""

    code = "answer_refused"


class NotFetched(Unavailable):
    """This address does not answer. Please try again later."""

    code = "not_fetched"


@functools.cache
def trusted_authorities() -> ssl.SSLContext:
    """TLS with certifi's authorities; ``SSL_CERT_FILE`` is ignored."""
    import httpx

    return httpx.create_ssl_context(trust_env=False)


@dataclass(frozen=True)
class EgressPolicy:
    """Where a fetch may connect to. Tests widen it for servers on this host."""

    admits: Callable[[Address], bool] = is_public
    ports: frozenset[int] = frozenset(PORTS.values())
    tls: Callable[[], ssl.SSLContext] = trusted_authorities


PUBLIC = EgressPolicy()


@dataclass(frozen=True)
class Fetched:
    """An answer with any ``status`` except a redirect.

    ``url``: after redirects. ``body``: decoded; empty where it was written into a file.
    ``content_type``, ``etag`` and ``last_modified``: the headers as sent, or empty.
    """

    url: str
    status: int
    content_type: str
    body: bytes
    etag: str = ""
    last_modified: str = ""


Headers = Mapping[str, str]


@dataclass(frozen=True)
class _Request:
    headers: Headers
    headers_for: Callable[[str], Headers]
    content: bytes | None
    schemes: tuple[str, ...]
    other_hosts: int
    limit_bytes: int
    deadline_s: float
    into: IO[bytes] | None
    policy: EgressPolicy


def fetch(
    url: str,
    *,
    limit_bytes: int,
    deadline_s: float,
    content: bytes | None = None,
    headers: Headers | None = None,
    headers_for: Callable[[str], Headers] = lambda url: {},
    field: str = "url",
    schemes: tuple[str, ...] = HTTPS,
    other_hosts: int = 0,
    into: IO[bytes] | None = None,
    policy: EgressPolicy = PUBLIC,
) -> Fetched:
    """GET ``url``, or POST ``content`` to it where that is given.

    ``limit_bytes``: of the body, both encoded and decoded. ``deadline_s``: seconds from the look-up
    to the last byte. At most ``MOST_REDIRECTS`` redirects are followed, ``other_hosts`` of them to
    another host, and none of a POST. ``headers_for``: headers for one URL only, such as an ETag.
    ``into``: a file that the body is written to instead of being returned. ``field``: the name of
    the URL's field in a refusal.

    Raises ``AddressRefused``, ``AnswerRefused`` or ``NotFetched``. Never call it in a transaction.
    """
    import httpcore

    request = _Request(
        headers or {},
        headers_for,
        content,
        schemes,
        other_hosts,
        limit_bytes,
        deadline_s,
        into,
        policy,
    )
    deadline = eventlet.Timeout(deadline_s)
    try:
        return _followed(url, request)
    except (AddressRefused, NotFetched) as refusal:
        raise _about(url, field, refusal) from refusal
    except (httpcore.NetworkError, httpcore.RemoteProtocolError) as error:
        failed = NotFetched(f"does not answer as it should: {_what_failed(error)}")
        raise _about(url, field, failed) from error
    except eventlet.Timeout as passed:
        if passed is not deadline:
            raise
        late = NotFetched(f"does not answer within {deadline_s:g} s")
        raise _about(url, field, late) from None
    finally:
        deadline.cancel()


def _what_failed(error: Exception) -> str:
    """The error's text without the malformed line: it is long, or may repeat the request."""
    import httpcore

    said = str(error)
    return said.partition(":")[0] if isinstance(error, httpcore.RemoteProtocolError) else said


def _about(url: str, field: str, refusal: DomainError) -> DomainError:
    value = shown(url)
    error = FieldError(field, refusal.detail, value)
    return type(refusal)(f"{value} {refusal.detail}", [error])


def _followed(given: str, request: _Request) -> Fetched:
    url = parsed(given, request.schemes, request.policy.ports)
    other_hosts = request.other_hosts
    for _ in range(MOST_REDIRECTS + 1):
        answer = _answer(url, request)
        if isinstance(answer, Fetched):
            return answer
        there = _redirected(url, answer, request)
        if there.raw_host != url.raw_host:
            _require_other_host(there, other_hosts)
            other_hosts -= 1
        url = there
    raise AddressRefused(f"redirects more than {MOST_REDIRECTS} times")


def _answer(url: httpx.URL, request: _Request) -> Fetched | str:
    """The answer, or the URL of a redirect."""
    import httpcore
    import httpx

    from chassis.fetch.dialer import Dialer

    origin = httpcore.Origin(url.raw_scheme, url.raw_host, port(url))
    target = httpcore.URL(
        scheme=origin.scheme, host=origin.host, port=origin.port, target=url.raw_path
    )
    host = {"host": url.netloc.decode("ascii"), "connection": "close"}
    own = {**request.headers, **request.headers_for(str(url))}
    headers = list((HEADERS | {name.lower(): own[name] for name in own} | host).items())
    with (
        httpcore.HTTPConnection(
            origin,
            ssl_context=request.policy.tls(),
            network_backend=Dialer(request.policy.admits, request.deadline_s),
        ) as connection,
        connection.stream(
            "GET" if request.content is None else "POST",
            target,
            headers=headers,
            content=request.content,
        ) as response,
    ):
        said = httpx.Headers(response.headers)
        if response.status in REDIRECTS and "location" in said:
            return said["location"]
        body = _body(response, said, request)
        return Fetched(
            str(url),
            response.status,
            said.get("content-type", ""),
            body,
            said.get("etag", ""),
            said.get("last-modified", ""),
        )


def _redirected(url: httpx.URL, location: str, request: _Request) -> httpx.URL:
    """The next URL; raises ``AddressRefused`` where it is malformed, or leaves https for http."""
    import httpx

    if request.content is not None:
        raise AddressRefused("redirects what was to be posted to it")
    try:
        joined = url.join(location)
    except (httpx.InvalidURL, ValueError) as error:
        raise AddressRefused("redirects to what is not an address of the web") from error
    try:
        there = parsed(str(joined), request.schemes, request.policy.ports)
    except AddressRefused as refusal:
        # the rest of the URL may repeat a secret of the given one
        site = f"{joined.scheme}://{joined.raw_host.decode('ascii')}"[:SHOWN]
        raise AddressRefused(f"redirects to {site}, which {refusal.detail}") from refusal
    if (url.scheme, there.scheme) == ("https", "http"):
        raise AddressRefused("redirects from https to http")
    return there


def _require_other_host(there: httpx.URL, other_hosts: int) -> None:
    """Raises ``AddressRefused`` unless one more host is allowed, and the URL is https."""
    host = there.raw_host.decode("ascii")
    if other_hosts <= 0:
        raise AddressRefused(f"redirects to another host, {host}")
    if there.scheme != "https":
        raise AddressRefused(f"redirects to another host, {host}, and not by https")


def _body(response: httpcore.Response, said: httpx.Headers, request: _Request) -> bytes:
    """The decoded body; raises ``AnswerRefused`` as soon as it is too large."""
    limit_bytes = request.limit_bytes
    too_large = AnswerRefused(f"answers with more than {limit_bytes} bytes")
    if int(said.get("content-length", 0)) > limit_bytes:
        raise too_large
    encoding = said.get("content-encoding", "").strip().lower()
    if encoding not in DECODERS:
        raise AnswerRefused(f"answers in the encoding {encoding[:40]}; allowed is gzip")
    decoder = DECODERS[encoding]()
    received, decoded, kept = 0, 0, BytesIO()
    body = kept if request.into is None else request.into
    for part in response.iter_stream():
        received += len(part)
        try:
            piece = decoder.decoded(part, limit_bytes - decoded)
        except ValueError as error:
            raise AnswerRefused(f"answers with broken gzip: {error}") from error
        decoded += len(piece)
        if max(received, decoded) > limit_bytes:
            raise too_large
        body.write(piece)
    if not decoder.is_complete():
        raise NotFetched("ends its answer too soon")
    return kept.getvalue()
